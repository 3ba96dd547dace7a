// A kernel out of memory, in Node.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as manual from "farebox/manual";
import { trapped } from "./trap.mjs";

const { resolve } = createRequire(import.meta.url);
const file = (name) => readFileSync(resolve(`farebox/${name}`));
console.log(JSON.stringify(await trapped(manual, file("kernel.wasm"), file("vocab/o200k_base.vocab"))));
