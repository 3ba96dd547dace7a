// The page's elements by name, and new ones.

export function one<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}

type Child = Node | string | undefined | false;
type Attributes = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  dress(element, attributes, children);
  return element;
}

/** The same for drawings. */
export function draw(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  dress(element, attributes, children);
  return element;
}

function dress(element: Element, attributes: Attributes, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (name === "style") (element as HTMLElement).style.cssText = String(value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
}

/** Writes a text only where it differs, so that screen readers and layout are left alone. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A sentence of the kernel's: names in backticks stay in one piece, long numbers get their commas. */
export function prose(text: string): (Node | string)[] {
  return text.split("`").map((part, index) => (index % 2 ? make("span", { class: "id" }, part) : grouped(part)));
}

/** Like `write`, for such a sentence. */
export function tell(element: Element, text: string): void {
  const parts = prose(text);
  if (element.textContent === parts.map((part) => (typeof part === "string" ? part : part.textContent)).join("")) return;
  element.replaceChildren(...parts);
}

/** As a sentence of its own begins. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function grouped(text: string): string {
  return text.replace(/(?<![\w.,-])\d{5,}(?![\w-]|\.\d)/g, (digits) => Number(digits).toLocaleString("en-US"));
}

/** Radio buttons that look like one control. */
export function segments<T extends string>(
  room: HTMLElement,
  name: string,
  words: readonly T[],
  label: (word: T) => string,
  chosen: (word: T) => void,
): { show(word: T): void; offer(words: readonly T[]): void } {
  const inputs = words.map((word) => {
    const input = make("input", { type: "radio", name, value: word, id: `${name}-${word}`, change: () => chosen(word) });
    room.append(input, make("label", { for: input.id }, label(word)));
    return input;
  });
  return {
    show: (word) => inputs.forEach((input) => (input.checked = input.value === word)),
    offer: (offered) => inputs.forEach((input) => (input.disabled = !(offered as readonly string[]).includes(input.value))),
  };
}

export function options<T extends string>(select: HTMLSelectElement, words: readonly (readonly [T | "", string])[]): void {
  select.replaceChildren(...words.map(([value, text]) => make("option", { value }, text)));
}
