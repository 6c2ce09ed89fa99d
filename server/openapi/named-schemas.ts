import { z } from "zod";
import * as actions from "../actions/contract.ts";
import * as audit from "../audit/contract.ts";
import * as billing from "../billing/contract.ts";
import * as plans from "../billing/plans-contract.ts";
import * as conversations from "../conversations/contract.ts";
import * as traces from "../conversations/trace-contract.ts";
import * as customers from "../customers/contract.ts";
import * as edits from "../customers/edit-contract.ts";
import * as history from "../customers/history-contract.ts";
import * as notes from "../customers/note-contract.ts";
import * as tags from "../customers/tag-contract.ts";
import * as erasure from "../erasure/contract.ts";
import * as exports from "../exports/contract.ts";
import * as filters from "../filters/contract.ts";
import * as findings from "../findings/contract.ts";
import * as problems from "../http/problem-contract.ts";
import * as identity from "../identity/contract.ts";
import * as imports from "../imports/contract.ts";
import * as members from "../members/contract.ts";
import * as merging from "../merging/contract.ts";
import * as oidc from "../oidc/contract.ts";
import * as people from "../people/contract.ts";
import * as retention from "../retention/contract.ts";
import * as sessions from "../sessions/contract.ts";
import * as webhooks from "../webhooks/contract.ts";
import * as workspaces from "../workspaces/contract.ts";
import * as keys from "../workspaces/key-contract.ts";

const CONTRACTS = [
  actions,
  audit,
  billing,
  conversations,
  traces,
  customers,
  edits,
  history,
  notes,
  tags,
  erasure,
  exports,
  filters,
  findings,
  problems,
  identity,
  imports,
  keys,
  members,
  merging,
  oidc,
  people,
  plans,
  retention,
  sessions,
  webhooks,
  workspaces,
] as const;

/** The schemas that the OpenAPI document calls by a name: what the contracts export, by their own names. */
export const NAMED: Readonly<Record<string, z.ZodType>> = named();

function named(): Readonly<Record<string, z.ZodType>> {
  const all: Record<string, z.ZodType> = {};
  for (const [name, value] of CONTRACTS.flatMap((contract) => Object.entries<unknown>(contract))) {
    if (!(value instanceof z.ZodType) || !/^[A-Z]/u.test(name)) continue; // parts of others begin with a small letter
    if (Object.hasOwn(all, name)) throw new Error(`two contracts export a schema called ${name}`);
    all[name] = value;
  }
  return all;
}
