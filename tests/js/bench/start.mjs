// From `import` to a first answer, each in a process of its own: `npm run start-up`. Rounds take turns,
// and the best of each counts.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const text = "What does a ride to the harbour cost?";
const request = { model: "gpt-5.4-mini", input: text };

const STARTS = {
  async "farebox, approximate quote"() {
    const { Farebox, loadSync } = await import("../../../pkg/dist/manual.js");
    loadSync(readFileSync(new URL("../../../pkg/dist/kernel.wasm", import.meta.url)));
    return new Farebox().quote(request).estimates.length > 0;
  },
  async "farebox/slim, approximate quote"() {
    const { Farebox } = await import("../../../pkg/dist/slim-node.js");
    return new Farebox().quote(request).estimates.length > 0;
  },
  async "farebox, exact quote"() {
    const { Farebox } = await import("../../../pkg/dist/node.js");
    return new Farebox().quote(request).estimates[0].input.basis.type === "exact";
  },
  async "farebox/slim, exact quote"() {
    const { Farebox, preload } = await import("../../../pkg/dist/slim-node.js");
    await preload(["o200k_base"]);
    return new Farebox().quote(request).estimates[0].input.basis.type === "exact";
  },
  async "farebox, exact count"() {
    const { count } = await import("../../../pkg/dist/node.js");
    return count(text) > 0;
  },
  async "gpt-tokenizer, count"() {
    const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base");
    return countTokens(text) > 0;
  },
  async "js-tiktoken, count"() {
    const { getEncoding } = await import("js-tiktoken");
    return getEncoding("o200k_base").encode(text).length > 0;
  },
  async "tiktoken, count"() {
    const { get_encoding } = await import("tiktoken");
    return get_encoding("o200k_base").encode(text).length > 0;
  },
  async "ai-tokenizer, count"() {
    const { Tokenizer } = await import("ai-tokenizer");
    const encoding = await import("ai-tokenizer/encoding/o200k_base");
    return new Tokenizer(encoding).count(text) > 0;
  },
};

const [, , name] = process.argv;
if (name) {
  const started = performance.now();
  const good = await STARTS[name]();
  const milliseconds = performance.now() - started;
  if (!good) throw new Error(`${name} gave no answer`);
  console.log(milliseconds);
} else {
  const best = {};
  for (let round = 0; round < 7; round += 1) {
    for (const name of Object.keys(STARTS)) {
      const milliseconds = Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url), name], { encoding: "utf8" }));
      best[name] = Math.min(best[name] ?? Infinity, milliseconds);
    }
  }
  console.log(`Node ${process.versions.node}, from import to a first answer, best of 7, ms`);
  for (const [name, milliseconds] of Object.entries(best)) console.log(`${name.padEnd(34)} ${milliseconds.toFixed(1).padStart(8)}`);
}
