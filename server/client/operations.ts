import type { z } from "zod";
import type * as actions from "../actions/operations-contract.ts";
import type * as audit from "../audit/operations-contract.ts";
import type * as billing from "../billing/operations-contract.ts";
import type * as conversations from "../conversations/operations-contract.ts";
import type * as customers from "../customers/operations-contract.ts";
import type * as erasure from "../erasure/operations-contract.ts";
import type * as exports from "../exports/operations-contract.ts";
import type * as filters from "../filters/operations-contract.ts";
import type * as findings from "../findings/operations-contract.ts";
import type * as health from "../http/operations-contract.ts";
import type { Operation, ParameterNames } from "../http/operation-contract.ts";
import type * as identity from "../identity/operations-contract.ts";
import type * as imports from "../imports/operations-contract.ts";
import type * as members from "../members/operations-contract.ts";
import type * as merging from "../merging/operations-contract.ts";
import type * as oidc from "../oidc/operations-contract.ts";
import type * as openapi from "../openapi/operations-contract.ts";
import type * as people from "../people/operations-contract.ts";
import type * as retention from "../retention/operations-contract.ts";
import type * as sessions from "../sessions/operations-contract.ts";
import type * as webhooks from "../webhooks/operations-contract.ts";
import type * as keys from "../workspaces/key-operations-contract.ts";

type Contracts = typeof actions &
  typeof audit &
  typeof billing &
  typeof conversations &
  typeof customers &
  typeof erasure &
  typeof exports &
  typeof filters &
  typeof findings &
  typeof health &
  typeof identity &
  typeof imports &
  typeof keys &
  typeof members &
  typeof merging &
  typeof oidc &
  typeof openapi &
  typeof people &
  typeof retention &
  typeof sessions &
  typeof webhooks;

type Declared = Extract<Contracts[keyof Contracts], Operation>;

/** Every operation's contract, by its id. */
export type Operations = { readonly [Contract in Declared as Contract["id"]]: Contract };
export type OperationId = keyof Operations;

/** What a call of an operation takes. */
export type Call<Contract extends Operation> = Params<ParameterNames<Contract["path"]>> &
  (Contract extends { readonly query: infer Query extends z.ZodType }
    ? Asked<Loose<z.input<Query>>>
    : unknown) &
  (Contract extends { readonly body: infer Body } ? { readonly body: Sent<Body> } : unknown) &
  (Contract extends { readonly ifMatch: true } ? { readonly ifMatch: string } : unknown) & {
    /** The same key again gets the stored answer, instead of doing it twice. Of writes. */
    readonly idempotencyKey?: string;
    readonly signal?: AbortSignal;
  };

type Params<Names extends string> = [Names] extends [never]
  ? unknown
  : { readonly params: Readonly<Record<Names, string | number>> };

type Asked<Query> = object extends Query ? { readonly query?: Query } : { readonly query: Query };

/** A query string holds text; numbers and truth values are written as such. */
type Loose<Query> = { readonly [Name in keyof Query]: LooseValue<Query[Name]> };
type LooseValue<Value> =
  Value | (string extends Value ? number : never) | ("true" extends Value ? boolean : never);

type Sent<Body> = Body extends z.ZodType ? z.input<Body> : string | Uint8Array<ArrayBuffer>;

/** What an operation answers when all goes well. */
export interface Answered<Contract extends Operation> {
  readonly answer: AnswerOf<Contract["answer"]>;
  /** The version of what is shown, for the ifMatch of a change. */
  readonly etag: Contract extends { readonly etag: true } ? string : null;
  /** The request's id in the server's log. */
  readonly requestId: string | null;
}

type AnswerOf<Answer> = Answer extends z.ZodType
  ? z.output<Answer>
  : Answer extends { readonly json: infer Json extends z.ZodType }
    ? z.output<Json>
    : Answer extends null
      ? null
      : string;

/** Method, path, and the type of a body that is no JSON. */
export type Route<Contract extends Operation> = Contract extends {
  readonly body: { readonly mediaType: infer Type extends string };
}
  ? `${Uppercase<Contract["method"]>} ${Contract["path"]} ${Type}`
  : `${Uppercase<Contract["method"]>} ${Contract["path"]}`;
