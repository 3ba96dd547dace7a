// A kernel out of memory, in Node.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as slim from "farebox/slim";
import { trapped } from "./trap.mjs";

const { resolve } = createRequire(import.meta.url);
const file = (name) => readFileSync(resolve(`farebox/${name}`));
console.log(JSON.stringify(await trapped(slim, file("kernel.wasm"), file("vocab/o200k_base.vocab"))));
