import { operation } from "../http/operation-contract.ts";
import {
  ChallengeRequest,
  ChallengeView,
  IdentityKeyList,
  IdentityKeyRequest,
  NewIdentityKeyView,
  VerifyRequest,
  VerifyView,
} from "./contract.ts";

const group = "Identity";

export const listIdentityKeysOperation = operation({
  id: "listIdentityKeys",
  method: "get",
  path: "/v1/identity/keys",
  title: "The keys with which the host signs who a customer is",
  group,
  answer: IdentityKeyList,
});

export const createIdentityKeyOperation = operation({
  id: "createIdentityKey",
  method: "post",
  path: "/v1/identity/keys",
  title: "Add a key for signed identities",
  about:
    "HS256: the answer holds the secret, which is shown this once. EdDSA: send the public key of a pair of your own.",
  group,
  body: IdentityKeyRequest,
  status: 201,
  isSecret: true,
  problems: ["too_many_identity_keys"],
  answer: NewIdentityKeyView,
});

export const revokeIdentityKeyOperation = operation({
  id: "revokeIdentityKey",
  method: "delete",
  path: "/v1/identity/keys/{id}",
  title: "Revoke a key: what is signed with it is refused from then on",
  group,
  problems: ["identity_key_not_found"],
  answer: null,
});

export const createChallengeOperation = operation({
  id: "createChallenge",
  method: "post",
  path: "/v1/identity/challenge",
  title: "Mail a code to the address that a conversation gave",
  about: "The answer is the same whether a mail was sent or not.",
  group,
  body: ChallengeRequest,
  status: 202,
  problems: ["conversation_not_found", "mail_not_configured", "not_collecting"],
  answer: ChallengeView,
});

export const verifyCodeOperation = operation({
  id: "verifyCode",
  method: "post",
  path: "/v1/identity/verify",
  title: "Prove with the mailed code that the address is the customer's",
  group,
  body: VerifyRequest,
  problems: ["not_collecting"],
  answer: VerifyView,
});
