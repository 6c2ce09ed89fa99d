// The pages behind the links that people get. What a link holds is behind its #: that part reaches no server and no log.
const token = location.hash.slice(1);
const problem = document.querySelector(".problem[role=alert]");
const done = document.querySelector(".done");

/** Asks the server. Throws the problem that it answers, as it is. */
async function ask(method, path, body) {
  const init = { method, headers: { "content-type": "application/json" }, cache: "no-store" };
  if (body !== undefined) init.body = JSON.stringify(body);
  let answer;
  try {
    answer = await fetch(path, init);
  } catch {
    throw { detail: "The server does not answer. Is the network there?", code: "unreachable" };
  }
  const text = await answer.text();
  if (answer.ok) return text === "" ? null : JSON.parse(text);
  try {
    throw { ...JSON.parse(text) };
  } catch (error) {
    throw error instanceof SyntaxError
      ? { detail: `The server answered ${answer.status}.`, code: "unknown" }
      : error;
  }
}

/** Runs what somebody asked for; what goes wrong is shown, and at the field that it is about. */
async function attempt(form, work) {
  const button = form?.querySelector("button[type=submit]");
  problem.hidden = true;
  for (const input of form?.querySelectorAll("[aria-invalid]") ?? []) input.removeAttribute("aria-invalid");
  if (button) button.disabled = true;
  try {
    await work();
  } catch (error) {
    problem.textContent = sentence(error);
    problem.hidden = false;
    for (const { pointer } of error.errors ?? []) mark(form?.elements.namedItem(pointer.slice(1)));
  } finally {
    if (button) button.disabled = false;
  }
}

const NAMES = { "/password": "The password", "/email": "The email address", "/code": "The code" };

/** The first fault in words for the form, or else the problem's own sentence. */
function sentence({ detail, errors }) {
  const [fault] = errors ?? [];
  const name = fault === undefined ? undefined : NAMES[fault.pointer];
  return name === undefined ? (detail ?? "Something went wrong.") : `${name} ${fault.detail}.`;
}

function mark(input) {
  if (!(input instanceof HTMLInputElement)) return;
  input.setAttribute("aria-invalid", "true");
  input.focus();
}

function onSubmit(form, work) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(form));
    attempt(form, () => work(given));
  });
}

/** Puts what was achieved in place of the forms. */
function finish(...parts) {
  for (const form of document.querySelectorAll("form")) form.hidden = true;
  done.replaceChildren(...parts);
  done.hidden = false;
}

function element(name, text, more = {}) {
  return Object.assign(document.createElement(name), { textContent: text, ...more });
}

const paragraph = (text) => element("p", text);

const needsToken = () => {
  if (token !== "") return true;
  problem.textContent = "The link is not whole: the part behind the # is missing. Copy all of it.";
  problem.hidden = false;
  return false;
};

/** Offers to sign in with the provider that is set, if one is. */
async function offerProvider(form, invitation) {
  const { oidc } = await ask("GET", "/v1/sign-in-options");
  const button = form.querySelector(".of-provider");
  if (oidc === null || button === null) return;
  button.textContent = `Go on with ${oidc}`;
  button.hidden = false;
  button.addEventListener("click", () =>
    attempt(form, async () => {
      const { url } = await ask("POST", "/v1/oidc/begin", invitation === null ? {} : { invitation });
      location.assign(url);
    }),
  );
}

const PROVIDER_PROBLEMS = {
  oidc_failed: "Signing in there did not work, or took too long. Try again.",
  oidc_unverified: "The provider does not state a verified email address of you.",
  oidc_unknown: "Nobody here has the email address that the provider states. Have an owner invite you.",
};

/** Who is signed in, and what they can do about it. */
function showSession(session) {
  document.querySelector("h1").textContent = "You are signed in";
  const { person, workspaces, current } = session;
  const where = current === null ? "in no workspace" : `in ${current.name}, as ${current.role}`;
  const parts = [paragraph(`As ${person.email}, ${where}.`)];
  if (workspaces.length > 1 || (current === null && workspaces.length > 0)) {
    const choice = element("select", "", { id: "workspace" });
    if (current === null) choice.append(element("option", "Choose one", { value: "" }));
    for (const { id, name } of workspaces) {
      choice.append(element("option", name, { value: id, selected: id === current?.id }));
    }
    choice.addEventListener("change", () =>
      attempt(null, async () =>
        showSession(await ask("PUT", "/v1/session/workspace", { workspaceId: choice.value })),
      ),
    );
    parts.push(element("label", "Workspace", { htmlFor: "workspace" }), choice);
  }
  for (const [words, path] of [
    ["Sign out", "/v1/session"],
    ["Sign out everywhere", "/v1/sessions"],
  ]) {
    const button = element("button", words, { type: "button", className: "quiet" });
    button.addEventListener("click", () =>
      attempt(null, async () => {
        await ask("DELETE", path);
        location.assign("/sign-in");
      }),
    );
    parts.push(button);
  }
  finish(...parts);
}

const pages = {
  setup() {
    if (!needsToken()) return;
    onSubmit(document.querySelector("form"), async ({ email, password }) =>
      showSession(await ask("POST", "/v1/setup", { token, email, password })),
    );
  },

  invitation() {
    if (!needsToken()) return;
    const form = document.querySelector("form");
    attempt(form, async () => {
      const invitation = await ask("POST", "/v1/invitations/read", { token });
      const { email, role, workspace, account } = invitation;
      form.querySelector(".about").textContent = `To the workspace ${workspace}, as ${role}.`;
      form.elements.email.value = email;
      form.querySelector(".of-new").hidden = account !== "none";
      form.elements.password.required = account === "none";
      if (account === "signed_out") form.querySelector("button").textContent = "Sign in to accept";
      if (account !== "signed_in") await offerProvider(form, token);
      onSubmit(form, async ({ password }) => {
        if (account === "signed_out") location.assign(`/sign-in?for=invitation#${token}`);
        else {
          const body = account === "none" ? { token, password } : { token };
          showSession(await ask("POST", "/v1/invitations/accept", body));
        }
      });
    });
  },

  reset() {
    if (token === "") {
      onSubmit(document.querySelector("form.ask"), async ({ email }) => {
        await ask("POST", "/v1/password-resets", { email });
        finish(paragraph(`If ${email} has an account here, a link is on its way to it.`));
      });
    } else {
      onSubmit(document.querySelector("form.redeem"), async ({ password }) => {
        await ask("POST", "/v1/password-resets/redeem", { token, password });
        finish(paragraph("The password is changed. Sign in with it."));
      });
    }
  },

  "sign-in"() {
    const form = document.querySelector("form");
    const reason = PROVIDER_PROBLEMS[new URLSearchParams(location.search).get("problem")];
    if (reason !== undefined) {
      problem.textContent = reason;
      problem.hidden = false;
    }
    const isForInvitation = new URLSearchParams(location.search).get("for") === "invitation" && token !== "";
    onSubmit(form, async ({ email, password, code }) => {
      try {
        const body = code === "" ? { email, password } : { email, password, code };
        const session = await ask("POST", "/v1/session", body);
        if (isForInvitation) location.assign(`/invitation#${token}`);
        else showSession(session);
      } catch (error) {
        if (error.code !== "totp_required") throw error;
        const wasAsked = !form.querySelector(".of-app").hidden;
        form.querySelector(".of-app").hidden = false;
        form.elements.code.focus();
        if (wasAsked) throw error;
      }
    });
    offerProvider(form, isForInvitation ? token : null).catch(() => {});
    if (!isForInvitation) ask("GET", "/v1/session").then(showSession, () => {});
  },
};

pages[document.body.dataset.page]();
