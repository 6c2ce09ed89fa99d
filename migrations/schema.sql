-- The schema that the migrations make. Generated: npm test -- test/server/database/schema.test.ts -u

create table api_keys (
  workspace_id uuid not null,
  id uuid not null,
  label text not null,
  secret_hash bytea not null,
  created_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint api_keys_pkey PRIMARY KEY (workspace_id, id),
  constraint api_keys_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint api_keys_secret_hash_check CHECK ((length(secret_hash) = 32))
);
alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy workspace on api_keys as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on api_keys to enrich_app;

create table audit_events (
  workspace_id uuid not null,
  id uuid not null,
  at timestamp with time zone not null,
  actor_kind text not null,
  actor_id text not null,
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  details json not null,
  constraint audit_events_pkey PRIMARY KEY (workspace_id, id),
  constraint audit_events_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint audit_events_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['api_key'::text, 'member'::text, 'operator'::text, 'system'::text])))
);
CREATE INDEX audit_events_subject ON public.audit_events USING btree (workspace_id, subject_kind, subject_id, id DESC) WHERE (subject_id IS NOT NULL);
alter table audit_events enable row level security;
alter table audit_events force row level security;
create policy workspace on audit_events as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on audit_events to enrich_app;
comment on column audit_events.details is 'Names of fields, counts, causes: read as it was written, and free of personal data';
comment on table audit_events is 'What was done by hand or by rule, by whom and to what. Never what a customer said or gave';

create table claims (
  workspace_id uuid not null,
  id uuid not null,
  seq bigint not null generated always as identity,
  conversation_id uuid not null,
  handle_id uuid not null,
  message_seq integer not null,
  turn integer not null,
  field text not null,
  said bytea not null,
  span_start integer not null,
  span_end integer not null,
  extractor text not null,
  rule text,
  pack_hash text not null,
  trust text not null,
  unvalidated boolean not null,
  denied boolean not null default false,
  at timestamp with time zone not null,
  constraint claims_pkey PRIMARY KEY (workspace_id, id),
  constraint claims_workspace_id_conversation_id_message_seq_fkey FOREIGN KEY (workspace_id, conversation_id, message_seq) REFERENCES messages(workspace_id, conversation_id, seq),
  constraint claims_check CHECK (((0 <= span_start) AND (span_start <= span_end))),
  constraint claims_trust_check CHECK ((trust = ANY (ARRAY['claimed'::text, 'verified'::text, 'staff'::text])))
);
CREATE INDEX claims_conversation ON public.claims USING btree (workspace_id, conversation_id, seq) WHERE (conversation_id IS NOT NULL);
CREATE INDEX claims_latest ON public.claims USING btree (workspace_id, handle_id, field, seq DESC) WHERE (handle_id IS NOT NULL);
alter table claims enable row level security;
alter table claims force row level security;
create policy workspace on claims as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on claims to enrich_app;
comment on column claims.denied is 'Taken back by the customer, who was asked whether it is right: never a current value';
comment on column claims.said is 'Sealed: {value, raw}';
comment on column claims.seq is 'The order in which claims were recorded; spans are UTF-16 units of the message';
comment on column claims.unvalidated is 'Given as the value, but not known to be a valid one: a phone that no numbering plan has';

create table conversations (
  workspace_id uuid not null,
  id uuid not null,
  handle_id uuid not null,
  platform text not null,
  handle bytea not null,
  customer_id uuid,
  link_trust text,
  linked_at timestamp with time zone,
  link_seq bigint,
  started_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  turn integer not null default 0,
  message_count integer not null default 0,
  state bytea not null,
  constraint conversations_pkey PRIMARY KEY (workspace_id, id),
  constraint conversations_workspace_id_customer_id_fkey FOREIGN KEY (workspace_id, customer_id) REFERENCES customers(workspace_id, id),
  constraint conversations_workspace_id_handle_id_fkey FOREIGN KEY (workspace_id, handle_id) REFERENCES handles(workspace_id, id),
  constraint conversations_check CHECK (((customer_id IS NULL) OR ((link_trust IS NOT NULL) AND (linked_at IS NOT NULL) AND (link_seq IS NOT NULL)))),
  constraint conversations_link_trust_check CHECK ((link_trust = ANY (ARRAY['claimed'::text, 'verified'::text])))
);
alter table conversations set (fillfactor=70);
CREATE INDEX conversations_customer ON public.conversations USING btree (workspace_id, customer_id) WHERE (customer_id IS NOT NULL);
CREATE INDEX conversations_handle ON public.conversations USING btree (workspace_id, handle_id, id DESC) WHERE (handle_id IS NOT NULL);
alter table conversations enable row level security;
alter table conversations force row level security;
create policy workspace on conversations as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on conversations to enrich_app;
comment on column conversations.handle is 'Sealed, as is the state';
comment on column conversations.link_seq is 'Orders the links of a handle, oldest first: the customer of the latest is the customer of the handle';

create table customer_activity (
  workspace_id uuid not null,
  customer_id uuid not null,
  first_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  conversation_count integer not null,
  constraint customer_activity_pkey PRIMARY KEY (workspace_id, customer_id),
  constraint customer_activity_workspace_id_customer_id_fkey FOREIGN KEY (workspace_id, customer_id) REFERENCES customers(workspace_id, id) ON DELETE CASCADE,
  constraint customer_activity_conversation_count_check CHECK ((conversation_count >= 0))
);
alter table customer_activity set (fillfactor=70);
CREATE INDEX customer_activity_last_at ON public.customer_activity USING btree (workspace_id, last_at DESC, customer_id DESC) WHERE (last_at IS NOT NULL);
alter table customer_activity enable row level security;
alter table customer_activity force row level security;
create policy workspace on customer_activity as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on customer_activity to enrich_app;

create table customers (
  workspace_id uuid not null,
  id uuid not null,
  email_key bytea,
  phone_key bytea,
  mailbox_key bytea,
  merged_into uuid,
  profile bytea not null,
  fields text[] not null,
  tokens integer[] not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  version integer not null default 1,
  constraint customers_pkey PRIMARY KEY (workspace_id, id),
  constraint customers_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint customers_workspace_id_merged_into_fkey FOREIGN KEY (workspace_id, merged_into) REFERENCES customers(workspace_id, id),
  constraint customers_check CHECK ((merged_into <> id)),
  constraint customers_email_key_check CHECK ((length(email_key) = 32)),
  constraint customers_mailbox_key_check CHECK ((length(mailbox_key) = 32)),
  constraint customers_phone_key_check CHECK ((length(phone_key) = 32))
);
CREATE INDEX customers_mailbox_key ON public.customers USING btree (workspace_id, mailbox_key) WHERE (mailbox_key IS NOT NULL);
CREATE INDEX customers_merged_into ON public.customers USING btree (workspace_id, merged_into) WHERE (merged_into IS NOT NULL);
CREATE INDEX customers_phone_key ON public.customers USING btree (workspace_id, phone_key) WHERE (phone_key IS NOT NULL);
CREATE UNIQUE INDEX customers_email_key ON public.customers USING btree (workspace_id, email_key) WHERE (email_key IS NOT NULL);
alter table customers enable row level security;
alter table customers force row level security;
create policy workspace on customers as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on customers to enrich_app;
comment on column customers.email_key is 'The canonical email as a blind index; phone_key the E.164 number';
comment on column customers.fields is 'Which fields have a value';
comment on column customers.mailbox_key is 'What the mail provider takes the email for, where it takes several addresses for one: see customers/mailbox.ts';
comment on column customers.merged_into is 'The customer whom staff took this one for: it stands as it was, without conversations, and its email leads there';
comment on column customers.profile is 'Sealed: {values, unvalidated, conflicts} as customers/fold.ts has them';
comment on column customers.tokens is 'What name, email and phone are searched by: see privacy/search-tokens.ts';
comment on table customers is 'A cache of the fold: every value follows from the claims of the linked conversations';

create table data_keys (
  workspace_id uuid not null,
  subject_id uuid not null,
  workspace_key_version integer not null,
  wrapped bytea not null,
  constraint data_keys_pkey PRIMARY KEY (workspace_id, subject_id),
  constraint data_keys_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id)
);
alter table data_keys enable row level security;
alter table data_keys force row level security;
create policy workspace on data_keys as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on data_keys to enrich_app;
comment on column data_keys.subject_id is 'A customer or a conversation: without this row nothing of theirs can be read, in any backup';

create table handles (
  workspace_id uuid not null,
  id uuid not null,
  platform text not null,
  handle_key bytea not null,
  revision bigint not null,
  created_at timestamp with time zone not null,
  constraint handles_pkey PRIMARY KEY (workspace_id, id),
  constraint handles_workspace_id_platform_handle_key_key UNIQUE (workspace_id, platform, handle_key),
  constraint handles_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint handles_handle_key_check CHECK ((length(handle_key) = 32))
);
alter table handles set (fillfactor=70);
alter table handles enable row level security;
alter table handles force row level security;
create policy workspace on handles as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on handles to enrich_app;
comment on column handles.handle_key is 'What the platform calls the person, as a blind index; the conversations have it sealed';
comment on column handles.revision is 'Counted up with every message of the person: what was read at a revision holds as long as it stands';

create table merges (
  workspace_id uuid not null,
  id uuid not null,
  survivor_id uuid not null,
  absorbed_id uuid not null,
  conversation_ids uuid[] not null,
  choices json not null,
  actor_kind text not null,
  actor_id text not null,
  merged_at timestamp with time zone not null,
  unmerged_at timestamp with time zone,
  constraint merges_pkey PRIMARY KEY (workspace_id, id),
  constraint merges_workspace_id_absorbed_id_fkey FOREIGN KEY (workspace_id, absorbed_id) REFERENCES customers(workspace_id, id) ON DELETE CASCADE,
  constraint merges_workspace_id_survivor_id_fkey FOREIGN KEY (workspace_id, survivor_id) REFERENCES customers(workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX merges_absorbed_ever ON public.merges USING btree (workspace_id, absorbed_id, id) WHERE (absorbed_id IS NOT NULL);
CREATE INDEX merges_survivor ON public.merges USING btree (workspace_id, survivor_id, id) WHERE (survivor_id IS NOT NULL);
CREATE UNIQUE INDEX merges_absorbed ON public.merges USING btree (workspace_id, absorbed_id) WHERE ((absorbed_id IS NOT NULL) AND (unmerged_at IS NULL));
alter table merges enable row level security;
alter table merges force row level security;
create policy workspace on merges as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on merges to enrich_app;
comment on column merges.choices is 'Field → {side, claimId}: whose value staff chose, and the claim that it rests on; null for an email';
comment on column merges.conversation_ids is 'The conversations that came from the absorbed customer';
comment on table merges is 'What staff took for one customer, and what it takes to part them again';

create table messages (
  workspace_id uuid not null,
  conversation_id uuid not null,
  seq integer not null,
  id uuid not null,
  handle_id uuid not null,
  role text not null,
  text bytea not null,
  message_key bytea,
  external_id bytea,
  turn integer,
  response bytea,
  at timestamp with time zone not null,
  recorded_at timestamp with time zone not null,
  constraint messages_pkey PRIMARY KEY (workspace_id, conversation_id, seq),
  constraint messages_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations(workspace_id, id),
  constraint messages_message_key_check CHECK ((length(message_key) = 32)),
  constraint messages_role_check CHECK ((role = ANY (ARRAY['customer'::text, 'agent'::text, 'bot'::text])))
);
CREATE UNIQUE INDEX messages_message_key ON public.messages USING btree (workspace_id, handle_id, message_key) WHERE (message_key IS NOT NULL);
alter table messages enable row level security;
alter table messages force row level security;
create policy workspace on messages as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on messages to enrich_app;
comment on column messages.message_key is 'The id the caller gave the message, as a blind index: a redelivery is found by it. external_id is the same, sealed';
comment on column messages.text is 'Sealed, as is the response: what the caller was answered, byte for byte';

create table refusals (
  workspace_id uuid not null,
  conversation_id uuid not null,
  field text not null,
  handle_id uuid not null,
  at timestamp with time zone not null,
  constraint refusals_pkey PRIMARY KEY (workspace_id, conversation_id, field),
  constraint refusals_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations(workspace_id, id)
);
CREATE INDEX refusals_handle ON public.refusals USING btree (workspace_id, handle_id, field) WHERE (handle_id IS NOT NULL);
alter table refusals enable row level security;
alter table refusals force row level security;
create policy workspace on refusals as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on refusals to enrich_app;

create table turns (
  workspace_id uuid not null,
  conversation_id uuid not null,
  turn integer not null,
  message_seq integer not null,
  trace bytea not null,
  pack_hash text not null,
  engine_version text not null,
  at timestamp with time zone not null,
  constraint turns_pkey PRIMARY KEY (workspace_id, conversation_id, turn),
  constraint turns_workspace_id_conversation_id_message_seq_fkey FOREIGN KEY (workspace_id, conversation_id, message_seq) REFERENCES messages(workspace_id, conversation_id, seq)
);
alter table turns enable row level security;
alter table turns force row level security;
create policy workspace on turns as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on turns to enrich_app;
comment on column turns.trace is 'Sealed';

create table workspace_keys (
  workspace_id uuid not null,
  kind text not null,
  version integer not null,
  provider text not null,
  wrapped bytea not null,
  created_at timestamp with time zone not null,
  activated_at timestamp with time zone,
  retired_at timestamp with time zone,
  constraint workspace_keys_pkey PRIMARY KEY (workspace_id, kind, version),
  constraint workspace_keys_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint workspace_keys_kind_check CHECK ((kind = ANY (ARRAY['data'::text, 'index'::text]))),
  constraint workspace_keys_version_check CHECK ((version > 0))
);
alter table workspace_keys enable row level security;
alter table workspace_keys force row level security;
create policy workspace on workspace_keys as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on workspace_keys to enrich_app;
comment on column workspace_keys.activated_at is 'From then on it is used for writing; before, every process gets to know it';
comment on column workspace_keys.retired_at is 'From then on nothing that is stored needs it';
comment on column workspace_keys.wrapped is 'The key, encrypted under the root key, which is in no database';

create table workspaces (
  workspace_id uuid not null,
  name text not null,
  created_at timestamp with time zone not null,
  constraint workspaces_pkey PRIMARY KEY (workspace_id)
);
alter table workspaces enable row level security;
alter table workspaces force row level security;
create policy workspace on workspaces as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on workspaces to enrich_app;
