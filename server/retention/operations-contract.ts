import { operation } from "../http/operation-contract.ts";
import { PreviewQuery, Retention, RetentionPreview } from "./contract.ts";

const group = "Retention";

export const getRetentionOperation = operation({
  id: "getRetention",
  method: "get",
  path: "/v1/retention",
  title: "After how many days of silence people are erased",
  group,
  answer: Retention,
});

export const setRetentionOperation = operation({
  id: "setRetention",
  method: "put",
  path: "/v1/retention",
  title: "Set after how many days of silence people are erased; null: never",
  group,
  body: Retention,
  answer: Retention,
});

export const previewRetentionOperation = operation({
  id: "previewRetention",
  method: "get",
  path: "/v1/retention/preview",
  title: "Who would be erased now",
  group,
  query: PreviewQuery,
  answer: RetentionPreview,
});
