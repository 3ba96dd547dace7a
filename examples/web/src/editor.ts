// The prompt's editor. Every edit goes to the worker as it is made; what comes back is where the
// tokens in view end, and only those are painted.
import { history, historyKeymap } from "@codemirror/commands";
import { EditorState, type Extension, type Range, StateEffect, StateField, type Text } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, placeholder } from "@codemirror/view";
import type { KernelWorker } from "./kernel";
import { keys } from "./keys";
import type { Change } from "./messages";
import type { Held } from "./prompt";

const painted = StateEffect.define<DecorationSet>();

const paint = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(tokens, transaction) {
    for (const effect of transaction.effects) if (effect.is(painted)) return effect.value;
    // Until the worker answers, colours move with their text.
    return tokens.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const tints = Array.from({ length: 5 }, (_, tint) => [
  Decoration.mark({ class: `t t${tint}` }),
  Decoration.mark({ class: `t t${tint} split` }),
]) as [Decoration, Decoration][];

export class Editor {
  readonly view: EditorView;
  readonly #kernel: KernelWorker;
  #version = 0;
  #edited = 0;
  /** The part of the text whose tokens are painted: what is in view and a little around it. */
  #window = { from: 0, to: 0 };

  constructor(room: HTMLElement, kernel: KernelWorker, label: string, held: Held, onEdit: (length: number) => void) {
    this.#kernel = kernel;
    this.#version = held.version;
    const listen = EditorView.updateListener.of((update) => {
      if (update.docChanged) {
        const changes: Change[] = [];
        update.changes.iterChanges((from, to, _start, _end, insert) => changes.push({ from, to, insert: insert.toString() }), true);
        this.#version += 1;
        // Where the view is now is known after the layout; until then the window moves with its text.
        const from = update.changes.mapPos(this.#window.from, -1);
        const to = Math.min(update.changes.mapPos(this.#window.to, 1), from + MAX_PAINTED_UNITS);
        this.#window = { from, to };
        kernel.tell({ type: "edit", version: this.#version, changes, ...this.#window });
        onEdit(update.state.doc.length);
      }
      if (update.docChanged || update.viewportChanged || update.geometryChanged) this.#follow();
    });
    const extensions: Extension[] = [
      history(),
      keymap.of([...keys, ...historyKeymap]),
      EditorView.lineWrapping,
      EditorState.lineSeparator.of("\n"),
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
      placeholder("Type or paste a prompt, or the JSON body of a request"),
      paint,
      listen,
    ];
    this.view = new EditorView({
      parent: room,
      doc: held.text,
      selection: held,
      extensions,
      dispatchTransactions: (transactions, view) => {
        const start = performance.now();
        const edited = transactions.some(({ docChanged }) => docChanged);
        if (edited) this.#edited = start;
        view.update(transactions);
        if (edited) performance.measure("farebox:busy", { start, end: performance.now() });
        if (this.#version % KEPT_EDITS === 0) performance.clearMeasures();
      },
    });
    this.view.scrollDOM.scrollTop = held.scrollTop;
    if (held.focused) this.view.focus();
    this.view.scrollDOM.addEventListener("scroll", () => this.#follow(), { passive: true });
    kernel.on({
      live: ({ version, from, to, ends, tookMs }) => {
        if (version !== this.#version || from !== this.#window.from || to !== this.#window.to) return;
        this.#paint(from, ends);
        this.#measure(tookMs);
      },
    });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Puts a text in the place of the old one. */
  set(text: string): void {
    this.view.dispatch({
      changes: { from: 0, to: this.view.state.doc.length, insert: text },
      selection: { anchor: 0 },
      scrollIntoView: true,
    });
  }

  /** Asks for the tokens in view. */
  look(): void {
    this.#window = { from: 0, to: 0 };
    this.#follow();
  }

  /** Moves the window when what is in view has left it. */
  #follow(): void {
    this.view.requestMeasure({
      key: this,
      read: visible,
      write: ({ from, to }, view) => {
        const held = this.#window;
        if (from >= held.from && to <= held.to && to > from) return;
        this.#window = around(from, to, view.state.doc);
        this.#kernel.tell({ type: "view", version: this.#version, ...this.#window });
      },
    });
  }

  #paint(from: number, ends: Uint32Array): void {
    const { doc } = this.view.state;
    const marks: Range<Decoration>[] = [];
    let start = from;
    let line = doc.lineAt(Math.min(from, doc.length));
    // Tints are counted from the start of a line, so that an edit leaves those of other lines alone.
    let tint = 0;
    for (let index = 0; index < ends.length; index += 1) {
      const end = Math.min(ends[index]!, doc.length);
      if (end > start) {
        if (start > line.to) {
          line = doc.lineAt(start);
          tint = 0;
        }
        // Tokens that end inside a character cannot be told apart in it: it is marked as several.
        marks.push(tints[tint % tints.length]![ends[index + 1] === end ? 1 : 0].range(start, end));
        tint += 1;
      }
      start = end;
    }
    this.view.dispatch({ effects: painted.of(Decoration.set(marks)) });
  }

  /** Seen in a browser's performance tools: how long the last edit took: to its colours in the page, and to the next frame with them. */
  #measure(workerMs: number): void {
    if (this.#edited === 0) return;
    const [start, end] = [this.#edited, performance.now()];
    this.#edited = 0;
    performance.measure("farebox:colours", { start, end, detail: { workerMs } });
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => performance.measure("farebox:frame", { start, end: performance.now() });
      port2.postMessage(undefined);
    });
  }
}

/** The text between the corners of the editor; its lines, but for those much longer than the view. */
function visible(view: EditorView): { from: number; to: number } {
  const { scrollTop, clientHeight } = view.scrollDOM;
  const [first, last] = [view.lineBlockAtHeight(scrollTop), view.lineBlockAtHeight(scrollTop + clientHeight)];
  if (last.to - first.from < MAX_PAINTED_UNITS / 4) return { from: first.from, to: last.to };
  const { left, right, top, bottom } = view.scrollDOM.getBoundingClientRect();
  return {
    from: view.posAtCoords({ x: left + 1, y: top + 1 }, false),
    to: view.posAtCoords({ x: right - 1, y: bottom - 1 }, false),
  };
}

/** Some lines more on both sides, from the start of a line to the end of one where lines are short. */
function around(from: number, to: number, doc: Text): { from: number; to: number } {
  const [first, last] = [Math.max(from - MARGIN_UNITS, 0), Math.min(to + MARGIN_UNITS, doc.length)];
  const [start, end] = [doc.lineAt(first).from, doc.lineAt(last).to];
  return {
    from: first - start < MARGIN_UNITS ? start : first,
    to: Math.min(end - last < MARGIN_UNITS ? end : last, from + MAX_PAINTED_UNITS),
  };
}

const MARGIN_UNITS = 500;
const KEPT_EDITS = 1000;
const MAX_PAINTED_UNITS = 12_000;
