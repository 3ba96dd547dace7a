// A kernel that runs out of memory: what it says, and how it goes on.

/**
 * The kernel's file with a limit to its memory, in pages of 64 kB. The section of the memory holds one
 * entry: a flag that says whether there is a limit, and the least number of pages.
 */
function limited(kernel, pages) {
  const number = (at) => {
    let [value, shift, next] = [0, 0, at];
    for (;;) {
      const byte = kernel[next++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return [value, next];
      shift += 7;
    }
  };
  const written = (value) => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...written(value >>> 7)]);
  for (let at = 8; at < kernel.length; ) {
    const [length, start] = number(at + 1);
    if (kernel[at] === 5) {
      const [least] = number(start + 2);
      const entry = [1, 1, ...written(least), ...written(pages)];
      const section = [5, ...written(entry.length), ...entry];
      const rest = kernel.subarray(start + length);
      const bytes = new Uint8Array(at + section.length + rest.length);
      bytes.set(kernel.subarray(0, at));
      bytes.set(section, at);
      bytes.set(rest, at + section.length);
      return bytes;
    }
    at = start + length;
  }
  throw new Error("the kernel has no memory");
}

/** What was seen: every value is as it ought to be or says what it is instead. */
export async function trapped(manual, kernel, vocabulary) {
  const { count, Farebox, FareboxError, LiveCount, loadSync, loadVocabulary } = manual;
  const kind = (action) => {
    try {
      return action() ?? "nothing";
    } catch (error) {
      return error instanceof FareboxError ? `${error.kind}${error.details.trapped ? ", trapped" : ""}` : `untyped: ${error}`;
    }
  };
  loadSync(new WebAssembly.Module(limited(kernel, 1024)));
  await loadVocabulary("o200k_base", vocabulary);
  const client = new Farebox({ policy: { preset: "bulk" }, rateLimits: {}, budget: { limits: [{ window: "day", amount: "5" }] } });
  const quote = () => {
    const { input } = client.quote({ model: "gpt-5.4-mini", input: "how much is this?" }).estimates[0];
    return JSON.stringify([input.basis, input.tokens]);
  };
  const before = quote();
  client.stream({ model: "gpt-5.4-mini", input: "how much is this?" });
  const ledger = JSON.stringify(client.budget);
  const counter = new LiveCount("a text from before");
  const enormous = "more than the memory holds ".repeat(3_000_000);
  const first = kind(() => count(enormous));
  const held = kind(() => counter.tokens);
  counter.free();
  return {
    "a text that does not fit": first,
    "the next count": count("hello world"),
    "the next quote is as before": quote() === before,
    "the budget knows what was held": client.budget.ledger.holds.length === 1 && JSON.stringify(client.budget) === ledger,
    "a counter from before": held,
    "a new counter": new LiveCount("hello world").tokens,
    "again, in a client": kind(() => client.quote({ input: enormous })),
    "and again as before": quote() === before,
  };
}
