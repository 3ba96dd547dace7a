// A text under edit, counted as it changes.
import { age } from "./anew.js";
import { guarded } from "./error.js";
import { type Encoding, LiveCount as Counted } from "./kernel.js";
import { requireLoaded } from "./load.js";
import { request } from "./vocabulary.js";

/**
 * A text under edit and its exact count: an edit costs what it inserts and about a thousand bytes
 * around it, not the text. Places are in UTF-16 units, as in `text.slice`.
 */
export class LiveCount {
  readonly #counted: Counted;
  readonly #age = age();

  /** Needs the encoding's vocabulary: `preload` it where files are fetched. */
  constructor(text = "", encoding: Encoding = "o200k_base") {
    requireLoaded();
    request([encoding]);
    this.#counted = guarded(() => new Counted(text, encoding));
  }

  /** The tokens of the text. */
  get tokens(): number {
    return guarded(() => this.#counted.tokens);
  }

  /** The length of the text. */
  get length(): number {
    return guarded(() => this.#counted.length);
  }

  /** Puts a text in the place of a range and answers with the tokens of the whole. */
  replace(start: number, end: number, text: string): number {
    return guarded(() => this.#counted.replace(start, end, text));
  }

  /** Where each token ends that ends in this range, so that `text.slice` cuts there. */
  boundaries(start = 0, end = this.length): Uint32Array {
    return guarded(() => this.#counted.boundaries(start, end));
  }

  /** Gives the text's memory back; the counter is of no use afterwards. */
  free(): void {
    if (this.#age === age()) this.#counted.free();
  }
}
