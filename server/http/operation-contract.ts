import type { z } from "zod";
import type { AppErrorCode } from "../app-error.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** A body that is no JSON. */
export interface Plain {
  readonly mediaType: string;
  /** What it holds, for people. */
  readonly about: string;
  /** Of a body. */
  readonly bytesMax?: number;
  /** What its text is as JSON: of an answer that is sent in pieces. */
  readonly json?: z.ZodType;
}

export type Content = z.ZodType | Plain;

/** What the HTTP interface takes and answers at one method of one path: routes are served by it, and the OpenAPI document, the
 *  table of permissions and the typed client follow from it. */
export interface Operation {
  /** A verb and its object, such as listCustomers: the operation's name everywhere. */
  readonly id: string;
  readonly method: Method;
  /** As OpenAPI has it: /v1/customers/{id}. Every parameter of a path is text. */
  readonly path: `/${string}`;
  /** One line, for people. */
  readonly title: string;
  /** What else its caller must know. */
  readonly about?: string;
  /** The heading it is found under. */
  readonly group: string;
  readonly query?: z.ZodType;
  readonly body?: Content;
  /** It changes what was read before, and wants the ETag of it as If-Match. */
  readonly ifMatch?: true;
  /** The answer's ETag is the version of what it shows. */
  readonly etag?: true;
  /** How long it may take, where that is longer than 30 seconds: few of it are done at once. */
  readonly secondsMax?: number;
  /** The answer is given once, and not stored for an Idempotency-Key. */
  readonly isSecret?: true;
  /** Of the answer when all goes well; 200 where it is not stated, and 204 where nothing is answered. */
  readonly status?: number;
  /** With what it says no, besides what follows from its parts: a body, an If-Match, a caller. */
  readonly problems?: readonly AppErrorCode[];
  /** What is answered when all goes well; null: nothing. */
  readonly answer: Content | null;
}

export const isPlain = (content: Content): content is Plain => "mediaType" in content;

/** Keeps an operation's literal types, from which its handler's follow. */
export function operation<const Contract extends Operation>(contract: Contract): Contract {
  return contract;
}

export type ParameterNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterNames<Rest>
  : never;

type Parsed<Given> = Given extends z.ZodType ? z.output<Given> : undefined;

/** What a request has told an operation: parsed. */
export interface Told<Contract extends Operation> {
  readonly params: Readonly<Record<ParameterNames<Contract["path"]>, string>>;
  readonly query: Contract extends { readonly query: infer Query } ? Parsed<Query> : undefined;
  /** The bytes, where the contract takes no JSON. */
  readonly body: Contract extends { readonly body: infer Body }
    ? Body extends z.ZodType
      ? z.output<Body>
      : Uint8Array
    : undefined;
}

type Written<Given> = Given extends z.ZodType ? z.input<Given> : Given extends null ? void : Pieces;

/** A text that is sent piece by piece, as fast as its reader takes it. */
export interface Pieces {
  readonly fileName: string;
  readonly pieces: AsyncGenerator<string>;
}

/** What the operation's handler returns. */
export type AnswerOf<Contract extends Operation> = Written<Contract["answer"]>;
