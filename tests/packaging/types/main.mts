// A consumer under `--strict`: what it may write, and what it may not.
import { type Answer, countLong, type Event, Farebox, FareboxError, type Quote, type Receipt } from "farebox";
import { load } from "farebox/manual";
import * as slim from "farebox/slim";
import { countLong as countInWorker } from "farebox/worker";

const farebox = new Farebox({
  policy: { preset: "risk", maxCost: "0.05" },
  verify: (answer: Answer) => (answer.text ? undefined : "it says nothing"),
});
const quote: Quote = farebox.quote({ model: "gpt-5.4", input: "hello" }, { hints: { stakes: "high" } });
const cost: string | undefined = quote.estimates[0]?.cost?.expected;

export async function run(): Promise<Receipt> {
  await load(new URL("https://example.org/kernel.wasm"));
  const tokens: number = (await countLong("hello", { signal: AbortSignal.timeout(1000) })) + (await countInWorker("hello"));
  const stream = farebox.stream({ input: `${cost} ${tokens}` });
  for await (const event of stream) say(event);
  try {
    farebox.observe(quote.decision.id, { successPpm: 1_000_000 });
  } catch (error) {
    if (error instanceof FareboxError && error.kind === "rate_limited") console.log(error.details);
  }
  return stream.receipt;
}

function say(event: Event): void {
  switch (event.type) {
    case "text_delta":
      console.log(event.text.length);
      break;
    case "attempt_failed":
      console.log(event.error.kind);
      break;
    default:
      // @ts-expect-error: an event is one of a closed set
      console.log(event.type === "no such event");
  }
}

const estimated: Quote = new slim.Farebox({ policy: { preset: "bulk" } }).quote({ input: "hello" });
const request: slim.Request | undefined = estimated && new slim.Farebox().evaluate("parse", { body: { input: "hello" } });
// @ts-expect-error: who only estimates sends nothing
new slim.Farebox().send(request);
// @ts-expect-error: nor follows an answer up
new slim.Farebox().evaluate("follow", { request });
// @ts-expect-error: nor sees events
export type None = slim.Event;

// @ts-expect-error: a preset is one of a closed set
new Farebox({ policy: { preset: "cheapest" } });
// @ts-expect-error: nothing is `any`
quote.decision.chosen.nothing;
