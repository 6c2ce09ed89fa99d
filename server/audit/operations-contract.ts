import { operation } from "../http/operation-contract.ts";
import { AuditPage, AuditQuery } from "./contract.ts";

export const listAuditEventsOperation = operation({
  id: "listAuditEvents",
  method: "get",
  path: "/v1/audit",
  title: "What was done, by whom and to what, the latest first",
  group: "Audit",
  query: AuditQuery,
  answer: AuditPage,
});
