import { assign, createActor, setup } from "xstate";
import { inertScope } from "./inert-scope.ts";
import type { FieldKey } from "../understand/understanding.ts";
import type { ChartEvent, Memory } from "./chart-events.ts";
import type { Confirm, Dialogue, Progress, Request, State, Wanted } from "./state.ts";

const UNTOUCHED: Progress = { asks: 0, refused: false, offered: null, denied: false };

/** How a field stands in a conversation; a field never touched has no entry of its own. */
export function progressOf(fields: State["fields"], field: FieldKey): Progress {
  return (Object.hasOwn(fields, field) ? fields[field] : undefined) ?? UNTOUCHED;
}

const withProgress = (memory: Memory, field: FieldKey, change: Partial<Progress>): Memory["fields"] => ({
  ...memory.fields,
  [field]: { ...progressOf(memory.fields, field), ...change },
});

const without = (queue: readonly Wanted[], fields: readonly FieldKey[]) =>
  queue.filter((wanted) => !fields.includes(wanted.field));

const chart = setup({
  // What a type looks like can only be said by a value: setup() reads no more of these than their types.
  types: { context: {} as Memory, events: {} as ChartEvent, input: {} as Memory },
  guards: {
    concernsRequest: ({ context }, fields: readonly FieldKey[]) =>
      context.request !== null && fields.includes(context.request.field),
    // The laws hold here, whatever a policy might want: one request at a time, attempts are bounded, a
    // refusal is final.
    mayAsk: ({ context, event }) => {
      if (event.type !== "asked") return false;
      const { field } = event.wanted;
      const { asks, refused } = progressOf(context.fields, field);
      const free = context.request === null || context.request.field === field;
      return free && !refused && asks < event.attemptsMax;
    },
  },
  actions: {
    enqueue: assign(({ context, event }) => {
      if (event.type !== "wanted") return {};
      const fresh = event.wanted.filter(
        ({ field }, i, all) =>
          field !== context.request?.field && all.findIndex((other) => other.field === field) === i,
      );
      // What the customer speaks of now goes before what is left over from earlier.
      const rest = without(
        context.queue,
        fresh.map(({ field }) => field),
      );
      return { queue: [...fresh, ...rest] };
    }),
    dequeue: assign(({ context }, fields: readonly FieldKey[]) => ({
      queue: without(context.queue, fields),
    })),
    close: assign({ request: null, confirm: null }),
    clear: assign({ request: null, confirm: null, queue: [] }),
    suspend: assign(({ context, event }) => {
      if (event.type !== "suspended" || context.request === null) return {};
      const { field, rule } = context.request;
      const queue = event.behind ? [...context.queue, { field, rule }] : [{ field, rule }, ...context.queue];
      return { request: null, queue };
    }),
    refuse: assign(({ context, event }) => {
      if (event.type !== "refused") return {};
      return {
        fields: event.fields.reduce(
          (fields, field) => withProgress({ ...context, fields }, field, { refused: true }),
          context.fields,
        ),
      };
    }),
    offer: assign(({ context, event }) => {
      if (event.type !== "offered") return {};
      const { field, stated } = event.confirm;
      const { request, queue } = context;
      return {
        request: null,
        confirm: event.confirm,
        // The offer takes the place of the open request, which comes next.
        queue:
          request && request.field !== field
            ? [{ field: request.field, rule: request.rule }, ...queue]
            : queue,
        fields: withProgress(context, field, { offered: stated, denied: false }),
      };
    }),
    deny: assign(({ context }) =>
      context.confirm === null
        ? {}
        : { fields: withProgress(context, context.confirm.field, { denied: true }) },
    ),
    stand: assign(({ context, event }) => {
      if (event.type !== "given") return {};
      return {
        fields: event.fields.reduce(
          (fields, field) => withProgress({ ...context, fields }, field, { denied: false }),
          context.fields,
        ),
      };
    }),
    ask: assign(({ context, event }) => {
      if (event.type !== "asked") return {};
      const { field, rule } = event.wanted;
      const attempt = progressOf(context.fields, field).asks + 1;
      return {
        request: { field, rule, attempt },
        confirm: null,
        queue: without(context.queue, [field]),
        fields: withProgress(context, field, { asks: attempt }),
      };
    }),
  },
}).createMachine({
  id: "dialogue",
  // No transition of this chart raises another, so a few microsteps are already a defect.
  options: { maxIterations: 10 },
  context: ({ input }) => input,
  initial: "listening",
  on: {
    collecting_off: { target: ".inactive", actions: "clear" },
    held: { target: ".listening", actions: "clear" },
    wanted: { actions: "enqueue" },
    given: { actions: "stand" },
    settled: { actions: { type: "dequeue", params: ({ event }) => event.fields } },
    refused: { actions: ["refuse", { type: "dequeue", params: ({ event }) => event.fields }] },
    offered: { target: ".confirming", actions: "offer" },
    asked: { guard: "mayAsk", target: ".requesting", actions: "ask" },
  },
  states: {
    // Nothing but being switched on again moves an inactive conversation.
    inactive: {
      on: {
        collecting_on: "listening",
        held: {},
        wanted: {},
        given: {},
        settled: {},
        refused: {},
        offered: {},
        asked: {},
      },
    },
    listening: { on: { all_known: "complete" } },
    requesting: {
      on: {
        settled: [
          {
            guard: { type: "concernsRequest", params: ({ event }) => event.fields },
            target: "listening",
            actions: ["close", { type: "dequeue", params: ({ event }) => event.fields }],
          },
          { actions: { type: "dequeue", params: ({ event }) => event.fields } },
        ],
        refused: [
          {
            guard: { type: "concernsRequest", params: ({ event }) => event.fields },
            target: "listening",
            actions: ["refuse", "close", { type: "dequeue", params: ({ event }) => event.fields }],
          },
          { actions: ["refuse", { type: "dequeue", params: ({ event }) => event.fields }] },
        ],
        suspended: { target: "listening", actions: "suspend" },
        let_go: { target: "listening", actions: "close" },
      },
    },
    confirming: {
      on: {
        resolved: { target: "listening", actions: "close" },
        denied: { target: "listening", actions: ["deny", "close"] },
      },
    },
    complete: {
      on: {
        wanted: { target: "listening", actions: "enqueue" },
        some_missing: "listening",
      },
    },
  },
});

const scope = inertScope(
  createActor(chart, { input: { request: null, confirm: null, queue: [], fields: {} } }),
);

/** Applies the events of a turn, in order. Pure: the same state and events give the same state. */
export function applyEvents(state: State, events: readonly ChartEvent[]): State {
  const first = events.findIndex(({ type }) => isHeard(state.dialogue.mode, type));
  if (first < 0) return state;
  const { dialogue, queue, fields } = state;
  let snapshot = chart.resolveState({
    value: dialogue.mode,
    context: {
      request: dialogue.mode === "requesting" ? dialogue.request : null,
      confirm: dialogue.mode === "confirming" ? dialogue.confirm : null,
      queue,
      fields,
    },
  });
  for (const event of events.slice(first))
    if (isHeard(snapshot.value, event.type)) snapshot = chart.transition(snapshot, event, scope);
  const { request, confirm, ...memory } = snapshot.context;
  return { ...state, ...memory, dialogue: dialogueOf(snapshot.value, request, confirm) };
}

/** Whether the chart has a transition for such an event in this mode. Without one nothing comes of it, and most turns are of
 *  such events only: a step of the chart would take longer than all the rest of the decision. */
function isHeard(mode: Dialogue["mode"], type: ChartEvent["type"]): boolean {
  return type in (chart.config.states?.[mode]?.on ?? {}) || type in (chart.config.on ?? {});
}

function dialogueOf(mode: string, request: Request | null, confirm: Confirm | null): Dialogue {
  switch (mode) {
    case "inactive":
    case "listening":
    case "complete":
      return { mode };
    case "requesting":
      if (request) return { mode, request };
      break;
    case "confirming":
      if (confirm) return { mode, confirm };
  }
  throw new Error(`The dialogue chart reached ${mode} without what that mode holds.`);
}
