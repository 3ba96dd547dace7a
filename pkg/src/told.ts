// What the kernel tells a host to do, as it crosses from one to the other.
import type { Action, AttemptId, Event } from "./kernel.js";

/** Events for the caller, and what is to be done after them. */
export interface Told {
  events: Event[];
  /** Absent once it is done. */
  action: Deed | undefined;
}

/** What is to be done that is no event for the caller. */
export type Deed = Exclude<Action, { type: "emit" }>;

/** Pieces of an answer, which are most of all events. */
type Pieces = "reasoning_delta" | "refusal_delta" | "text_delta" | "tool_call_delta";

/**
 * Reads what `Call.poll` says: a list of actions, in which a piece of an answer is only its words, for
 * there are thousands of them. A list says of which kind and attempt the pieces after it are, and of
 * which tool call.
 */
export function told(text: string): Told {
  const items: (Action | string | [Pieces, AttemptId, number?])[] = JSON.parse(text);
  const events: Event[] = [];
  let action: Deed | undefined;
  let type: Pieces = "text_delta";
  let attempt = 0;
  let index = 0;
  for (const item of items) {
    if (typeof item === "string") {
      if (type === "tool_call_delta") events.push({ attempt, type, index, arguments: item });
      else events.push({ attempt, type, text: item });
    } else if (Array.isArray(item)) {
      [type, attempt, index = 0] = item;
    } else if (item.type === "emit") {
      events.push(item.event);
    } else {
      action = item;
    }
  }
  return { events, action };
}
