// A run under way: does what the kernel's machine for runs says, with whole calls of a client.
import { age } from "./anew.js";
import { FareboxError, guarded, toText } from "./error.js";
import type { CallOptions } from "./farebox.js";
import type { Answer, Outcome, Request, Run as Machine, RunAction, RunEvent, RunOutcome } from "./kernel.js";
import type { FareboxStream } from "./stream.js";
import { MAX_TIMER_MS } from "./waits.js";

/** The result of a step, for the caller's own check. */
export interface StepResult {
  step: string;
  /** What the plan says makes a result acceptable. */
  acceptance?: string | undefined;
  answer: Answer;
}

/** What the caller does in a run. */
export interface RunOptions {
  /** Looks at results where the settings say `check: "caller"`: says why one will not do, or nothing. */
  check?: ((result: StepResult) => string | undefined | Promise<string | undefined>) | undefined;
  /**
   * Is handed the state as text whenever it has changed, and awaited before the calls it asks for are
   * sent: kept somewhere safe, it is what `resume` goes on from.
   */
  save?: ((state: string) => void | Promise<void>) | undefined;
  signal?: AbortSignal | undefined;
}

/** What a run needs of its client. */
export interface RunHost {
  now(): number;
  start(request: Request, options: CallOptions): FareboxStream;
  observe(decisionId: string, accepted: boolean): void;
}

/**
 * A goal on its way through a plan, its steps and a final answer. Iterate it once; leaving the loop
 * cancels every call. `outcome` runs it by itself when nobody iterates.
 */
export class FareboxRun implements AsyncIterable<RunEvent> {
  readonly #events: AsyncGenerator<RunEvent, void, undefined>;
  readonly #outcome: Promise<RunOutcome>;
  readonly #stop = new AbortController();
  #iterated = false;

  constructor(machine: Machine, host: RunHost, options: RunOptions) {
    let settle!: (outcome: RunOutcome) => void;
    let fail!: (error: unknown) => void;
    this.#outcome = new Promise((resolve, reject) => {
      settle = resolve;
      fail = reject;
    });
    // Whoever iterates is told there.
    this.#outcome.catch(() => {});
    this.#events = drive(machine, host, options, this.#stop, settle, fail);
  }

  /** How the run ended, once it has: its answer or its error, its steps, and its receipt by role beside its quote. */
  get outcome(): Promise<RunOutcome> {
    return this.#over();
  }

  /** Cancels every call and answers with what there is. */
  cancel(): Promise<RunOutcome> {
    this.#stop.abort();
    return this.outcome;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RunEvent, void, undefined> {
    if (this.#iterated) {
      throw new FareboxError({
        kind: "invalid_request",
        message: "a run is read once: keep its events, or start another",
      });
    }
    this.#iterated = true;
    yield* this.#events;
  }

  async #over(): Promise<RunOutcome> {
    // Whoever asks for the end before reading wants the whole: run it, unless a reader comes first.
    await Promise.resolve();
    if (!this.#iterated) {
      this.#iterated = true;
      for await (const _ of this.#events);
    }
    return this.#outcome;
  }
}

async function* drive(
  machine: Machine,
  host: RunHost,
  { check, save, signal }: RunOptions,
  stop: AbortController,
  settle: (outcome: RunOutcome) => void,
  fail: (error: unknown) => void,
): AsyncGenerator<RunEvent, void, undefined> {
  const begun = age();
  const open = new Map<number, AbortController>();
  // Decisions by call, so that what is said of a result can be learned from.
  const decisions = new Map<number, string>();
  const ready: (() => void)[] = [];
  const arrived: (() => void)[] = [];
  let wake = () => {};
  const report = (input: () => void) => {
    arrived.push(input);
    wake();
  };
  const halt = () => {
    report(() => machine.cancel(host.now()));
  };
  const abort = () => stop.abort();

  const begin = ({ call, key, policy, request }: RunAction & { type: "call" }) => {
    const own = new AbortController();
    open.set(call, own);
    const ended = (outcome: Outcome) => {
      open.delete(call);
      report(() => machine.finished(call, toText(outcome), host.now()));
    };
    try {
      const stream = host.start(request, { policy, signal: own.signal, idempotencyKey: headerOf(key) });
      const { decision, plan } = stream.quote;
      if (plan.worstCase !== undefined) machine.quoted(call, plan.worstCase, host.now());
      decisions.set(call, decision.id);
      ready.push(() => void outcomeOf(stream).then(ended));
    } catch (error) {
      ended({ attempts: [], error: fieldsOf(error) });
    }
  };

  const lookAt = ({ check: id, step, acceptance, answer }: RunAction & { type: "check" }) => {
    if (!check) return machine.cancel(host.now());
    const judged = (refused?: string) => report(() => machine.checked(id, refused, host.now()));
    // A check that throws has not accepted the result.
    const verdict = (async () => check({ step, acceptance, answer }))();
    verdict.then(judged, (error) => judged(error instanceof Error ? error.message : String(error)));
  };

  let finished = false;
  let failure: unknown;
  try {
    stop.signal.addEventListener("abort", halt);
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
    else if (stop.signal.aborted) halt();
    let saved = "";
    for (;;) {
      for (const input of arrived.splice(0)) guarded(input);
      const action = guarded((): RunAction => JSON.parse(machine.poll(host.now())));
      switch (action.type) {
        case "call":
          guarded(() => begin(action));
          break;
        case "check":
          guarded(() => lookAt(action));
          break;
        case "emit": {
          const { event } = action;
          const decision = event.type === "step_checked" && decisions.get(event.call);
          if (decision) host.observe(decision, event.accepted);
          yield event;
          break;
        }
        case "finish":
          finished = true;
          settle(action.outcome);
          return;
        case "stop":
          open.get(action.call)?.abort();
          break;
        case "wait": {
          const state = save ? guarded(() => machine.save()) : saved;
          if (save && state !== saved) await save((saved = state));
          // What came meanwhile may stop what was to be sent.
          if (arrived.length > 0) break;
          for (const send of ready.splice(0)) send();
          await new Promise<void>((resolve) => {
            // A millisecond more, so that the moment has passed by then.
            const wait_ms = Math.min(Math.max(action.until - host.now(), 0) + 1, MAX_TIMER_MS);
            const timer = setTimeout(resolve, wait_ms);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
          if (arrived.length === 0) machine.tick(host.now());
          break;
        }
      }
    }
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
    stop.signal.removeEventListener("abort", halt);
    for (const own of open.values()) own.abort();
    // What was held for calls that were never sent is free again once they end.
    for (const send of ready) send();
    const isThere = begun === age();
    if (!finished) {
      if (failure !== undefined || !isThere) fail(failure ?? lost());
      else settle(abandon(machine, host.now()));
    }
    if (isThere) machine.free();
  }
}

/** Cancels a run nobody listens to any more and answers with how it ended. */
function abandon(machine: Machine, now: number): RunOutcome {
  machine.cancel(now);
  for (;;) {
    const action = guarded((): RunAction => JSON.parse(machine.poll(now)));
    if (action.type === "finish") return action.outcome;
    // What is still open is given up as if its grace had passed.
    if (action.type === "wait") {
      now = Math.max(now, action.until);
      machine.tick(now);
    }
  }
}

async function outcomeOf(stream: FareboxStream): Promise<Outcome> {
  try {
    const { answer, receipt } = await stream.reply;
    return { answer, attempts: receipt.attempts };
  } catch (error) {
    const attempts = error instanceof FareboxError ? (error.receipt?.attempts ?? []) : [];
    return { error: fieldsOf(error), attempts };
  }
}

function fieldsOf(error: unknown) {
  if (!(error instanceof FareboxError)) throw error;
  const { kind, message, details } = error;
  return { kind, message, details: { ...details } };
}

function lost(): FareboxError {
  const message = "the kernel stopped inside and was started anew: resume the run from what was saved of it last";
  return new FareboxError({ kind: "invalid_request", message, details: { trapped: true } });
}

/** A header's worth of a key whose words came from a model: the same key, the same header. */
function headerOf(key: string): string {
  const hash = (start: bigint) => {
    let value = start;
    for (const byte of new TextEncoder().encode(key)) {
      value = BigInt.asUintN(64, (value ^ BigInt(byte)) * FNV_PRIME);
    }
    return value.toString(16).padStart(16, "0");
  };
  return `farebox-${hash(FNV_START)}${hash(BigInt.asUintN(64, ~FNV_START))}`;
}

const FNV_START = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;
