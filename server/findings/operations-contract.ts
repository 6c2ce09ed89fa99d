import { operation } from "../http/operation-contract.ts";
import { FindingPatch, FindingsPage, FindingsQuery, MissedFinding } from "./contract.ts";

const group = "Findings";

export const listFindingsOperation = operation({
  id: "listFindings",
  method: "get",
  path: "/v1/findings",
  title: "What looked like a contact detail and was not captured, the latest first",
  group,
  query: FindingsQuery,
  answer: FindingsPage,
});

export const markFindingOperation = operation({
  id: "markFinding",
  method: "patch",
  path: "/v1/findings/{id}",
  title: "Mark a finding as done, or open it again",
  group,
  body: FindingPatch,
  problems: ["finding_not_found"],
  answer: MissedFinding,
});
