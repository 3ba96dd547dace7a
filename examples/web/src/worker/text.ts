// The text of the page's editor, kept alike by its edits, and its live count once there is a vocabulary.
import type { LiveCount } from "farebox/slim";
import type { Change } from "../messages";

export class Text {
  /** How often it has changed. */
  version = 0;
  #text = "";
  #counter: LiveCount | undefined;

  toString(): string {
    return this.#text;
  }

  countWith(make: (text: string) => LiveCount): void {
    this.#counter = make(this.#text);
    this.#make = make;
  }

  /** Changes of one step, each in places of the text before the step, in order. */
  edit(changes: readonly Change[]): void {
    this.version += 1;
    // From the end, so that earlier places stay what they are.
    for (const { from, to, insert } of changes.toReversed()) {
      this.#text = this.#text.slice(0, from) + insert + this.#text.slice(to);
      this.#counter?.replace(from, to, insert);
    }
    // Half of a surrogate pair counts as a whole character: where an edit cut one, count anew.
    if (this.#counter && this.#counter.length !== this.#text.length) {
      this.#counter.free();
      this.#counter = this.#make?.(this.#text);
    }
  }

  /** The tokens of the text, and where those of a part of it end. */
  look(from: number, to: number): { tokens: number; ends: Uint32Array<ArrayBuffer> } | undefined {
    if (!this.#counter) return undefined;
    const end = Math.min(to, this.#text.length);
    return {
      tokens: this.#counter.tokens,
      ends: new Uint32Array(this.#counter.boundaries(Math.min(from, end), end)),
    };
  }

  #make: ((text: string) => LiveCount) | undefined;
}
