// What a caller may choose about the way calls are made.
import type { CallLimits, PerMinute, Release, Restart } from "./kernel.js";
import type { Span } from "./telemetry.js";

/** How a call is made; what is absent is as usual. */
export interface CallingOptions {
  /** Limits of time and repetition. */
  limits?: Partial<CallLimits> | undefined;
  /** What to do when a stream breaks after some of it was delivered. */
  restart?: Restart | undefined;
  /** When the pieces of an answer that is still to be checked are handed on. */
  release?: Release | undefined;
}

/** What holds for all calls of a client. */
export interface ClientCallingOptions extends CallingOptions {
  /**
   * Requests and tokens a minute by model: calls wait their turn, and an event says until when. A
   * model that is not named is bound by what its provider says is left; `{}` asks for just that.
   */
  rateLimits?: Record<string, PerMinute>;
  /** Told of each attempt once its call is over, by the conventions of OpenTelemetry. */
  onSpan?: (span: Span) => void;
  /** Whether spans hold what was asked and answered; a key is never among it. */
  recordContent?: boolean;
}

/** What a call's own options say over the client's. */
export function callingOf(client: CallingOptions, call: CallingOptions): CallingOptions {
  return {
    limits: client.limits || call.limits ? { ...client.limits, ...call.limits } : undefined,
    restart: call.restart ?? client.restart,
    release: call.release ?? client.release,
  };
}
