import { readFileSync } from "node:fs";
import * as farebox from "farebox/inline";
import { check } from "./check.mjs";

// Nothing is fetched by itself: the vocabulary is handed in.
const file = new URL(import.meta.resolve("farebox/vocab/o200k_base.vocab"));
await farebox.loadVocabulary("o200k_base", readFileSync(file));
console.log(JSON.stringify(await check(farebox, process.argv[2])));
