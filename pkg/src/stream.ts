// A call under way as the caller sees it: events in order, and what remains when they are over.
import { FareboxError } from "./error.js";
import type { Drive } from "./host.js";
import type { Answer, Event, Outcome, Quote, Receipt } from "./kernel.js";

/** A whole answer, what it cost, and what it was quoted at. */
export interface Reply {
  /** The answer's words. */
  text: string;
  /** The answer with its tool calls, reasoning and usage. */
  answer: Answer;
  /** What the call cost, against its estimate and the baseline. */
  receipt: Receipt;
  /** What was expected before it was sent. */
  quote: Quote;
}

/**
 * An answer as it arrives. Iterate it once; leaving the loop cancels the call. `text`, `reply` and
 * `receipt` run the call by themselves when nobody iterates.
 */
export class FareboxStream implements AsyncIterable<Event> {
  /** What was expected before it was sent. */
  readonly quote: Quote;
  readonly #events: Drive;
  readonly #settled: Promise<{ outcome: Outcome; receipt: Receipt }>;
  #iterated = false;

  constructor(
    quote: Quote,
    events: Drive,
    settled: Promise<{ outcome: Outcome; receipt: Receipt }>,
  ) {
    this.quote = quote;
    this.#events = events;
    this.#settled = settled;
  }

  /** What the call cost, once it is over; also when it failed or was cancelled. */
  get receipt(): Promise<Receipt> {
    return this.#over().then(({ receipt }) => receipt);
  }

  /** The whole answer, once it is over. */
  get reply(): Promise<Reply> {
    return this.#over().then(({ outcome, receipt }) => {
      if (outcome.error) throw new FareboxError(outcome.error, { receipt });
      const answer = outcome.answer ?? {};
      return { text: answer.text ?? "", answer, receipt, quote: this.quote };
    });
  }

  /** The answer's words, once it is over. */
  get text(): Promise<string> {
    return this.reply.then(({ text }) => text);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Event> {
    if (this.#iterated) {
      throw new FareboxError({
        kind: "invalid_request",
        message: "a stream is read once: keep its events, or send the request again",
      });
    }
    this.#iterated = true;
    return this.#events;
  }

  /** The events as a `ReadableStream`; cancelling it cancels the call. */
  toReadableStream(): ReadableStream<Event> {
    const events = this[Symbol.asyncIterator]();
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await events.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await events.return?.();
      },
    });
  }

  async #over(): Promise<{ outcome: Outcome; receipt: Receipt }> {
    // Whoever asks for the end before reading wants the whole: run it, unless a reader comes first.
    await Promise.resolve();
    if (!this.#iterated) {
      this.#iterated = true;
      await this.#events.rest();
    }
    return this.#settled;
  }
}
