// The host loop: does what the kernel's call machine says, in six arms.
import { age } from "./anew.js";
import { FareboxError, guarded } from "./error.js";
import type { Answer, AttemptId, Call, Event, HttpRequest, Outcome, Receipt } from "./kernel.js";
import { type Deed, type Told, told } from "./told.js";
import type { Arrival, Exchange } from "./transport.js";
import type { Turns } from "./turns.js";
import { unlessAborted, Waits } from "./waits.js";

/** What a call needs of the world. */
export interface Host {
  now(): number;
  open(attempt: AttemptId, request: HttpRequest): Exchange;
  /** Why an answer may not be accepted, or nothing. */
  judge(answer: Answer): Promise<string | undefined>;
  /**
   * Is told the outcome once, while the call is still there, also when the caller stops early by
   * leaving the loop or by `signal`; is told nothing when the kernel stopped inside and the call is
   * gone. Answers with what it cost.
   */
  settle(outcome: Outcome | undefined): Receipt | undefined;
  signal: AbortSignal | undefined;
  /** The caller's own rate limits, where there are some. */
  turns: Turns | undefined;
}

/**
 * A call as its caller reads it. It moves only when it is asked for what comes next, and most of that
 * came with the same bytes as what came before: so it is an iterator by hand, for an asynchronous
 * generator takes several turns of the queue for each event, and this takes one.
 */
export class Drive implements AsyncIterator<Event, void, undefined> {
  readonly #call: Call;
  readonly #host: Host;
  readonly #begun = age();
  readonly #waits: Waits;
  readonly #exchanges = new Map<AttemptId, Exchange>();
  #told: Told = { events: [], action: undefined };
  #next = 0;
  #model = "";
  #cancelled = false;
  #ended = false;
  /** How the call failed, until somebody is told. */
  #failure: FareboxError | undefined;
  /** Those who wait for what comes next, and the last of them. */
  #waiting = 0;
  #last: Promise<unknown> | undefined;

  constructor(call: Call, host: Host) {
    this.#call = call;
    this.#host = host;
    this.#waits = new Waits(() => host.now(), host.signal);
  }

  next(): Promise<IteratorResult<Event, void>> {
    const value = this.#waiting > 0 ? undefined : this.#atHand();
    if (value) return Promise.resolve({ done: false, value });
    const turn = this.#inTurn(this.#waiting > 0 ? this.#last : undefined);
    this.#last = turn;
    return turn;
  }

  /** Stops the call where it is, also while somebody waits for what comes next. */
  async return(): Promise<IteratorResult<Event, void>> {
    this.#end();
    this.#failure = undefined;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Runs the call to its end, for its outcome alone. */
  async rest(): Promise<void> {
    while (await this.#advance());
  }

  /** Answers whoever asked after those who asked before. */
  async #inTurn(before: Promise<unknown> | undefined): Promise<IteratorResult<Event, void>> {
    this.#waiting += 1;
    try {
      // Whoever asked before is told of a failure.
      await before?.catch(() => {});
      const value = await this.#advance();
      if (value) return { done: false, value };
      const failure = this.#failure;
      this.#failure = undefined;
      if (failure) throw failure;
      return { done: true, value: undefined };
    } finally {
      this.#waiting -= 1;
    }
  }

  /** What the caller sees next, if it is here. */
  #atHand(): Event | undefined {
    const event = this.#told.events[this.#next];
    if (!event || event.type === "judging") return undefined;
    this.#next += 1;
    if (event.type === "started") this.#model = event.model;
    return event;
  }

  /** What the caller sees next; nothing once the call is over. */
  async #advance(): Promise<Event | undefined> {
    const { now, signal } = this.#host;
    try {
      while (!this.#ended) {
        if (signal?.aborted && !this.#cancelled) {
          this.#cancelled = true;
          this.#call.cancel(now());
          this.#told.action = undefined;
        }
        const event = this.#atHand() ?? this.#told.events[this.#next];
        const { action } = this.#told;
        if (event?.type === "judging") {
          this.#next += 1;
          const refused = await unlessAborted(this.#host.judge(event.answer), signal);
          if (this.#ended) break;
          if (!signal?.aborted) this.#call.verdict(event.attempt, refused, now());
          this.#told.action = undefined;
        } else if (event) {
          return event;
        } else if (action) {
          this.#told.action = undefined;
          await this.#do(action);
        } else {
          this.#told = guarded(() => told(this.#call.poll(now())));
          this.#next = 0;
        }
      }
    } catch (error) {
      this.#end();
      throw error;
    }
    return undefined;
  }

  async #do(action: Deed): Promise<void> {
    const { now, turns } = this.#host;
    switch (action.type) {
      case "send": {
        const until = turns?.wait(this.#model, now());
        if (until !== undefined) return this.#call.deferred(action.attempt, until, now());
        // An attempt that failed amid its body is still open.
        for (const exchange of this.#exchanges.values()) exchange.close();
        this.#exchanges.clear();
        this.#exchanges.set(action.attempt, this.#host.open(action.attempt, action.request));
        return;
      }
      case "receive": {
        const exchange = this.#exchanges.get(action.attempt);
        let arrival: Arrival | undefined;
        try {
          arrival = await this.#waits.first(exchange?.next(), action.until);
        } catch (error) {
          if (!this.#ended) this.#call.lost(action.attempt, (error as Error).message, true, now());
          throw error;
        }
        if (this.#ended) return;
        if (arrival) exchange?.taken();
        if (arrival?.type === "head") turns?.learn(this.#model, arrival.headers, now());
        return guarded(() => report(this.#call, arrival, now()));
      }
      case "sleep":
        await this.#waits.first(undefined, action.until);
        if (!this.#ended) this.#call.tick(now());
        return;
      case "abort":
        this.#exchanges.get(action.attempt)?.close();
        this.#exchanges.delete(action.attempt);
        return;
      case "finish":
        return this.#end(action.outcome);
    }
  }

  /** Ends the call, with the outcome it has or with what becomes of it when nobody wants more. */
  #end(outcome?: Outcome): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waits.end();
    const isWhole = outcome !== undefined && !outcome.error;
    for (const exchange of this.#exchanges.values()) {
      if (isWhole) void exchange.drain();
      else exchange.close();
    }
    this.#host.turns?.leave();
    const isThere = this.#begun === age();
    try {
      const ending = outcome ?? (isThere ? abandon(this.#call, this.#host.now()) : undefined);
      const receipt = this.#host.settle(ending);
      if (outcome?.error) this.#failure = new FareboxError(outcome.error, receipt && { receipt });
    } finally {
      if (isThere) this.#call.free();
    }
  }
}

/** Cancels a call nobody listens to any more and answers with how it ended. */
function abandon(call: Call, now: number): Outcome {
  call.cancel(now);
  for (;;) {
    const { action } = guarded(() => told(call.poll(now)));
    if (action?.type === "finish") return action.outcome;
    // A cancelled call has nothing left to wait for.
    if (action?.type === "receive" || action?.type === "sleep") return { attempts: [] };
  }
}

function report(call: Call, arrival: Arrival | undefined, now: number): void {
  switch (arrival?.type) {
    case "head":
      return call.head(arrival.attempt, arrival.status, arrival.headers, now);
    case "bytes":
      return call.body(arrival.attempt, arrival.bytes, now);
    case "end":
      return call.end(arrival.attempt, now);
    case "lost":
      return call.lost(arrival.attempt, arrival.message, arrival.unsent, now);
    case undefined:
      return call.tick(now);
  }
}
