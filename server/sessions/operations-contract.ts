import { operation } from "../http/operation-contract.ts";
import { SessionView } from "../people/contract.ts";
import { SignInRequest, SwitchRequest } from "./contract.ts";

const group = "Sign-in";

export const signInOperation = operation({
  id: "signIn",
  method: "post",
  path: "/v1/session",
  title: "Sign in with email and password",
  about:
    "Sets the cookie of a session. The answer to an unknown address and to a wrong password is the same, and takes as long.",
  group,
  body: SignInRequest,
  status: 201,
  problems: ["sign_in_failed", "totp_required", "csrf_refused", "too_many_attempts", "sign_in_busy"],
  answer: SessionView,
});

export const getSessionOperation = operation({
  id: "getSession",
  method: "get",
  path: "/v1/session",
  title: "Who is signed in, in which workspaces, and in which one now",
  group,
  answer: SessionView,
});

export const signOutOperation = operation({
  id: "signOut",
  method: "delete",
  path: "/v1/session",
  title: "Sign out",
  group,
  answer: null,
});

export const signOutEverywhereOperation = operation({
  id: "signOutEverywhere",
  method: "delete",
  path: "/v1/sessions",
  title: "Sign out everywhere: every session of the person ends, this one too",
  group,
  answer: null,
});

export const switchWorkspaceOperation = operation({
  id: "switchWorkspace",
  method: "put",
  path: "/v1/session/workspace",
  title: "Go to another workspace that the person is a member of",
  group,
  body: SwitchRequest,
  answer: SessionView,
});
