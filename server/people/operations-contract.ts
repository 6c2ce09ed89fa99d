import { operation } from "../http/operation-contract.ts";
import {
  PasswordChange,
  PasswordConfirmation,
  RecoveryCodes,
  ResetAnswer,
  ResetRedemption,
  ResetRequest,
  SessionView,
  SetUpRequest,
  TotpConfirmation,
  TotpEnrolment,
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
  problems: ["csrf_refused", "sign_in_failed", "link_spent", "too_many_attempts", "sign_in_busy"],
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
  problems: ["sign_in_failed", "too_many_attempts", "sign_in_busy"],
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
  problems: ["csrf_refused", "mail_not_configured", "too_many_attempts"],
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
  problems: ["csrf_refused", "link_spent", "too_many_attempts", "sign_in_busy"],
  answer: null,
});

export const enrolTotpOperation = operation({
  id: "enrolTotp",
  method: "post",
  path: "/v1/me/totp",
  title: "Set up an authenticator app (TOTP, RFC 6238)",
  about: "It counts once a code of it is confirmed.",
  group,
  body: PasswordConfirmation,
  status: 201,
  problems: ["sign_in_failed", "totp_state", "too_many_attempts", "sign_in_busy"],
  answer: TotpEnrolment,
});

export const confirmTotpOperation = operation({
  id: "confirmTotp",
  method: "post",
  path: "/v1/me/totp/confirm",
  title: "Switch the authenticator app on, with a code of it",
  about: "From then on signing in takes a code. The recovery codes are shown this once.",
  group,
  body: TotpConfirmation,
  problems: ["totp_required", "totp_state", "too_many_attempts"],
  answer: RecoveryCodes,
});

export const removeTotpOperation = operation({
  id: "removeTotp",
  method: "delete",
  path: "/v1/me/totp",
  title: "Switch the authenticator app off",
  group,
  body: PasswordConfirmation,
  problems: ["sign_in_failed", "totp_state", "too_many_attempts", "sign_in_busy"],
  answer: null,
});
