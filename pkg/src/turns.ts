// The caller's own rate limits: each call waits for its turn.
import { age } from "./anew.js";
import { type PerMinute, type Quote, RateLimits } from "./kernel.js";

/** One call's place in the queues of its client. */
export interface Turns {
  /** Until when an attempt at a model has to wait, if it has to. */
  wait(model: string, now: number): number | undefined;
  /** Learns what a provider says is left. */
  learn(model: string, headers: string, now: number): void;
  /** Gives up a place that was not used. */
  leave(): void;
}

/** The rate limits of a client, as each of its calls meets them. */
export function rateLimits(limits: Record<string, PerMinute>): (quote: Quote) => Turns {
  const text = JSON.stringify(limits);
  let held = new RateLimits(text);
  let made = age();
  const shared = () => {
    if (made !== age()) {
      held = new RateLimits(text);
      made = age();
    }
    return held;
  };
  return (quote) => {
    let ticket: number | undefined;
    let drawn = 0;
    return {
      wait(model, now) {
        const estimate = quote.estimates.find((one) => one.model === model);
        const tokens = (estimate?.input.tokens.expected ?? 0) + (estimate?.output.tokens.expected ?? 0);
        const limits = shared();
        if (drawn !== age()) ticket = undefined;
        ticket ??= limits.join(model, tokens);
        drawn = age();
        const until = limits.turn(ticket, now);
        if (until === undefined) ticket = undefined;
        return until;
      },
      learn(model, headers, now) {
        const pairs = headers.trim().split("\n").map((line) => line.split(": ", 2));
        shared().learn(model, JSON.stringify(pairs.filter((pair) => pair.length === 2)), now);
      },
      leave() {
        if (ticket !== undefined && drawn === age()) shared().leave(ticket);
        ticket = undefined;
      },
    };
  };
}
