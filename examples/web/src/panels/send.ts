// Sends the request, shows the answer as it streams, and prints the receipt.
import type { Estimate, Event, Receipt } from "farebox";
import { make, one, prose, segments, write } from "../dom";
import { dollars, tokens, words } from "../format";
import type { KernelWorker } from "../kernel";
import type { Destination, Draft, Sent } from "../messages";

const targets = ["emulator", "provider"] as const;

export class Sending {
  readonly #kernel: KernelWorker;
  readonly #draft: () => Draft;
  readonly #settled: (sent: Sent) => void;
  readonly #addresses = { emulator: "http://127.0.0.1:8080/v1", provider: "" };
  #target: Destination["target"] = "emulator";
  #controller: AbortController | undefined;

  constructor(kernel: KernelWorker, draft: () => Draft, settled: (sent: Sent) => void) {
    this.#kernel = kernel;
    this.#draft = draft;
    this.#settled = settled;
    const target = segments(
      one("target"),
      "to",
      targets,
      (word) => (word === "emulator" ? "Emulator on this machine" : "The provider, with my key"),
      (word) => this.#aim(word),
    );
    target.show("emulator");
    this.#aim("emulator");
    one("base").addEventListener("input", () => (this.#addresses[this.#target] = one<HTMLInputElement>("base").value));
    one<HTMLFormElement>("wire").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
    one("stop").addEventListener("click", () => this.#controller?.abort());
    void this.#findEmulator();
  }

  ready(): void {
    one<HTMLButtonElement>("go").disabled = false;
  }

  // `npm start` runs an emulator beside the page and says where; a static host has none to name.
  async #findEmulator(): Promise<void> {
    try {
      const response = await fetch("./emulator.json");
      if (!response.headers.get("content-type")?.includes("json")) return;
      const { baseUrl } = (await response.json()) as { baseUrl?: string };
      if (baseUrl) this.#addresses.emulator = baseUrl;
      this.#aim(this.#target);
    } catch {
      // Offline, or a host without one: the field says what is tried.
    }
  }

  #aim(target: Destination["target"]): void {
    this.#target = target;
    const [base, key] = [one<HTMLInputElement>("base"), one<HTMLInputElement>("key")];
    base.value = this.#addresses[target];
    base.placeholder = target === "emulator" ? "http://127.0.0.1:8080/v1" : "the provider's own address";
    key.disabled = target === "emulator";
    key.placeholder = target === "emulator" ? "none needed here" : "sk-…";
    write(
      one("wire-said"),
      target === "emulator"
        ? "A loopback provider with the real wire formats and an honest bill. `npm start` runs one beside this page."
            .replaceAll("`", "")
        : "Your key stays in this page's memory until you close it: it is never stored, logged or put into a link. " +
            "The client asks for dangerouslyAllowBrowser because a key in a page can be read by whatever runs in it: " +
            "use one with a small limit, and in your own application keep it on a server.",
    );
  }

  async #send(): Promise<void> {
    const answer = one("answer");
    const text = make("p", { class: "said" });
    answer.replaceChildren(text);
    const said = (words: string) => answer.append(make("p", { class: "dim" }, words));
    const fetching = make("p", { class: "dim" }, "Fetching what sends, once.");
    this.#controller = new AbortController();
    this.#busy(true);
    const key = this.#target === "provider" ? one<HTMLInputElement>("key").value.trim() : "";
    const destination: Destination = { target: this.#target, baseUrl: one<HTMLInputElement>("base").value.trim(), key };
    const show = (event: Event) => {
      fetching.remove();
      if (event.type === "text_delta" || event.type === "refusal_delta") {
        text.append(event.text);
        answer.scrollTop = answer.scrollHeight;
      } else if (event.type === "started") write(one("spoken"), `${event.model} answers`);
      else if (event.type === "tool_call_started") said(`calls the tool ${event.name}`);
      else if (event.type === "attempt_failed") said(`an attempt failed: ${event.error.message.replaceAll("`", "")}`);
      else if (event.type === "waiting") said("waits before it tries again");
    };
    try {
      const sent = await this.#kernel.ask<Sent>(
        { type: "send", draft: this.#draft(), destination },
        {
          signal: this.#controller.signal,
          onEvent: (message) => {
            if (message.type === "event") show(message.event);
            else if (message.type === "fetching") answer.append(fetching);
          },
        },
      );
      if (sent.error) answer.append(make("p", { class: "problem" }, ...prose(sent.error.message)));
      one("receipt").replaceChildren(receipt(sent));
      write(one("spoken"), `Answered. It cost ${dollars(sent.receipt.cost)}.`);
      this.#settled(sent);
    } catch (error) {
      answer.append(make("p", { class: "problem" }, ...prose((error as Error).message)));
    } finally {
      fetching.remove();
      this.#busy(false);
    }
  }

  #busy(busy: boolean): void {
    one<HTMLButtonElement>("go").disabled = busy;
    one("stop").hidden = !busy;
    one("answer").setAttribute("aria-busy", String(busy));
  }
}

function receipt({ receipt, quote, tookMs }: Sent): HTMLElement {
  const estimate = quote.estimates.find(({ model }) => model === quote.decision.chosen.model);
  const lines: [string, string, string?][] = [];
  for (const [name, count] of Object.entries(receipt.usage.tokens ?? {})) lines.push([words(name), tokens(count)]);
  const paper = make(
    "div",
    { class: "receipt" },
    make("h3", {}, "Receipt"),
    make("p", { class: "to" }, receipt.model ?? "no answer", make("span", {}, new Date().toLocaleTimeString("en-GB"))),
    list([...lines, ["Attempts", String(receipt.attempts.length)], ["Took", `${(tookMs / 1000).toFixed(2)} s`]]),
    make("p", { class: "total" }, "Paid", make("strong", { id: "paid" }, dollars(receipt.cost))),
  );
  if (receipt.estimate) paper.append(against(receipt, estimate));
  const rest: [string, string, string?][] = [];
  if (receipt.inputErrorTokens !== undefined) {
    const off = receipt.inputErrorTokens;
    rest.push(["Prompt counted", off === 0 ? "exactly as billed" : `${tokens(Math.abs(off))} tokens ${off > 0 ? "over" : "under"}`]);
  }
  if (receipt.baseline) {
    rest.push([`On ${receipt.baseline.model}`, dollars(receipt.baseline.cost)], ["Saved", dollars(receipt.baseline.saving)]);
  }
  if (receipt.unsettled && Number(receipt.unsettled) > 0) rest.push(["Perhaps beside", dollars(receipt.unsettled)]);
  paper.append(list(rest));
  return paper;
}

/** The bill as a mark on the range it was estimated in. */
function against({ cost, estimate }: Receipt, of: Estimate | undefined): HTMLElement {
  const [low, expected, high, paid] = [estimate!.low, estimate!.expected, estimate!.high, cost].map(Number) as [number, number, number, number];
  const [from, to] = [Math.min(low, paid), Math.max(high, paid)];
  const place = (amount: number) => (to > from ? (100 * Math.log(amount / from)) / Math.log(to / from) : 50);
  const inside = paid >= low && paid <= high;
  return make(
    "div",
    { class: "against" },
    make(
      "div",
      { class: "track", "aria-hidden": "true" },
      make("span", { class: "span", style: `left:${place(low)}%;width:${place(high) - place(low)}%` }),
      make("span", { class: "mark", style: `left:${place(expected)}%` }),
      make("span", { class: "paid", style: `left:${place(paid)}%` }),
    ),
    make("p", {}, `Estimated ${dollars(expected)}, from ${dollars(low)} to ${dollars(high)}. The bill is ${inside ? "inside" : "outside"}.`),
    make("p", { class: "unseen" }, of ? `for ${of.model}` : ""),
  );
}

function list(lines: [string, string, string?][]): HTMLElement {
  return make("dl", {}, ...lines.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
}
