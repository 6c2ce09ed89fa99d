import { operation } from "../http/operation-contract.ts";
import {
  PasswordChange,
  ResetAnswer,
  ResetRedemption,
  ResetRequest,
  SessionView,
  SetUpRequest,
} from "./contract.ts";

const group = "Sign-in";

export const setUpOperation = operation({
  id: "setUp",
  method: "post",
  path: "/v1/setup",
  title: "Become the first owner, with the set-up link that the server printed",
  group,
  body: SetUpRequest,
  status: 201,
  answer: SessionView,
});

export const changePasswordOperation = operation({
  id: "changePassword",
  method: "put",
  path: "/v1/me/password",
  title: "Change one's password",
  about: "Ends every other session of the person.",
  group,
  body: PasswordChange,
  answer: null,
});

export const requestResetOperation = operation({
  id: "requestPasswordReset",
  method: "post",
  path: "/v1/password-resets",
  title: "Mail a link for choosing a new password",
  about: "The answer is the same whether or not anybody has the address.",
  group,
  body: ResetRequest,
  status: 202,
  answer: ResetAnswer,
});

export const resetPasswordOperation = operation({
  id: "resetPassword",
  method: "post",
  path: "/v1/password-resets/redeem",
  title: "Choose a new password, with the link that was mailed",
  about: "Ends every session of the person.",
  group,
  body: ResetRedemption,
  answer: null,
});
