// The prompt: a plain field at once, and the editor with colours in its place once tokens can be told.
import type { Editor } from "./editor";
import type { KernelWorker } from "./kernel";

/** What a field hands to the editor that takes its place. */
export interface Held {
  text: string;
  anchor: number;
  head: number;
  scrollTop: number;
  focused: boolean;
  version: number;
}

export class Prompt {
  readonly #room: HTMLElement;
  readonly #field: HTMLTextAreaElement;
  readonly #kernel: KernelWorker;
  readonly #onEdit: (length: number) => void;
  #editor: Editor | undefined;
  /** What the worker has of the field's text. */
  #told = "";
  #composing = false;
  #version = 0;

  constructor(room: HTMLElement, kernel: KernelWorker, onEdit: (length: number) => void) {
    this.#room = room;
    this.#field = room.querySelector("textarea")!;
    this.#kernel = kernel;
    this.#onEdit = onEdit;
    this.#field.addEventListener("input", () => this.#tell());
    this.#field.addEventListener("compositionstart", () => (this.#composing = true));
    this.#field.addEventListener("compositionend", () => (this.#composing = false));
  }

  get text(): string {
    return this.#editor?.text ?? this.#field.value;
  }

  /** Puts a text in the place of the old one. */
  set(text: string): void {
    if (this.#editor) return this.#editor.set(text);
    this.#field.value = text;
    this.#field.setSelectionRange(0, 0);
    this.#tell();
  }

  /** Fetches the editor, which is needed when the vocabulary is there. */
  prepare(): void {
    void import("./editor").catch(() => undefined);
  }

  /** Colours the tokens from now on. A page that cannot get the editor keeps its field. */
  async colour(): Promise<void> {
    if (this.#editor) return this.#editor.look();
    const found = await import("./editor").catch(() => undefined);
    if (!found) return this.#kernel.tell({ type: "view", version: this.#version, from: 0, to: 0 });
    await this.#composed();
    const { selectionStart, selectionEnd, selectionDirection, scrollTop, value: text } = this.#field;
    const backward = selectionDirection === "backward";
    const held: Held = {
      text,
      anchor: backward ? selectionEnd : selectionStart,
      head: backward ? selectionStart : selectionEnd,
      scrollTop,
      focused: document.activeElement === this.#field,
      version: this.#version,
    };
    const label = this.#field.getAttribute("aria-label")!;
    this.#field.remove();
    this.#editor = new found.Editor(this.#room, this.#kernel, label, held, this.#onEdit);
    this.#editor.look();
  }

  /** A field with a half-typed character in it may not be taken away. */
  #composed(): Promise<void> {
    if (!this.#composing) return Promise.resolve();
    return new Promise((resolve) => this.#field.addEventListener("compositionend", () => setTimeout(resolve), { once: true }));
  }

  /** The field says that it changed, not how: what both texts begin and end with is left out. */
  #tell(): void {
    const [before, now] = [this.#told, this.#field.value];
    const most = Math.min(before.length, now.length);
    let from = 0;
    while (from < most && before.charCodeAt(from) === now.charCodeAt(from)) from += 1;
    let kept = 0;
    while (kept < most - from && before.charCodeAt(before.length - 1 - kept) === now.charCodeAt(now.length - 1 - kept)) kept += 1;
    this.#told = now;
    this.#version += 1;
    const change = { from, to: before.length - kept, insert: now.slice(from, now.length - kept) };
    this.#kernel.tell({ type: "edit", version: this.#version, changes: [change], from: 0, to: 0 });
    this.#onEdit(now.length);
  }
}
