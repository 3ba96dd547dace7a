// What goes wrong in a page; which of it is said in its address.
const cases = {
  async csp() {
    try {
      await import("farebox");
      return "it was loaded";
    } catch ({ kind, message }) {
      return { kind, names: message.includes("'wasm-unsafe-eval'") };
    }
  },

  async type() {
    const { count, preload } = await import("farebox");
    await preload();
    return { tokens: count("hello world") };
  },

  async vocabulary() {
    const { count, Farebox, FareboxError, preload } = await import("farebox");
    const client = new Farebox();
    const quote = () => client.quote({ model: "gpt-5.4-mini", input: "hello" }).estimates[0].input.basis.type;
    const kind = (error) => (error instanceof FareboxError ? error.kind : `untyped: ${error}`);
    const before = quote();
    const missing = await preload().then(() => "it came", kind);
    let exact;
    try {
      exact = count("hello");
    } catch (error) {
      exact = kind(error);
    }
    // A refused file is on record only once its answer has been read.
    await new Promise((resolve) => setTimeout(resolve, 200));
    const asked = performance.getEntriesByType("resource").length;
    for (let again = 0; again < 50; again += 1) quote();
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { before, missing, after: quote(), exact, quiet: performance.getEntriesByType("resource").length === asked };
  },

  async key() {
    const { Farebox } = await import("farebox");
    try {
      new Farebox({ apiKey: "sk-check" });
      return "it was taken";
    } catch ({ kind, message }) {
      return { kind, secret: message.includes("sk-check") };
    }
  },

  async trap() {
    const dist = "/node_modules/farebox/dist";
    const { trapped } = await import("/trap.mjs");
    const file = async (name) => new Uint8Array(await (await fetch(`${dist}/${name}`)).arrayBuffer());
    return trapped(await import(`${dist}/manual.js`), await file("kernel.wasm"), await file("vocab/o200k_base.vocab"));
  },

  async worker() {
    const { count, preload } = await import("farebox");
    const { countLong } = await import("/node_modules/farebox/dist/worker.js");
    await preload();
    const text = "a word and another, ".repeat(100_000);
    const stop = new AbortController();
    let progress = 0;
    const tokens = await countLong(text, { onProgress: () => (progress += 1) });
    const stopped = await countLong(text, { signal: stop.signal, onProgress: () => stop.abort() }).then(
      () => "it went on",
      ({ kind }) => kind,
    );
    return { same: tokens === count(text), progress: progress > 2, stopped };
  },
};

try {
  globalThis.result = { seen: await cases[new URLSearchParams(location.search).get("case")]() };
} catch (error) {
  globalThis.result = { error: String(error?.stack ?? error) };
}
