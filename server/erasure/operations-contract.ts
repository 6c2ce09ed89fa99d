import { operation } from "../http/operation-contract.ts";
import { EraseRequest, Erasure, ErasurePage, ErasuresQuery, PublicKeys } from "./contract.ts";

const group = "Erasure";

export const eraseCustomerOperation = operation({
  id: "eraseCustomer",
  method: "delete",
  path: "/v1/customers/{id}",
  title: "Erase a person for good, and get the signed certificate of it",
  about:
    "Destroys the person's data keys and rows, conversations included. The body repeats the id: it cannot be undone.",
  group,
  body: EraseRequest,
  problems: ["customer_not_found", "customer_merged", "customer_busy"],
  answer: Erasure,
});

export const listErasuresOperation = operation({
  id: "listErasures",
  method: "get",
  path: "/v1/erasures",
  title: "The erasures that were done, the latest first",
  group,
  query: ErasuresQuery,
  answer: ErasurePage,
});

export const getErasurePublicKeyOperation = operation({
  id: "getErasurePublicKey",
  method: "get",
  path: "/v1/erasures/public-key",
  title: "The keys that certificates of erasure are checked with",
  group,
  answer: PublicKeys,
});

export const getErasureOperation = operation({
  id: "getErasure",
  method: "get",
  path: "/v1/erasures/{id}",
  title: "The certificate of an erasure",
  group,
  problems: ["erasure_not_found"],
  answer: Erasure,
});
