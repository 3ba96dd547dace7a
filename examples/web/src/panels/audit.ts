// A log held against its bills: how far the estimates were off, and what the dials would have saved.
import { draw, make, one, prose, tell, write } from "../dom";
import { dollars, tokens } from "../format";
import type { KernelWorker } from "../kernel";
import type { Audit, AuditRow, Draft } from "../messages";
import { axes, frame, logarithmic } from "../plot";

export class Auditing {
  readonly #kernel: KernelWorker;
  readonly #draft: () => Draft;
  #last: Audit | undefined;

  constructor(kernel: KernelWorker, draft: () => Draft) {
    this.#kernel = kernel;
    this.#draft = draft;
    one("audit-go").addEventListener("click", () => void this.run(one<HTMLTextAreaElement>("log").value));
    one("audit-sample").addEventListener("click", async () => {
      const sample = await (await fetch("./sample-log.jsonl")).text();
      one<HTMLTextAreaElement>("log").value = sample;
      await this.run(sample);
    });
    new ResizeObserver(() => this.#drawScatter()).observe(one("audit-out"));
  }

  async run(log: string): Promise<void> {
    const progress = one<HTMLProgressElement>("audit-progress");
    if (!log.trim()) return write(one("audit-out"), "The log is empty: paste a line for each request, or try the sample.");
    progress.hidden = false;
    progress.value = 0;
    try {
      const audit = await this.#kernel.ask<Audit>(
        { type: "audit", log, draft: this.#draft() },
        { onEvent: (message) => message.type === "progress" && (progress.value = message.done) },
      );
      this.#show(audit);
    } catch (error) {
      tell(one("audit-out"), (error as Error).message);
    } finally {
      progress.hidden = true;
    }
  }

  #show(audit: Audit): void {
    this.#last = audit;
    const { rows, skipped } = audit;
    if (rows.length === 0) {
      const none = make("p", { class: "problem" }, "No line of it could be read as a request with its usage.");
      const why = skippedLines(skipped) as HTMLDetailsElement;
      why.open = true;
      return one("audit-out").replaceChildren(none, why);
    }
    const billed = rows.filter((row) => row.billed !== undefined);
    const [paid, routed] = [total(billed, "billed"), billed.reduce((sum, row) => sum + (row.routedCost ?? row.billed!), 0)];
    const priced = billed.filter((row) => row.low !== undefined);
    const covered = priced.filter((row) => row.billed! >= row.low! && row.billed! <= row.high!).length;
    const exact = billed.filter((row) => row.countedTokens === row.billedTokens).length;
    one("audit-out").replaceChildren(
      make(
        "div",
        { class: "sums" },
        figure("Requests", tokens(rows.length), skipped.length > 0 ? skippedSaid(skipped) : "every line was read"),
        figure("Billed", dollars(paid), `estimated ${dollars(total(priced, "expected"))} before`),
        figure("In the range", share(covered, priced.length), "bills that lay between low and high"),
        figure("Counted to the token", share(exact, billed.length), "prompts as the provider billed them"),
        figure("As the dials stand", dollars(routed), paid > 0 ? `${saved(paid, routed)} on the same usage` : ""),
      ),
      make(
        "div",
        { class: "charts" },
        make("figure", {}, make("figcaption", {}, "Spent by model: billed, and as routed"), billed.length > 0 ? byModel(billed) : noBills()),
        make("figure", {}, make("figcaption", {}, "Every bill against its estimate, with the range it was given"), billed.length > 0 ? make("div", { class: "plot", id: "scatter" }) : noBills()),
      ),
      skippedLines(skipped),
    );
    this.#drawScatter();
  }

  #drawScatter(): void {
    const room = document.getElementById("scatter");
    const rows = this.#last?.rows.filter((row) => row.billed && row.expected) ?? [];
    if (!room || rows.length === 0) return;
    const amounts = rows.flatMap((row) => [row.billed!, row.low!, row.high!]).filter((amount) => amount > 0);
    const [least, most] = [Math.min(...amounts), Math.max(...amounts)];
    const plot = frame(room, "Each request as a point: its bill upward, its estimate to the right; on the diagonal both are the same");
    const x = logarithmic(least, most, plot.left, plot.right, dollars);
    const y = logarithmic(least, most, plot.bottom, plot.top, dollars);
    axes(plot, x, y);
    const ends = [10 ** Math.floor(Math.log10(least)), 10 ** Math.ceil(Math.log10(most))] as const;
    plot.svg.append(draw("line", { class: "edge", x1: x(ends[0]), y1: y(ends[0]), x2: x(ends[1]), y2: y(ends[1]) }));
    for (const { low, high, expected, billed } of rows.slice(0, MAX_POINTS)) {
      plot.svg.append(
        draw("line", { class: "whisker", x1: x(low!), x2: x(high!), y1: y(billed!), y2: y(billed!) }),
        draw("circle", { class: "point", cx: x(expected!), cy: y(billed!), r: 3.5 }),
      );
    }
    room.replaceChildren(plot.svg);
  }
}

function byModel(rows: readonly AuditRow[]): HTMLElement {
  const spent = new Map<string, { billed: number; routed: number }>();
  const of = (model: string) => spent.get(model) ?? spent.set(model, { billed: 0, routed: 0 }).get(model)!;
  for (const row of rows) {
    of(row.model).billed += row.billed!;
    of(row.routed ?? row.model).routed += row.routedCost ?? row.billed!;
  }
  const most = Math.max(...[...spent.values()].flatMap(({ billed, routed }) => [billed, routed]), 1e-12);
  const models = [...spent].sort(([, a], [, b]) => b.billed + b.routed - a.billed - a.routed).slice(0, 8);
  return make(
    "table",
    { class: "compare twin" },
    make("thead", {}, make("tr", {}, ...["Model", "Share", "Billed", "Routed"].map((name) => make("th", { scope: "col" }, name)))),
    make(
      "tbody",
      {},
      ...models.map(([model, { billed, routed }]) =>
        make(
          "tr",
          {},
          make("th", { scope: "row" }, model),
          make("td", {}, bar(billed / most, ""), bar(routed / most, "routed")),
          make("td", { class: "amount" }, dollars(billed)),
          make("td", { class: "amount" }, dollars(routed)),
        ),
      ),
    ),
  );
}

function bar(part: number, kind: string): HTMLElement {
  return make("div", { class: `share ${kind}`, style: `width:${part > 0 ? Math.max(100 * part, 1) : 0}%` });
}

function noBills(): HTMLElement {
  return make("p", { class: "dim" }, "No line says what was used.");
}

function figure(label: string, value: string, note: string): HTMLElement {
  return make("p", {}, make("span", {}, label), make("strong", {}, value), make("small", {}, note));
}

function skippedLines(skipped: Audit["skipped"]): HTMLElement {
  if (skipped.length === 0) return make("div");
  return make(
    "details",
    {},
    make("summary", {}, skippedSaid(skipped)),
    make("ul", {}, ...skipped.slice(0, 20).map(({ line, why }) => make("li", {}, `line ${line}: `, ...prose(why)))),
  );
}

function skippedSaid({ length }: Audit["skipped"]): string {
  return length === 1 ? "1 line skipped" : `${tokens(length)} lines skipped`;
}

function total(rows: readonly AuditRow[], field: "billed" | "expected"): number {
  return rows.reduce((sum, row) => sum + (row[field] ?? 0), 0);
}

function share(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(part === whole ? 0 : 1)} %`;
}

function saved(paid: number, routed: number): string {
  const part = Math.round((100 * (paid - routed)) / paid);
  return part >= 0 ? `${part} % less` : `${-part} % more`;
}

/** More points than this say nothing more. */
const MAX_POINTS = 1500;
