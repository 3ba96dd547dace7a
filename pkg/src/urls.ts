// Where the vocabularies lie. Each address is written out, for bundlers look for exactly this form.
import { FareboxError } from "./error.js";
import type { Encoding } from "./kernel.js";

/** The address of an encoding's vocabulary file. */
export function vocabularyFiles(encoding: Encoding): URL {
  switch (encoding) {
    case "cl100k_base":
      return new URL("./vocab/cl100k_base.vocab", import.meta.url);
    case "o200k_base":
    case "o200k_harmony":
      return new URL("./vocab/o200k_base.vocab", import.meta.url);
    default:
      throw new FareboxError({
        kind: "invalid_request",
        message: `the package ships no vocabulary of \`${encoding}\`: pass one to \`loadVocabulary\``,
      });
  }
}
