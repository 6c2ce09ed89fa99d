import { operation } from "../http/operation-contract.ts";
import { CreatedKey, KeyList, NewKey } from "./key-contract.ts";

const group = "API keys";

export const listKeysOperation = operation({
  id: "listKeys",
  method: "get",
  path: "/v1/keys",
  title: "The workspace's API keys, and when each was last used",
  group,
  answer: KeyList,
});

export const createKeyOperation = operation({
  id: "createKey",
  method: "post",
  path: "/v1/keys",
  title: "Make an API key",
  about:
    "The key itself is in this answer and nowhere else. An API key makes no key with scopes that it does not have itself.",
  group,
  body: NewKey,
  isSecret: true,
  status: 201,
  problems: ["too_many_keys"],
  answer: CreatedKey,
});

export const revokeKeyOperation = operation({
  id: "revokeKey",
  method: "delete",
  path: "/v1/keys/{id}",
  title: "End an API key for good",
  about: "Running servers refuse it within five seconds.",
  group,
  problems: ["key_not_found"],
  answer: null,
});
