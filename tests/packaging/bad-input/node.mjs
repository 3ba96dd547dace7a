// What goes wrong in Node: one typed error each, and the package works on.
import * as farebox from "farebox";

const { Farebox, FareboxError, LiveCount } = farebox;
const client = new Farebox();
const long = "a word and another, ".repeat(400_000);
const circle = {};
circle.input = circle;

function kind(action) {
  try {
    return action() ?? "nothing";
  } catch (error) {
    return error instanceof FareboxError ? error.kind : `untyped: ${error}`;
  }
}

async function kindLater(action) {
  try {
    return (await action()) ?? "nothing";
  } catch (error) {
    return error instanceof FareboxError ? error.kind : `untyped: ${error}`;
  }
}

const detached = new Uint8Array(64);
structuredClone(detached.buffer, { transfer: [detached.buffer] });
const freed = new LiveCount("hello");
freed.free();
const halves = [0, 1].map((half) => client.quote({ model: "gpt-5.4", input: "🚕".charAt(half) }).estimates[0].input.tokens.expected);
const whole = client.quote({ model: "gpt-5.4", input: "\ufffd" }).estimates[0].input.tokens.expected;
const stopped = new AbortController();
const shares = [];

console.log(
  JSON.stringify({
    "an operation there is none of": kind(() => client.evaluate("no such", {})),
    "a circle": kind(() => client.quote(circle)),
    "a number too great": kind(() => client.quote({ input: 1n })),
    nothing: kind(() => client.quote(undefined)),
    "half a character": halves.every((tokens) => tokens === whole),
    "a backslash is no half character": client.evaluate("tokens", { encoding: "o200k_base", text: "\\ud800" }).count > 1,
    "a detached buffer": await kindLater(() => farebox.loadVocabulary("o200k_base", detached)),
    "a vocabulary that was changed": await kindLater(() => farebox.loadVocabulary("cl100k_base", new Uint8Array(1000))),
    "a counter that was freed": kind(() => freed.replace(0, 0, "x")),
    "eight million characters": kind(() => client.quote({ model: "gpt-5.4-mini", input: long })),
    "a long count": (await farebox.countLong(long, { onProgress: (done) => shares.push(done) })) === farebox.count(long),
    "its progress": shares.length > 10 && shares.at(-1) === 1,
    "a long count stopped": await kindLater(() =>
      farebox.countLong(long, { signal: stopped.signal, onProgress: () => stopped.abort() }),
    ),
    "an outcome of no decision": kind(() => client.observe("no such", { successPpm: 1_000_000 })),
    "works on": farebox.count("hello world"),
  }),
);
