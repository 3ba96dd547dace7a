// The prompt's editor. Every edit goes to the worker as it is made; what comes back is where the
// tokens in view end, and only those are painted.
import { history, historyKeymap } from "@codemirror/commands";
import { EditorState, type Extension, type Text } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { Colours } from "./colours";
import type { KernelWorker } from "./kernel";
import { keys } from "./keys";
import type { Change } from "./messages";
import type { Held } from "./prompt";

export class Editor {
  readonly view: EditorView;
  readonly #kernel: KernelWorker;
  readonly #colours = new Colours();
  #version = 0;
  #edited = 0;
  #frame = 0;
  /** The part of the text whose tokens are painted: what is in view and a little around it. */
  #window = { from: 0, to: 0 };
  /** What is in view. */
  #seen = { from: 0, to: 0 };

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
        this.#seen = { from: update.changes.mapPos(this.#seen.from, -1), to: update.changes.mapPos(this.#seen.to, 1) };
        kernel.tell({ type: "edit", version: this.#version, changes, ...this.#window });
        this.#colours.move(update.changes);
        onEdit(update.state.doc.length);
      }
      if (update.docChanged || update.viewportChanged) this.#drawSoon();
      if (update.docChanged || update.viewportChanged || update.geometryChanged) this.#follow();
    });
    const extensions: Extension[] = [
      history(),
      keymap.of([...keys, ...historyKeymap]),
      EditorView.lineWrapping,
      EditorState.lineSeparator.of("\n"),
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
      placeholder("Type or paste a prompt, or the JSON body of a request"),
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
        this.#colours.set(from, ends);
        this.#draw();
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
        if (from !== this.#seen.from || to !== this.#seen.to) {
          this.#seen = { from, to };
          this.#drawSoon();
        }
        if (from >= held.from && to <= held.to && to > from) return;
        this.#window = around(from, to, view.state.doc);
        this.#kernel.tell({ type: "view", version: this.#version, ...this.#window });
      },
    });
  }

  /** Before the next frame; mostly the worker has answered by then, and its colours are the only ones drawn. */
  #drawSoon(): void {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#colours.draw(this.view, this.#seen);
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
