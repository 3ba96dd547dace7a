// The board of fares: a range and its expected value for every model, on one logarithmic axis.
import type { Change, Estimate } from "farebox";
import { make, one, prose } from "../dom";
import { dollars, percent } from "../format";
import type { Fare } from "../messages";
import { bullet } from "./ticket";

interface Axis {
  place(amount: number): number;
  ticks: number[];
}

export function showFares({ quote }: Fare, rungOf: (model: string) => number): void {
  const { estimates, decision } = quote;
  const axis = axisOf(estimates);
  one("axis").replaceChildren(
    ...axis.ticks.map((tick) => make("span", { style: `left:${axis.place(tick)}%` }, short(tick))),
  );
  one("fares").replaceChildren(...estimates.map((estimate) => row(estimate, axis)));
  const notices = estimates.flatMap(({ model, notices = [] }) => notices.map(({ message }) => ({ model, message })));
  one("notices").replaceChildren(
    ...notices.map(({ model, message }) => make("li", {}, make("b", {}, model), ": ", ...prose(message))),
  );

  function row(estimate: Estimate, axis: Axis): HTMLTableRowElement {
    const { model, cost } = estimate;
    const chosen = model === decision.chosen.model;
    const refused = decision.rejected.some((rejected) => rejected.model === model);
    const rung = rungOf(model);
    const mark = make("span", { class: "bullet" });
    bullet(mark, rung);
    const ranked = decision.ranked.find(({ arm }) => arm.model === model);
    const tag = chosen ? make("small", { class: "tag" }, "chosen") : refused && make("small", { class: "tag out" }, "refused");
    const name = make("th", { scope: "row" }, make("div", { class: "who" }, mark, make("span", {}, make("span", { class: "name" }, model), tag)));
    return make(
      "tr",
      { class: `${chosen ? "chosen" : ""}${refused ? "gone" : ""}`, "data-rung": Math.max(rung, 0) % 5, "data-model": model },
      name,
      make("td", { class: "range" }, cost ? bar(estimate, axis) : "no published price"),
      make("td", { class: "amount" }, dollars(cost?.expected)),
      make(
        "td",
        { class: "success" },
        ranked ? percent(ranked.success.expected) : "–",
        ranked && make("small", {}, `${percent(ranked.success.low).replace(" %", "")} to ${percent(ranked.success.high)}`),
      ),
    );
  }
}

function bar({ cost }: Estimate, axis: Axis): HTMLElement {
  const [low, expected, high] = [cost!.low, cost!.expected, cost!.high].map((amount) => axis.place(Number(amount)));
  return make(
    "div",
    { class: "track" },
    make("span", { class: "span", style: `left:${low}%;width:${Math.max(high! - low!, 0.6)}%` }),
    make("span", { class: "mark", style: `left:${expected}%` }),
    make("span", { class: "unseen" }, `from ${dollars(cost!.low)} to ${dollars(cost!.high)}`),
    make("i", { style: `--middle:${(low! + high!) / 2}%`, "aria-hidden": "true" }, `${dollars(cost!.low)} – ${dollars(cost!.high)}`),
  );
}

function axisOf(estimates: readonly Estimate[]): Axis {
  const amounts = estimates.flatMap(({ cost }) => (cost ? [Number(cost.low), Number(cost.high)] : [])).filter((amount) => amount > 0);
  const from = amounts.length > 0 ? Math.floor(Math.log10(Math.min(...amounts))) : -3;
  const to = amounts.length > 0 ? Math.max(Math.ceil(Math.log10(Math.max(...amounts))), from + 1) : 0;
  // Three or four words are all the axis has room for.
  const step = Math.ceil((to - from) / 3);
  const ticks = Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => 10 ** (from + index * step));
  return { ticks, place: (amount) => (100 * (Math.log10(Math.max(amount, 10 ** from)) - from)) / (to - from) };
}

function short(amount: number): string {
  return amount >= 1 ? `$${amount}` : `$${amount.toFixed(Math.round(-Math.log10(amount)))}`;
}

export function showOtherwise({ quote }: Fare, apply: (change: Change) => void): void {
  const changes = quote.decision.otherwise ?? [];
  one("otherwise").replaceChildren(
    ...changes.map(({ change, message }) =>
      make("button", { type: "button", class: "chip", click: () => apply(change) }, ...prose(message)),
    ),
  );
  if (changes.length === 0) one("otherwise").append(make("p", { class: "dim" }, quote.decision.chosen.model ? "No dial by itself would." : "More room where they are refused."));
}

export function showRefused({ quote }: Fare): void {
  const { rejected } = quote.decision;
  one("refused").replaceChildren(
    ...(rejected.length > 0
      ? rejected.map(({ model, reason }) => make("li", {}, make("b", {}, model), ": ", ...prose(reason.message)))
      : [make("li", { class: "dim" }, "Nobody: every model of the ladder could take this.")]),
  );
}
