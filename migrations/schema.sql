-- The schema that the migrations make. Generated: npm test -- test/server/database/schema.test.ts -u

create table action_configurations (
  workspace_id uuid not null,
  action text not null,
  version integer not null,
  configuration json not null,
  actor_kind text not null,
  actor_id text not null,
  at timestamp with time zone not null,
  constraint action_configurations_pkey PRIMARY KEY (workspace_id, action, version),
  constraint action_configurations_workspace_id_action_fkey FOREIGN KEY (workspace_id, action) REFERENCES actions(workspace_id, action)
);
alter table action_configurations enable row level security;
alter table action_configurations force row level security;
create policy workspace on action_configurations as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on action_configurations to enrich_app;

create table actions (
  workspace_id uuid not null,
  action text not null,
  enabled boolean not null,
  configuration_version integer not null,
  revision bigint not null default 1,
  added_at timestamp with time zone not null,
  added_by_kind text not null,
  added_by_id text not null,
  activated_at timestamp with time zone,
  activated_by_kind text,
  activated_by_id text,
  changed_at timestamp with time zone not null,
  changed_by_kind text not null,
  changed_by_id text not null,
  constraint actions_pkey PRIMARY KEY (workspace_id, action),
  constraint actions_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id)
);
alter table actions enable row level security;
alter table actions force row level security;
create policy workspace on actions as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on actions to enrich_app;
comment on column actions.revision is 'Counted up with every change of what a turn reads of it: itself, its configuration, the plan';

create table api_keys (
  workspace_id uuid not null,
  id uuid not null,
  label text not null,
  secret_hash bytea not null,
  scopes text[] not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  used_at timestamp with time zone,
  constraint api_keys_pkey PRIMARY KEY (workspace_id, id),
  constraint api_keys_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint api_keys_secret_hash_check CHECK ((length(secret_hash) = 32))
);
alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy workspace on api_keys as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on api_keys to enrich_app;
comment on column api_keys.expires_at is 'From then on it is refused; null: never';
comment on column api_keys.scopes is 'What it may do: see server/access/permission-contract.ts';
comment on column api_keys.used_at is 'Its last use, to a minute';

create table attempts (
  workspace_id uuid not null,
  key bytea not null,
  count integer not null,
  until timestamp with time zone not null,
  constraint attempts_pkey PRIMARY KEY (workspace_id, key),
  constraint attempts_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint attempts_key_check CHECK ((length(key) = 32))
);
alter table attempts set (fillfactor=70);
CREATE INDEX attempts_until ON public.attempts USING btree (workspace_id, until) WHERE (until IS NOT NULL);
alter table attempts enable row level security;
alter table attempts force row level security;
create policy workspace on attempts as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on attempts to enrich_app;
comment on table attempts is 'How often somebody has tried to sign in of late, by account and by address: keyed hashes';

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
CREATE INDEX audit_events_actor ON public.audit_events USING btree (workspace_id, actor_id, at DESC, id DESC) WHERE (actor_id IS NOT NULL);
CREATE INDEX audit_events_at ON public.audit_events USING btree (workspace_id, at DESC, id DESC) WHERE (at IS NOT NULL);
CREATE INDEX audit_events_subject ON public.audit_events USING btree (workspace_id, subject_id, at DESC, id DESC) WHERE (subject_id IS NOT NULL);
alter table audit_events enable row level security;
alter table audit_events force row level security;
create policy workspace on audit_events as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on audit_events to enrich_app;
comment on column audit_events.details is 'Names of fields, counts, causes: read as it was written, and free of personal data';
comment on table audit_events is 'What was done by hand or by rule, by whom and to what. Never what a customer said or gave';

create table audit_leaves (
  workspace_id uuid not null,
  id uuid not null,
  leaf text not null,
  constraint audit_leaves_pkey PRIMARY KEY (workspace_id, id),
  constraint audit_leaves_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id)
);
alter table audit_leaves enable row level security;
alter table audit_leaves force row level security;
create policy workspace on audit_leaves as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on audit_leaves to enrich_app;
comment on table audit_leaves is 'What is to be sealed: written with what it tells of, and removed by the seal that takes it in. See audit/leaves.ts';

create table audit_seals (
  workspace_id uuid not null,
  number integer not null,
  at timestamp with time zone not null,
  leaf_count integer not null,
  leaves text not null,
  previous bytea,
  hash bytea not null,
  constraint audit_seals_pkey PRIMARY KEY (workspace_id, number),
  constraint audit_seals_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint audit_seals_hash_check CHECK ((length(hash) = 32)),
  constraint audit_seals_leaf_count_check CHECK ((leaf_count > 0)),
  constraint audit_seals_number_check CHECK ((number > 0)),
  constraint audit_seals_previous_check CHECK ((length(previous) = 32))
);
alter table audit_seals enable row level security;
alter table audit_seals force row level security;
create policy workspace on audit_seals as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on audit_seals to enrich_app;
comment on table audit_seals is 'The chain of the workspace: each seal holds its leaves and the hash of the one before';

create table billing_events (
  workspace_id uuid not null,
  id text not null,
  type text not null,
  created_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  told json not null,
  constraint billing_events_pkey PRIMARY KEY (workspace_id, id),
  constraint billing_events_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id)
);
alter table billing_events enable row level security;
alter table billing_events force row level security;
create policy workspace on billing_events as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on billing_events to enrich_app;
comment on table billing_events is 'What the payment provider has told, each event once: the subscription is a fold of them (see billing/fold-events.ts)';

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
  constraint claims_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations(workspace_id, id),
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
  chain bytea,
  since_activation boolean not null default false,
  constraint conversations_pkey PRIMARY KEY (workspace_id, id),
  constraint conversations_workspace_id_customer_id_fkey FOREIGN KEY (workspace_id, customer_id) REFERENCES customers(workspace_id, id),
  constraint conversations_workspace_id_handle_id_fkey FOREIGN KEY (workspace_id, handle_id) REFERENCES handles(workspace_id, id),
  constraint conversations_chain_check CHECK ((length(chain) = 32)),
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
comment on column conversations.chain is 'The link of its latest message: see audit/step.ts';
comment on column conversations.handle is 'Sealed, as is the state';
comment on column conversations.link_seq is 'Orders the links of a handle, oldest first: the customer of the latest is the customer of the handle';
comment on column conversations.since_activation is 'Whether the action had been activated when it began here: only then are details collected in it';

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
CREATE INDEX customer_activity_conversations ON public.customer_activity USING btree (workspace_id, conversation_count DESC, customer_id DESC) WHERE (conversation_count IS NOT NULL);
CREATE INDEX customer_activity_first_at ON public.customer_activity USING btree (workspace_id, first_at DESC, customer_id DESC) WHERE (first_at IS NOT NULL);
CREATE INDEX customer_activity_last_at ON public.customer_activity USING btree (workspace_id, last_at DESC, customer_id DESC) WHERE (last_at IS NOT NULL);
alter table customer_activity enable row level security;
alter table customer_activity force row level security;
create policy workspace on customer_activity as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on customer_activity to enrich_app;

create table customer_entries (
  workspace_id uuid not null,
  entry text not null,
  customer_id uuid not null,
  constraint customer_entries_pkey PRIMARY KEY (workspace_id, entry, customer_id),
  constraint customer_entries_workspace_id_customer_id_fkey FOREIGN KEY (workspace_id, customer_id) REFERENCES customers(workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX customer_entries_customer ON public.customer_entries USING btree (workspace_id, customer_id) WHERE (customer_id IS NOT NULL);
alter table customer_entries enable row level security;
alter table customer_entries force row level security;
create policy workspace on customer_entries as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on customer_entries to enrich_app;
comment on table customer_entries is 'What customers are found by. Follows from customers.tokens, fields, tags, verified_fields and platforms: see customers/entries.ts';

create table customer_filters (
  workspace_id uuid not null,
  id uuid not null,
  name bytea not null,
  filter bytea not null,
  created_at timestamp with time zone not null,
  constraint customer_filters_pkey PRIMARY KEY (workspace_id, id),
  constraint customer_filters_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id)
);
alter table customer_filters enable row level security;
alter table customer_filters force row level security;
create policy workspace on customer_filters as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on customer_filters to enrich_app;
comment on table customer_filters is 'Saved filters of customers. Name and filter are sealed under the data key of the filter: what is searched for may be a person';

create table customers (
  workspace_id uuid not null,
  id uuid not null,
  email_key bytea,
  phone_key bytea,
  mailbox_key bytea,
  index_version integer not null,
  merged_into uuid,
  profile bytea not null,
  fields text[] not null,
  verified_fields text[] not null default '{}'::text[],
  tags text[] not null default '{}'::text[],
  own_tags text[] not null default '{}'::text[],
  tokens integer[] not null,
  platforms text[] not null default '{}'::text[],
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
comment on column customers.fields is 'Which fields have a value, and verified_fields a verified one';
comment on column customers.mailbox_key is 'What the mail provider takes the email for, where it takes several addresses for one: see customers/mailbox.ts';
comment on column customers.merged_into is 'The customer whom staff took this one for: it stands as it was, without conversations, and its email leads there';
comment on column customers.own_tags is 'Those that the customer was given itself: tags has those of whom was merged into it besides, and follows from them';
comment on column customers.platforms is 'Where its conversations happened, in alphabetical order';
comment on column customers.profile is 'Sealed: {values, unvalidated, verified, conflicts} as customers/fold.ts has them';
comment on column customers.tags is 'Words of the staff about the customer, in the clear: no place for personal data';
comment on column customers.tokens is 'What name, email and phone are searched by: see privacy/search-tokens.ts';
comment on column customers.version is 'Counted up with every change of values, conflicts, verified fields and tags: what ETag and If-Match compare';
comment on table customers is 'A cache of the fold: every value follows from the claims of the linked conversations and from staff_values';

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
comment on column data_keys.subject_id is 'A customer, a conversation, a saved filter, an identity key, a signing key, a webhook endpoint or a drawer of stored answers: without this row nothing of theirs can be read, in any backup';

create table erasures (
  workspace_id uuid not null,
  id uuid not null,
  at timestamp with time zone not null,
  subject_kind text not null,
  subject_id uuid not null,
  certificate text not null,
  signature bytea not null,
  signing_key_id uuid not null,
  constraint erasures_pkey PRIMARY KEY (workspace_id, id),
  constraint erasures_workspace_id_signing_key_id_fkey FOREIGN KEY (workspace_id, signing_key_id) REFERENCES signing_keys(workspace_id, id),
  constraint erasures_signature_check CHECK ((length(signature) = 64)),
  constraint erasures_subject_kind_check CHECK ((subject_kind = ANY (ARRAY['customer'::text, 'conversation'::text])))
);
alter table erasures enable row level security;
alter table erasures force row level security;
create policy workspace on erasures as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on erasures to enrich_app;
comment on column erasures.certificate is 'The bytes that are signed: see docs/erasure.md';
comment on table erasures is 'The ledger: ids, counts and fingerprints of keys, to be applied again after a restore. No personal data';

create table findings (
  workspace_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  message_seq integer not null,
  turn integer not null,
  field text not null,
  reason text not null,
  extractor text not null,
  span_start integer not null,
  span_end integer not null,
  at timestamp with time zone not null,
  status text not null default 'open'::text,
  constraint findings_pkey PRIMARY KEY (workspace_id, id),
  constraint findings_workspace_id_conversation_id_message_seq_fkey FOREIGN KEY (workspace_id, conversation_id, message_seq) REFERENCES messages(workspace_id, conversation_id, seq),
  constraint findings_check CHECK (((0 <= span_start) AND (span_start <= span_end))),
  constraint findings_status_check CHECK ((status = ANY (ARRAY['open'::text, 'done'::text])))
);
CREATE INDEX findings_conversation ON public.findings USING btree (workspace_id, conversation_id, message_seq) WHERE (conversation_id IS NOT NULL);
CREATE INDEX findings_status ON public.findings USING btree (workspace_id, status, at DESC, id DESC) WHERE (status IS NOT NULL);
alter table findings enable row level security;
alter table findings force row level security;
create policy workspace on findings as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on findings to enrich_app;
comment on table findings is 'What looked like a contact detail and was not taken for the customer''s own: a list to work through';

create table handles (
  workspace_id uuid not null,
  id uuid not null,
  platform text not null,
  handle_key bytea not null,
  index_version integer not null,
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
comment on column handles.index_version is 'Of the index key that handle_key is made with: see reindex/. Of customers, of their three keys and tokens';
comment on column handles.revision is 'Counted up with every message of the person: what was read at a revision holds as long as it stands';

create table idempotency_drawers (
  workspace_id uuid not null,
  id uuid not null,
  opened_at timestamp with time zone not null,
  constraint idempotency_drawers_pkey PRIMARY KEY (workspace_id, id),
  constraint idempotency_drawers_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id)
);
alter table idempotency_drawers enable row level security;
alter table idempotency_drawers force row level security;
create policy workspace on idempotency_drawers as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on idempotency_drawers to enrich_app;
comment on table idempotency_drawers is 'An hour''s stored answers are sealed under one data key: an erasure in the workspace destroys it, and with it all of them';

create table idempotency_keys (
  workspace_id uuid not null,
  key_hash bytea not null,
  claim_id uuid not null,
  fingerprint bytea not null,
  drawer_id uuid not null,
  claimed_at timestamp with time zone not null,
  locked_until timestamp with time zone not null,
  answered_at timestamp with time zone,
  answer bytea,
  constraint idempotency_keys_pkey PRIMARY KEY (workspace_id, key_hash),
  constraint idempotency_keys_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint idempotency_keys_fingerprint_check CHECK ((length(fingerprint) = 32)),
  constraint idempotency_keys_key_hash_check CHECK ((length(key_hash) = 32))
);
CREATE INDEX idempotency_keys_claimed_at ON public.idempotency_keys USING btree (workspace_id, claimed_at) WHERE (claimed_at IS NOT NULL);
alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy workspace on idempotency_keys as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on idempotency_keys to enrich_app;
comment on column idempotency_keys.answer is 'Sealed; null when it was answered: carried out, and the answer is not kept';
comment on column idempotency_keys.claim_id is 'The attempt that carries it out, or did';
comment on column idempotency_keys.fingerprint is 'Operation, address and body, likewise';
comment on column idempotency_keys.key_hash is 'Who asked and their Idempotency-Key, as a blind index';
comment on column idempotency_keys.locked_until is 'Until then an attempt without an answer is taken to be under way; it puts this off as long as it lives';

create table identity_challenges (
  workspace_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  email bytea not null,
  email_key bytea not null,
  index_version integer not null,
  code_hash bytea not null,
  tries integer not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint identity_challenges_pkey PRIMARY KEY (workspace_id, id),
  constraint identity_challenges_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations(workspace_id, id),
  constraint identity_challenges_code_hash_check CHECK ((length(code_hash) = 32)),
  constraint identity_challenges_email_key_check CHECK ((length(email_key) = 32))
);
CREATE INDEX identity_challenges_conversation ON public.identity_challenges USING btree (workspace_id, conversation_id, created_at) WHERE (conversation_id IS NOT NULL);
CREATE INDEX identity_challenges_email_key ON public.identity_challenges USING btree (workspace_id, email_key, created_at) WHERE (email_key IS NOT NULL);
alter table identity_challenges enable row level security;
alter table identity_challenges force row level security;
create policy workspace on identity_challenges as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on identity_challenges to enrich_app;
comment on table identity_challenges is 'Mailed codes. The email is sealed under the conversation''s key; of the code there is a keyed hash';

create table identity_keys (
  workspace_id uuid not null,
  id uuid not null,
  algorithm text not null,
  label text not null,
  secret bytea,
  public_key text,
  created_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint identity_keys_pkey PRIMARY KEY (workspace_id, id),
  constraint identity_keys_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint identity_keys_algorithm_check CHECK ((algorithm = ANY (ARRAY['HS256'::text, 'EdDSA'::text]))),
  constraint identity_keys_check CHECK (((secret IS NULL) <> (public_key IS NULL)))
);
alter table identity_keys enable row level security;
alter table identity_keys force row level security;
create policy workspace on identity_keys as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on identity_keys to enrich_app;
comment on table identity_keys is 'What the host signs the identity of signed-in people with: a shared secret, sealed, or its public key';

create table installation_workspaces (
  workspace_id uuid not null,
  listed_id uuid not null,
  created_at timestamp with time zone not null,
  constraint installation_workspaces_pkey PRIMARY KEY (workspace_id, listed_id),
  constraint installation_workspaces_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id)
);
alter table installation_workspaces enable row level security;
alter table installation_workspaces force row level security;
create policy workspace on installation_workspaces as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on installation_workspaces to enrich_app;
comment on table installation_workspaces is 'Every workspace of the installation, which is a workspace itself: without a list, row-level security lets nobody find one';

create table invitations (
  workspace_id uuid not null,
  id uuid not null,
  email bytea not null,
  email_key bytea not null,
  index_version integer not null,
  role text not null,
  secret_hash bytea not null,
  invited_by uuid not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint invitations_pkey PRIMARY KEY (workspace_id, id),
  constraint invitations_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint invitations_email_key_check CHECK ((length(email_key) = 32)),
  constraint invitations_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'agent'::text, 'viewer'::text]))),
  constraint invitations_secret_hash_check CHECK ((length(secret_hash) = 32))
);
CREATE UNIQUE INDEX invitations_email_key ON public.invitations USING btree (workspace_id, email_key) WHERE (email_key IS NOT NULL);
CREATE UNIQUE INDEX invitations_secret_hash ON public.invitations USING btree (workspace_id, secret_hash) WHERE (secret_hash IS NOT NULL);
alter table invitations enable row level security;
alter table invitations force row level security;
create policy workspace on invitations as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on invitations to enrich_app;
comment on table invitations is 'Those that are open: the row goes when one is accepted, revoked or replaced';

create table members (
  workspace_id uuid not null,
  person_id uuid not null,
  role text not null,
  since timestamp with time zone not null,
  constraint members_pkey PRIMARY KEY (workspace_id, person_id),
  constraint members_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint members_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'agent'::text, 'viewer'::text])))
);
CREATE INDEX members_role ON public.members USING btree (workspace_id, role) WHERE (role IS NOT NULL);
alter table members enable row level security;
alter table members force row level security;
create policy workspace on members as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on members to enrich_app;
comment on column members.person_id is 'Of the installation''s people, which are in another workspace: no foreign key';

create table merges (
  workspace_id uuid not null,
  id uuid not null,
  survivor_id uuid not null,
  absorbed_id uuid not null,
  conversation_ids uuid[] not null,
  choices json not null,
  survivor_first_at timestamp with time zone not null,
  survivor_last_at timestamp with time zone not null,
  absorbed_first_at timestamp with time zone not null,
  absorbed_last_at timestamp with time zone not null,
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
comment on column merges.choices is 'Field → {side, claimId, over}: whose value staff chose, the claim that it rests on (null for an email), and what staff had set';
comment on column merges.conversation_ids is 'The conversations that came from the absorbed customer';
comment on column merges.survivor_last_at is 'The dates that either had before: of one without conversations they follow from nothing else';
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
  index_version integer,
  external_id bytea,
  turn integer,
  response bytea,
  pack_hash text,
  state_hash bytea,
  chain bytea,
  at timestamp with time zone not null,
  recorded_at timestamp with time zone not null,
  constraint messages_pkey PRIMARY KEY (workspace_id, conversation_id, seq),
  constraint messages_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations(workspace_id, id),
  constraint messages_chain_check CHECK ((length(chain) = 32)),
  constraint messages_check CHECK (((message_key IS NULL) = (index_version IS NULL))),
  constraint messages_message_key_check CHECK ((length(message_key) = 32)),
  constraint messages_role_check CHECK ((role = ANY (ARRAY['customer'::text, 'agent'::text, 'bot'::text]))),
  constraint messages_state_hash_check CHECK ((length(state_hash) = 32))
);
CREATE UNIQUE INDEX messages_message_key ON public.messages USING btree (workspace_id, handle_id, message_key) WHERE (message_key IS NOT NULL);
alter table messages enable row level security;
alter table messages force row level security;
create policy workspace on messages as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on messages to enrich_app;
comment on column messages.chain is 'Of what the message left, this row, the reply and its turn: SHA-256 over their sealed bytes and the link before';
comment on column messages.message_key is 'The id the caller gave the message, as a blind index: a redelivery is found by it. external_id is the same, sealed';
comment on column messages.pack_hash is 'The pack that heard it, where it is no turn: turns have it themselves';
comment on column messages.state_hash is 'SHA-256 of the sealed state that the message left the conversation in';
comment on column messages.text is 'Sealed, as is the response: what the caller was answered, byte for byte';

create table notes (
  workspace_id uuid not null,
  id uuid not null,
  customer_id uuid not null,
  text bytea not null,
  actor_kind text not null,
  actor_id text not null,
  at timestamp with time zone not null,
  constraint notes_pkey PRIMARY KEY (workspace_id, id),
  constraint notes_workspace_id_customer_id_fkey FOREIGN KEY (workspace_id, customer_id) REFERENCES customers(workspace_id, id) ON DELETE CASCADE,
  constraint notes_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['api_key'::text, 'member'::text, 'operator'::text, 'system'::text])))
);
CREATE INDEX notes_customer ON public.notes USING btree (workspace_id, customer_id, id DESC) WHERE (customer_id IS NOT NULL);
alter table notes enable row level security;
alter table notes force row level security;
create policy workspace on notes as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on notes to enrich_app;
comment on column notes.text is 'Sealed under the key of the customer';

create table people (
  workspace_id uuid not null,
  id uuid not null,
  email bytea not null,
  email_key bytea not null,
  index_version integer not null,
  password_hash text,
  totp_secret bytea,
  totp_since timestamp with time zone,
  totp_step bigint,
  recovery_hashes bytea[] not null default '{}'::bytea[],
  created_at timestamp with time zone not null,
  constraint people_pkey PRIMARY KEY (workspace_id, id),
  constraint people_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint people_email_key_check CHECK ((length(email_key) = 32))
);
CREATE UNIQUE INDEX people_email_key ON public.people USING btree (workspace_id, email_key) WHERE (email_key IS NOT NULL);
alter table people enable row level security;
alter table people force row level security;
create policy workspace on people as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on people to enrich_app;
comment on column people.password_hash is 'Argon2id; null for whoever signs in elsewhere';
comment on column people.totp_since is 'From then on a code is asked for; before, the secret waits to be confirmed';
comment on column people.totp_step is 'The time step of the latest code: none of it or before is taken again';
comment on table people is 'Who signs in, once for all workspaces: their rows, sessions and links are in the workspace of the installation itself';

create table person_links (
  workspace_id uuid not null,
  id uuid not null,
  kind text not null,
  person_id uuid,
  secret_hash bytea not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint person_links_pkey PRIMARY KEY (workspace_id, id),
  constraint person_links_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint person_links_workspace_id_person_id_fkey FOREIGN KEY (workspace_id, person_id) REFERENCES people(workspace_id, id),
  constraint person_links_check CHECK (((kind = 'set_up'::text) = (person_id IS NULL))),
  constraint person_links_kind_check CHECK ((kind = ANY (ARRAY['set_up'::text, 'reset'::text]))),
  constraint person_links_secret_hash_check CHECK ((length(secret_hash) = 32))
);
CREATE INDEX person_links_kind ON public.person_links USING btree (workspace_id, kind, created_at) WHERE (kind IS NOT NULL);
CREATE INDEX person_links_person ON public.person_links USING btree (workspace_id, person_id) WHERE (person_id IS NOT NULL);
CREATE UNIQUE INDEX person_links_secret_hash ON public.person_links USING btree (workspace_id, secret_hash) WHERE (secret_hash IS NOT NULL);
alter table person_links enable row level security;
alter table person_links force row level security;
create policy workspace on person_links as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on person_links to enrich_app;
comment on table person_links is 'Links that are good once: the row goes with their use';

create table person_workspaces (
  workspace_id uuid not null,
  person_id uuid not null,
  listed_id uuid not null,
  constraint person_workspaces_pkey PRIMARY KEY (workspace_id, person_id, listed_id),
  constraint person_workspaces_workspace_id_person_id_fkey FOREIGN KEY (workspace_id, person_id) REFERENCES people(workspace_id, id)
);
alter table person_workspaces enable row level security;
alter table person_workspaces force row level security;
create policy workspace on person_workspaces as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on person_workspaces to enrich_app;
comment on table person_workspaces is 'Where to look for a person''s roles. What counts is the row in members, in that workspace';

create table rate_counts (
  workspace_id uuid not null,
  name_hash bytea not null,
  points integer not null,
  expires_at timestamp with time zone not null,
  constraint rate_counts_pkey PRIMARY KEY (workspace_id, name_hash),
  constraint rate_counts_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint rate_counts_name_hash_check CHECK ((length(name_hash) = 32))
);
alter table rate_counts set (fillfactor=70);
CREATE INDEX rate_counts_expires_at ON public.rate_counts USING btree (workspace_id, expires_at) WHERE (expires_at IS NOT NULL);
alter table rate_counts enable row level security;
alter table rate_counts force row level security;
create policy workspace on rate_counts as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on rate_counts to enrich_app;
comment on table rate_counts is 'Requests of this minute, by a keyed hash of whose they are, in the workspace of the installation: see server/limits/';

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

create table rule_packs (
  workspace_id uuid not null,
  hash text not null,
  files json not null,
  created_at timestamp with time zone not null,
  constraint rule_packs_pkey PRIMARY KEY (workspace_id, hash),
  constraint rule_packs_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id)
);
alter table rule_packs enable row level security;
alter table rule_packs force row level security;
create policy workspace on rule_packs as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on rule_packs to enrich_app;
comment on column rule_packs.files is '[{path, text}], by path: the hash is over them';
comment on table rule_packs is 'Every rule pack that was ever in force: with it, the turns that it decided can be run again';

create table sessions (
  workspace_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  secret_hash bytea not null,
  current_id uuid,
  created_at timestamp with time zone not null,
  seen_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint sessions_pkey PRIMARY KEY (workspace_id, id),
  constraint sessions_workspace_id_person_id_fkey FOREIGN KEY (workspace_id, person_id) REFERENCES people(workspace_id, id),
  constraint sessions_secret_hash_check CHECK ((length(secret_hash) = 32))
);
alter table sessions set (fillfactor=70);
CREATE INDEX sessions_person ON public.sessions USING btree (workspace_id, person_id) WHERE (person_id IS NOT NULL);
CREATE UNIQUE INDEX sessions_secret_hash ON public.sessions USING btree (workspace_id, secret_hash) WHERE (secret_hash IS NOT NULL);
alter table sessions enable row level security;
alter table sessions force row level security;
create policy workspace on sessions as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on sessions to enrich_app;
comment on column sessions.current_id is 'The workspace that the person works in';
comment on column sessions.secret_hash is 'SHA-256 of the 32 random bytes that the cookie holds';

create table signing_keys (
  workspace_id uuid not null,
  id uuid not null,
  public_key bytea not null,
  private_key bytea,
  created_at timestamp with time zone not null,
  constraint signing_keys_pkey PRIMARY KEY (workspace_id, id),
  constraint signing_keys_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id)
);
alter table signing_keys enable row level security;
alter table signing_keys force row level security;
create policy workspace on signing_keys as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on signing_keys to enrich_app;
comment on column signing_keys.private_key is 'Sealed under the data key whose subject is this row; null for a key that came with a ledger of another database';
comment on table signing_keys is 'Ed25519: what certificates of erasure are signed with';

create table staff_values (
  workspace_id uuid not null,
  id uuid not null,
  seq bigint not null generated always as identity,
  customer_id uuid not null,
  field text not null,
  trust text not null,
  said bytea not null,
  unvalidated boolean not null,
  claim_id uuid,
  actor_kind text not null,
  actor_id text not null,
  at timestamp with time zone not null,
  withdrawn_at timestamp with time zone,
  withdrawn_by_kind text,
  withdrawn_by_id text,
  constraint staff_values_pkey PRIMARY KEY (workspace_id, id),
  constraint staff_values_workspace_id_customer_id_fkey FOREIGN KEY (workspace_id, customer_id) REFERENCES customers(workspace_id, id) ON DELETE CASCADE,
  constraint staff_values_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['api_key'::text, 'member'::text, 'operator'::text, 'system'::text]))),
  constraint staff_values_check CHECK ((((withdrawn_at IS NULL) = (withdrawn_by_kind IS NULL)) AND ((withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)))),
  constraint staff_values_trust_check CHECK ((trust = ANY (ARRAY['staff'::text, 'verified'::text]))),
  constraint staff_values_withdrawn_by_kind_check CHECK ((withdrawn_by_kind = ANY (ARRAY['api_key'::text, 'member'::text, 'operator'::text, 'system'::text])))
);
CREATE INDEX staff_values_customer ON public.staff_values USING btree (workspace_id, customer_id, seq) WHERE (customer_id IS NOT NULL);
alter table staff_values enable row level security;
alter table staff_values force row level security;
create policy workspace on staff_values as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on staff_values to enrich_app;
comment on column staff_values.claim_id is 'The claim that was accepted, where the value comes from one';
comment on column staff_values.said is 'Sealed under the key of the customer: {value, raw, replaces}; replaces: the email that the profile had before';
comment on column staff_values.trust is 'staff: set by hand; verified: said to be right';
comment on table staff_values is 'What staff says of a customer: claims of the customer itself, as those of its conversations are in claims';

create table subscriptions (
  workspace_id uuid not null,
  plan text not null,
  status text not null,
  provider text not null,
  period_ends_at timestamp with time zone,
  changed_at timestamp with time zone not null,
  changed_by_kind text not null,
  changed_by_id text not null,
  constraint subscriptions_pkey PRIMARY KEY (workspace_id),
  constraint subscriptions_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint subscriptions_plan_check CHECK ((plan = ANY (ARRAY['starter'::text, 'professional'::text, 'enterprise'::text]))),
  constraint subscriptions_provider_check CHECK ((provider = ANY (ARRAY['manual'::text, 'stripe'::text]))),
  constraint subscriptions_status_check CHECK ((status = ANY (ARRAY['active'::text, 'past_due'::text, 'unpaid'::text, 'cancelled'::text])))
);
alter table subscriptions enable row level security;
alter table subscriptions force row level security;
create policy workspace on subscriptions as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on subscriptions to enrich_app;
comment on table subscriptions is 'A workspace without a row is on Starter';

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
  constraint turns_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations(workspace_id, id)
);
alter table turns enable row level security;
alter table turns force row level security;
create policy workspace on turns as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on turns to enrich_app;
comment on column turns.trace is 'Sealed';

create table webhook_deliveries (
  workspace_id uuid not null,
  event_id uuid not null,
  endpoint_id uuid not null,
  status text not null,
  attempts integer not null default 0,
  next_at timestamp with time zone,
  last_at timestamp with time zone,
  last_outcome text,
  constraint webhook_deliveries_pkey PRIMARY KEY (workspace_id, event_id, endpoint_id),
  constraint webhook_deliveries_workspace_id_event_id_fkey FOREIGN KEY (workspace_id, event_id) REFERENCES webhook_events(workspace_id, id) ON DELETE CASCADE,
  constraint webhook_deliveries_check CHECK (((status = 'waiting'::text) = (next_at IS NOT NULL))),
  constraint webhook_deliveries_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'delivered'::text, 'dead'::text])))
);
alter table webhook_deliveries set (fillfactor=70);
CREATE INDEX webhook_deliveries_endpoint ON public.webhook_deliveries USING btree (workspace_id, endpoint_id, event_id DESC) WHERE (endpoint_id IS NOT NULL);
CREATE INDEX webhook_deliveries_next ON public.webhook_deliveries USING btree (workspace_id, endpoint_id, next_at) WHERE (next_at IS NOT NULL);
alter table webhook_deliveries enable row level security;
alter table webhook_deliveries force row level security;
create policy workspace on webhook_deliveries as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on webhook_deliveries to enrich_app;
comment on column webhook_deliveries.last_outcome is 'The HTTP status of the last attempt, or why there was no answer';
comment on column webhook_deliveries.next_at is 'When it is tried next; while it is being tried, when another process may take it for abandoned';

create table webhook_endpoints (
  workspace_id uuid not null,
  id uuid not null,
  url bytea not null,
  secrets bytea not null,
  events text[] not null,
  with_values boolean not null,
  status text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint webhook_endpoints_pkey PRIMARY KEY (workspace_id, id),
  constraint webhook_endpoints_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id),
  constraint webhook_endpoints_status_check CHECK ((status = ANY (ARRAY['enabled'::text, 'disabled'::text, 'gone'::text])))
);
alter table webhook_endpoints enable row level security;
alter table webhook_endpoints force row level security;
create policy workspace on webhook_endpoints as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on webhook_endpoints to enrich_app;
comment on column webhook_endpoints.status is '''gone'': it answered 410 and is told nothing more';
comment on column webhook_endpoints.url is 'Sealed, as are the secrets, under a data key of the endpoint''s own';
comment on column webhook_endpoints.with_values is 'Whether it is told personal data, or ids and names of fields alone';
comment on table webhook_endpoints is 'Systems of the host''s that are told of what happens: see docs/webhooks.md';

create table webhook_events (
  workspace_id uuid not null,
  id uuid not null,
  seq bigint not null generated always as identity,
  type text not null,
  conversation_id uuid,
  customer_id uuid,
  about json not null,
  sealed_for uuid,
  sealed bytea,
  at timestamp with time zone not null,
  constraint webhook_events_pkey PRIMARY KEY (workspace_id, id),
  constraint webhook_events_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id)
);
CREATE INDEX webhook_events_at ON public.webhook_events USING btree (workspace_id, at) WHERE (at IS NOT NULL);
CREATE INDEX webhook_events_conversation ON public.webhook_events USING btree (workspace_id, conversation_id) WHERE (conversation_id IS NOT NULL);
CREATE INDEX webhook_events_customer ON public.webhook_events USING btree (workspace_id, customer_id) WHERE (customer_id IS NOT NULL);
alter table webhook_events enable row level security;
alter table webhook_events force row level security;
create policy workspace on webhook_events as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on webhook_events to enrich_app;
comment on column webhook_events.about is 'Ids, names of fields, causes: free of personal data';
comment on column webhook_events.sealed is 'Sealed, under the data key whose subject is sealed_for: erasing that one leaves nothing to read. Null where no endpoint wants it';
comment on table webhook_events is 'The outbox: written in the transaction of what it tells of, and only where an endpoint wants to hear it';

create table webhook_subscriptions (
  workspace_id uuid not null,
  event text not null,
  endpoint_id uuid not null,
  with_values boolean not null,
  constraint webhook_subscriptions_pkey PRIMARY KEY (workspace_id, event, endpoint_id),
  constraint webhook_subscriptions_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(workspace_id)
);
alter table webhook_subscriptions enable row level security;
alter table webhook_subscriptions force row level security;
create policy workspace on webhook_subscriptions as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on webhook_subscriptions to enrich_app;
comment on table webhook_subscriptions is 'What the enabled endpoints are told: what a turn looks up before it writes an event, which without a row here it does not';

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
  retention_days integer,
  created_at timestamp with time zone not null,
  constraint workspaces_pkey PRIMARY KEY (workspace_id),
  constraint workspaces_retention_days_check CHECK ((retention_days > 0))
);
alter table workspaces enable row level security;
alter table workspaces force row level security;
create policy workspace on workspaces as permissive for all to public using ((workspace_id = (current_setting('app.workspace_id'::text))::uuid)) with check ((workspace_id = (current_setting('app.workspace_id'::text))::uuid));
grant delete, insert, select, update on workspaces to enrich_app;
comment on column workspaces.retention_days is 'Who has been silent for longer is erased; null: nobody is';
