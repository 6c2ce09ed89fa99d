import type { Actor, ActorScope, AnyStateMachine, EventFromLogic, SnapshotFrom } from "xstate";

const nothing = () => {};

/** What a chart's transition is given for the chart's other actors and what is sent to them. XState's own transition() makes one for
 *  every step, an actor that never starts among it; for a chart that has no others and sends nothing, one serves all.
 *  `self`: an actor of the chart, which is never started. */
export function inertScope<Chart extends AnyStateMachine>(
  self: Actor<Chart>,
): ActorScope<SnapshotFrom<Chart>, EventFromLogic<Chart>> {
  return {
    self,
    system: self.system,
    id: "",
    sessionId: "",
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: nothing,
  };
}
