import { readFileSync } from "node:fs";
import * as farebox from "farebox/slim";
import { check } from "./check.mjs";

try {
  farebox.evaluate("version", null);
  throw new Error("the kernel answered before it was loaded");
} catch (error) {
  if (!/load\(url\)/.test(error.message)) throw error;
}
await farebox.load(readFileSync(new URL(import.meta.resolve("farebox/kernel.wasm"))));
console.log(JSON.stringify(await check(farebox)));
