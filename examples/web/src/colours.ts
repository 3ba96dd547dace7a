// The colours of tokens, as highlights of the browser: the text stays one node a line, so that an edit
// neither makes elements nor lays them out, and lines whose tokens are as before are left alone.
import type { ChangeDesc } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";

type Piece = [from: number, to: number, tint: number];

interface Line {
  pieces: Piece[];
  ranges: [Highlight, StaticRange][];
}

export class Colours {
  /** One a tint, and one for tokens that end inside a character: those cannot be told apart in it. */
  readonly #highlights = "Highlight" in globalThis ? NAMES.map(registered) : [];
  #shown = new Map<Text, Line>();
  #from = 0;
  #ends: number[] = [];

  /** The tokens of a part of the text, by where they end. */
  set(from: number, ends: Iterable<number>): void {
    this.#from = from;
    this.#ends = [...ends];
  }

  /** Until new ones are told, tokens move with their text. */
  move(changes: ChangeDesc): void {
    this.#from = changes.mapPos(this.#from, -1);
    this.#ends = this.#ends.map((end) => changes.mapPos(end, 1));
  }

  /** Colours what is in sight: every highlight is looked at anew with each frame that is painted. */
  draw(view: EditorView, seen: { from: number; to: number }): void {
    if (this.#highlights.length === 0) return;
    const before = this.#shown;
    this.#shown = new Map();
    const pieces = this.#pieces(view, seen);
    let next = 0;
    const nodes = document.createTreeWalker(view.contentDOM, NodeFilter.SHOW_TEXT);
    for (let node = nodes.nextNode() as Text | null; node; node = nodes.nextNode() as Text | null) {
      const start = view.posAtDOM(node);
      const end = start + node.length;
      while (next < pieces.length && pieces[next]![1] <= start) next += 1;
      const inside: Piece[] = [];
      for (let index = next; index < pieces.length && pieces[index]![0] < end; index += 1) {
        const [from, to, tint] = pieces[index]!;
        inside.push([Math.max(from - start, 0), Math.min(to - start, node.length), tint]);
      }
      if (inside.length === 0) continue;
      const kept = before.get(node);
      if (kept && same(kept.pieces, inside)) {
        before.delete(node);
        this.#shown.set(node, kept);
      } else {
        this.#shown.set(node, this.#painted(node, inside));
      }
    }
    for (const { ranges } of before.values()) for (const [highlight, range] of ranges) highlight.delete(range);
  }

  /** Each token with its tint. Tints are counted from the start of a line, so that an edit leaves other lines as they are. */
  #pieces({ state: { doc } }: EditorView, seen: { from: number; to: number }): Piece[] {
    const found: Piece[] = [];
    let start = Math.min(this.#from, doc.length);
    let line = doc.lineAt(start);
    let tint = 0;
    for (let index = 0; index < this.#ends.length; index += 1) {
      const end = Math.min(this.#ends[index]!, doc.length);
      if (end > start) {
        if (start > line.to) {
          line = doc.lineAt(start);
          tint = 0;
        }
        if (end > seen.from && start < seen.to) found.push([start, end, (tint % TINTS) + (this.#ends[index + 1] === end ? TINTS : 0)]);
        tint += 1;
      }
      start = end;
    }
    return found;
  }

  #painted(node: Text, pieces: Piece[]): Line {
    const ranges: Line["ranges"] = [];
    const put = (highlight: Highlight, startOffset: number, endOffset: number) => {
      const range = new StaticRange({ startContainer: node, startOffset, endContainer: node, endOffset });
      highlight.add(range);
      ranges.push([highlight, range]);
    };
    for (const [from, to, tint] of pieces) {
      put(this.#highlights[tint % TINTS]!, from, to);
      if (tint >= TINTS) put(this.#highlights[TINTS]!, from, to);
    }
    return { pieces, ranges };
  }
}

function registered(name: string): Highlight {
  const highlight = new Highlight();
  CSS.highlights.set(name, highlight);
  return highlight;
}

function same(some: readonly Piece[], others: readonly Piece[]): boolean {
  return some.length === others.length && some.every((piece, index) => piece.every((value, at) => value === others[index]![at]));
}

const TINTS = 5;
const NAMES = [...Array.from({ length: TINTS }, (_, tint) => `token-${tint}`), "token-split"];
