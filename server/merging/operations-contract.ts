import { operation } from "../http/operation-contract.ts";
import {
  DuplicateList,
  MergeList,
  MergeRequest,
  MergeView,
  UnmergeRequest,
  UnmergeView,
} from "./contract.ts";

const group = "Merging";

export const listDuplicatesOperation = operation({
  id: "listDuplicates",
  method: "get",
  path: "/v1/customers/{id}/duplicates",
  title: "Customers who may be the same person, with the evidence; nothing is merged by itself",
  group,
  problems: ["customer_not_found", "customer_merged"],
  answer: DuplicateList,
});

export const listMergesOperation = operation({
  id: "listMerges",
  method: "get",
  path: "/v1/customers/{id}/merges",
  title: "The merges that a customer survived, the latest first",
  group,
  problems: ["customer_not_found", "customer_merged"],
  answer: MergeList,
});

export const mergeCustomersOperation = operation({
  id: "mergeCustomers",
  method: "post",
  path: "/v1/customers/{id}/merge",
  title: "Merge another customer into this one, or say what that would make",
  group,
  body: MergeRequest,
  problems: ["customer_not_found", "customer_merged", "already_merged", "customer_busy"],
  answer: MergeView,
});

export const unmergeCustomersOperation = operation({
  id: "unmergeCustomers",
  method: "post",
  path: "/v1/customers/{id}/unmerge",
  title: "Part two customers again who were merged",
  group,
  body: UnmergeRequest,
  problems: [
    "customer_not_found",
    "customer_merged",
    "merge_not_found",
    "already_unmerged",
    "unmerge_out_of_order",
    "customer_busy",
  ],
  answer: UnmergeView,
});
