// The entry for Node, Deno and Bun: every file lies beside this one and is read when it is needed.
import { readFileSync } from "node:fs";
import { Farebox as Client } from "./farebox.js";
import { loadSync } from "./load.js";
import * as tokens from "./tokens.js";
import { setPlatform } from "./vocabulary.js";

loadSync(readFileSync(new URL("./kernel.wasm", import.meta.url)));
setPlatform({
  vocabulary: (encoding) => readFileSync(new URL(`./vocab/${encoding}.vocab`, import.meta.url)),
  environment: (name) => process.env[name],
});

export * from "./api.js";
export class Farebox extends Client {}
export const { boundaries, count, countTillLimit, decode, encode, preload } = tokens;
export { loadVocabulary } from "./vocabulary.js";
