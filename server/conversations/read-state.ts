import { parseState, type State } from "../../engine/decide/state.ts";
import { AppError } from "../app-error.ts";

/** A conversation's state as it was stored. Throws `conversation_unreadable` when another version stored it. */
export function readState(stored: string): State {
  try {
    return parseState(JSON.parse(stored));
  } catch (cause) {
    const message =
      "This conversation was stored by another version of this program and cannot go on. " +
      "Start a new one with newConversation, or bring the program up to that version.";
    throw new AppError("conversation_unreadable", message, { cause });
  }
}
