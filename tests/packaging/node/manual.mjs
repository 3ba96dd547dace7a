import { readFileSync } from "node:fs";
import * as farebox from "farebox/manual";
import { check } from "./check.mjs";

try {
  new farebox.Farebox();
  throw new Error("the kernel answered before it was loaded");
} catch (error) {
  if (!/load\(url\)/.test(error.message)) throw error;
}
const file = (name) => readFileSync(new URL(import.meta.resolve(`farebox/${name}`)));
await farebox.load(file("kernel.wasm"));
await farebox.loadVocabulary("o200k_base", file("vocab/o200k_base.vocab"));
console.log(JSON.stringify(await check(farebox, process.argv[2])));
