// The page: settings and text in, quotes out, and every part shows the newest one.
import type { Change } from "farebox";
import { capital, make, one, options, tell, write } from "./dom";
import { examples, first } from "./examples";
import { readFile, sortOf, textAttachment } from "./files";
import { bytes, tokens } from "./format";
import { KernelWorker } from "./kernel";
import type { Attachment, Draft, Fare, Ladder } from "./messages";
import { startOffline } from "./offline";
import { Auditing } from "./panels/audit";
import { showCliff } from "./panels/cliff";
import { Dials, type Speeds } from "./panels/dials";
import { showFares, showOtherwise, showRefused } from "./panels/fares";
import { Sending } from "./panels/send";
import { showNoTicket, showTicket } from "./panels/ticket";
import { showSavings } from "./panels/savings";
import type { FareboxProblem } from "./problem";
import { Prompt } from "./prompt";
import { defaults, fromFragment, type Settings, toFragment } from "./settings";
import { startTheme } from "./theme";

let settings = fromFragment(location.hash);
let ladders: Ladder[] = [];
let attachments: Attachment[] = [];
let isExact = false;
const wrong = { request: "", file: "" };
let plain = false;
let fare: Fare | undefined;
const speeds: Speeds = {};

startTheme();
const kernel = new KernelWorker();
const dials = new Dials(change);
const prompt = new Prompt(one("prompt"), kernel, (length) => {
  write(one("chars"), `${tokens(length)} characters`);
  refuse("");
  ask(REST_MS);
});
const sending = new Sending(kernel, draft, ({ receipt, tookMs }) => {
  // What was seen replaces what was assumed.
  const output = (receipt.usage.tokens?.output ?? 0) + (receipt.usage.tokens?.reasoning ?? 0);
  if (receipt.model && output > 0 && receipt.model in speeds) {
    speeds[receipt.model] = Math.max(1, Math.round(output / (tookMs / 1000)));
    aboutLadder();
    ask();
  }
});
const auditing = new Auditing(kernel, draft);

kernel.on({
  ready: (found) => {
    ladders = found.ladders;
    dials.offer(ladders);
    if (!ladders.some(({ name }) => name === settings.ladder)) settings.ladder = ladders[0]!.name;
    aboutLadder();
    dials.show(settings);
    write(one("about"), `Prices and limits as of ${found.checkedOn}. MIT or Apache-2.0.`);
    lamp("approximate", "Approximate counts");
    sending.ready();
    ask();
  },
  exact: async () => {
    await prompt.colour();
    isExact = true;
    lamp("exact", "Exact counts");
    ask();
    startOffline();
  },
  inexact: ({ message }) => {
    lamp("approximate", "Counts stay approximate");
    tell(one("inexact"), `Counts stay approximate: ${message}`);
    one("inexact").hidden = false;
  },
  broken: ({ message }) => {
    lamp("broken", "The kernel did not start");
    nothing("Nothing can be counted or priced: the reason stands under the prompt.", "No kernel");
    problem(message);
  },
  live: ({ tokens: count }) => write(one("tokens"), tokens(count)),
});

prompt.set(prompt.text || first);
dials.show(settings);

function draft(): Draft {
  return {
    instructions: one<HTMLTextAreaElement>("instructions").value,
    tools: one<HTMLTextAreaElement>("tools").value,
    plain,
    settings,
    speeds,
  };
}

function change(patch: Partial<Settings>): void {
  const before = settings.ladder;
  settings = Object.fromEntries(Object.entries({ ...settings, ...patch }).filter(([, value]) => value !== undefined)) as unknown as Settings;
  dials.show(settings);
  if (settings.ladder !== before) aboutLadder();
  clearTimeout(addressing);
  // Browsers take so many changes of an address and no more; a slider makes many.
  addressing = window.setTimeout(() => history.replaceState(null, "", `${location.pathname}${location.search}${toFragment(settings)}`), 250);
  if (fare && Object.keys(patch).every((name) => name === "calls" || name === "baseline")) showSavings(fare, settings);
  else ask();
}

let addressing = 0;
const REST_MS = 80;
const LONGEST_MS = 400;

// A quote at a time, of the newest state, when the hand rests or has gone on for long: what a quote costs
// to make and to draw must not come between one key and its colours.
let asking = false;
let stale = false;
let timer = 0;
let since = 0;
let spoken = "";

function ask(rest = 0): void {
  if (ladders.length === 0) return;
  clearTimeout(timer);
  const now = performance.now();
  since ||= now;
  one("ticket").setAttribute("aria-busy", "true");
  if (asking) stale = true;
  else timer = window.setTimeout(quote, Math.min(Math.max(4 * (fare?.tookMs ?? 0), rest), since + LONGEST_MS - now));
}

async function quote(): Promise<void> {
  asking = true;
  stale = false;
  since = 0;
  try {
    fare = await kernel.ask<Fare>({ type: "quote", draft: draft() });
    if (!stale) show(fare);
    // The first fare stands; now what the vocabulary will need.
    prompt.prepare();
    problem("");
  } catch (error) {
    fare = undefined;
    const isEmpty = prompt.text.trim() === "" && attachments.length === 0;
    nothing(isEmpty ? "Type or paste a prompt, and its fare stands here." : "The request cannot be quoted as it is.", isEmpty ? "No fare yet" : "No fare");
    problem(isEmpty ? "" : (error as FareboxProblem).message);
  } finally {
    asking = false;
    if (stale) ask(REST_MS);
    else one("ticket").setAttribute("aria-busy", "false");
  }
}

/** No quote to show: what stood there was another request's. */
function nothing(message: string, title: string): void {
  showNoTicket(message, title, "\u00a0");
  document.body.classList.add("unquoted");
  one("read").hidden = true;
}

function show(found: Fare): void {
  document.body.classList.remove("unquoted");
  if (found.nobody) showNoTicket("Every model of the ladder is refused; the reasons stand below.", "Nobody", "no model can take this");
  else showTicket(found, rungOf);
  showFares(found, rungOf);
  showOtherwise(found, turn);
  showRefused(found);
  showCliff(found, rungOf);
  showSavings(found, settings);
  showRead(found);
  if (!isExact) {
    // Without a vocabulary nothing counts the text by itself.
    const input = found.quote.estimates[0]?.input.tokens.expected;
    write(one("tokens"), input === undefined ? "–" : `≈ ${tokens(input)}`);
  }
  const { chosen } = found.quote.decision;
  const words = found.nobody ? "Every model is refused" : `${chosen.model} is chosen`;
  if (words !== spoken) write(one("spoken"), (spoken = words));
}

function showRead({ read }: Fare): void {
  const note = one("read");
  const body = read.as === "body";
  note.hidden = !body && !plain && !read.refused;
  const formats = { responses: "OpenAI Responses", chat: "Chat Completions", messages: "Anthropic Messages", generate_content: "Gemini" };
  const what = body ? `Read as a request body${read.api ? `, ${formats[read.api]}` : ""}` : "Taken as plain words";
  if (read.refused && !plain) tell(note, `Taken as plain words: ${read.refused}`);
  else note.replaceChildren(
    what,
    " ",
    make("button", { type: "button", class: "link", click: () => { plain = body; ask(); } }, body ? "take it as words" : "read it as a body"),
  );
  for (const id of ["instructions", "tools"]) one<HTMLTextAreaElement>(id).disabled = body;
}

/** Sets the dial a change names. */
function turn(wanted: Change): void {
  if (wanted.type === "preset") change({ preset: wanted.preset });
  else if (wanted.type === "stakes") change({ stakes: wanted.stakes, failure: undefined });
  else change({ failure: Number((Number(wanted.usd) * 1.06).toPrecision(3)) });
}

function rungOf(model: string): number {
  return ladder()?.models.findIndex(({ id }) => id === model) ?? -1;
}

function ladder(): Ladder | undefined {
  return ladders.find(({ name }) => name === settings.ladder);
}

/** Nobody publishes speeds: these are guesses to begin with, the weaker the quicker, and said to be so. */
function aboutLadder(): void {
  const found = ladder();
  if (!found) return;
  for (const [rung, { id }] of found.models.entries()) speeds[id] ??= Math.round(160 / (rung + 1));
  // The colours are o200k's; a provider without a public tokenizer cuts in its own way.
  const own = found.models.every(({ counted }) => counted);
  write(one("tokens-unit"), own ? "tokens of text" : "tokens of text, as o200k cuts it");
  dials.about(found, speeds, () => ask(REST_MS));
}

function lamp(of: string, words: string): void {
  const [light, text] = one("state").children;
  (light as HTMLElement).dataset.of = of;
  write(text!, words);
}

/** What is wrong with the request, until it is quoted. */
function problem(message: string): void {
  wrong.request = message;
  showProblem();
}

/** What is wrong with something that was brought in, until something else is. */
function refuse(message: string): void {
  wrong.file = message;
  showProblem();
}

function showProblem(): void {
  const message = wrong.file || capital(wrong.request);
  one("problem").hidden = !message;
  tell(one("problem"), message);
}

// What comes in: files, pastes, examples.

function attach(added: Attachment[]): void {
  attachments = [...attachments, ...added];
  kernel.tell({ type: "attachments", attachments });
  one("attachments").hidden = attachments.length === 0;
  one("attachments").replaceChildren(...attachments.map(chip));
  ask();
}

function chip({ id, name, bytes: size, width, height }: Attachment): HTMLElement {
  const remove = () => {
    attachments = attachments.filter((kept) => kept.id !== id);
    attach([]);
    one("add").focus();
  };
  const about = width ? `${width} × ${height}` : bytes(size);
  return make(
    "li",
    { class: "chip" },
    name,
    make("span", { class: "dim" }, about),
    make("button", { type: "button", "aria-label": `Remove ${name}`, click: remove }, "×"),
  );
}

async function take(files: Iterable<File>): Promise<void> {
  refuse("");
  for (const file of files) {
    const dropped = await readFile(file);
    switch (dropped.as) {
      case "log":
        showLog(dropped.text);
        break;
      case "tools":
        showTools(dropped.text);
        break;
      case "text":
        // The sample text gives way; words of the visitor's own do not.
        if (prompt.text.trim() === "" || prompt.text === first) prompt.set(dropped.text);
        else attach([textAttachment(dropped.name, dropped.text)]);
        break;
      case "attachment":
        attach([dropped.attachment]);
        break;
      case "problem":
        refuse(dropped.message);
        break;
    }
  }
}

function showLog(text: string): void {
  // A field with megabytes in it is slow and shows nothing more.
  one<HTMLTextAreaElement>("log").value = text.length > 200_000 ? `${text.slice(0, 2000)}\n…` : text;
  one("audit").scrollIntoView({ block: "start" });
  void auditing.run(text);
}

function showTools(text: string): void {
  one<HTMLDetailsElement>("more").open = true;
  one<HTMLTextAreaElement>("tools").value = text;
  ask();
}

options(one<HTMLSelectElement>("examples"), [["", "choose one"], ...examples.map(({ name }) => [name, name] as const)]);
one<HTMLSelectElement>("examples").addEventListener("change", ({ target }) => {
  const example = examples.find(({ name }) => name === (target as HTMLSelectElement).value);
  if (!example) return;
  plain = false;
  one<HTMLTextAreaElement>("instructions").value = example.instructions ?? "";
  one<HTMLTextAreaElement>("tools").value = example.tools ?? "";
  attachments = [];
  attach([]);
  prompt.set(example.text());
  const { ladder, calls } = settings;
  change({ ...blank, ...defaults, ladder, calls, ...example.settings });
});
const blank = { failure: undefined, latency: undefined, kind: undefined, effort: undefined, longest: undefined, baseline: undefined };

one<HTMLSelectElement>("baseline").addEventListener("change", ({ target }) => change({ baseline: (target as HTMLSelectElement).value }));
for (const id of ["instructions", "tools"]) one(id).addEventListener("input", () => ask(REST_MS));
one("add").addEventListener("click", () => one("file").click());
one("file").addEventListener("change", ({ target }) => {
  const input = target as HTMLInputElement;
  void take([...(input.files ?? [])]).then(() => (input.value = ""));
});

let over = 0;
document.addEventListener("dragenter", () => document.body.classList.toggle("dragging", ++over > 0));
document.addEventListener("dragleave", () => document.body.classList.toggle("dragging", --over > 0));
document.addEventListener("dragover", (event) => event.preventDefault());
// Before the editor's own handlers, which would insert a file's text at the pointer.
document.addEventListener(
  "drop",
  (event) => {
    over = 0;
    document.body.classList.remove("dragging");
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    void take(files);
  },
  { capture: true },
);
document.addEventListener(
  "paste",
  (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const inPrompt = one("prompt").contains(event.target as Node);
    const sort = inPrompt ? sortOf(text) : "text";
    if (files.length === 0 && sort === "text") return;
    event.preventDefault();
    event.stopPropagation();
    if (files.length > 0) void take(files);
    else if (sort === "log") showLog(text);
    else showTools(text);
  },
  { capture: true },
);

one("share").addEventListener("click", async () => {
  const link = `${location.origin}${location.pathname}${toFragment(settings)}`;
  const button = one("share");
  try {
    await navigator.clipboard.writeText(link);
    write(button, "Link copied");
  } catch {
    write(button, "It is in the address bar");
  }
  write(one("spoken"), "The link carries the settings, no text and no key.");
  setTimeout(() => write(button, "Copy link"), 2000);
});
addEventListener("hashchange", () => {
  if (!location.hash.startsWith("#?")) return;
  settings = fromFragment(location.hash);
  change({});
  aboutLadder();
});
