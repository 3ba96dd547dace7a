// What a month and a year of such requests cost, against always asking one model.
import { make, one, options, write } from "../dom";
import { dollars, words } from "../format";
import type { Fare } from "../messages";
import { lanes, type Settings } from "../settings";

const MONTH_DAYS = 365 / 12;

export function offerBaselines({ quote }: Fare, { baseline }: Settings): string {
  const models = quote.estimates.filter(({ cost }) => cost).map(({ model }) => model);
  const select = one<HTMLSelectElement>("baseline");
  const wanted = models.join();
  if (select.dataset.models !== wanted) {
    select.dataset.models = wanted;
    options(select, models.map((model) => [model, model] as const));
  }
  select.value = baseline && models.includes(baseline) ? baseline : (models.at(-1) ?? "");
  return select.value;
}

export function showSavings(fare: Fare, settings: Settings): void {
  const baseline = offerBaselines(fare, settings);
  const { estimates, decision } = fare.quote;
  const costOf = (model: string) => estimates.find((one) => one.model === model)?.cost;
  const [chosen, other] = [costOf(decision.chosen.model), costOf(baseline)];
  one("compare").replaceChildren();
  if (fare.nobody) return write(one("sums"), "Nobody is chosen, so nothing is saved.");
  if (!chosen || !other) return write(one("sums"), "A model without a published price cannot be compared.");
  const month = settings.calls * MONTH_DAYS;
  const saved = (Number(other.expected) - Number(chosen.expected)) * month;
  const edges = (["low", "high"] as const).map((edge) => (Number(other[edge]) - Number(chosen[edge])) * month);
  one("sums").replaceChildren(sum("A month saves", saved, edges), sum("A year saves", saved * 12, edges.map((edge) => edge * 12)));

  const rows: [string, number, string][] = [
    [`Always ${baseline}`, Number(other.expected) * month, "base"],
    [`Routed: ${decision.chosen.model}`, Number(chosen.expected) * month, "chosen"],
  ];
  for (const lane of lanes) {
    const cost = fare.lanes[lane];
    if (cost !== undefined && lane !== settings.lane) rows.push([`… in the ${words(lane).toLowerCase()} lane`, cost * month, "lane"]);
  }
  const most = Math.max(...rows.map(([, cost]) => cost));
  one("compare").replaceChildren(
    ...rows.map(([name, cost, kind]) =>
      make(
        "tr",
        { class: kind },
        make("th", { scope: "row" }, name),
        make("td", {}, make("div", { class: "share", style: `width:${Math.max((100 * cost) / most, 0.5)}%` })),
        make("td", { class: "amount" }, dollars(cost)),
      ),
    ),
  );
}

function sum(label: string, amount: number, [low, high]: number[]): HTMLElement {
  const [from, to] = [Math.min(low!, high!), Math.max(low!, high!)];
  const range = amount === 0 && from === to ? "the baseline is what is chosen" : `between ${dollars(from)} and ${dollars(to)}, by the length of the answers`;
  return make("p", {}, make("span", {}, label), make("strong", {}, dollars(amount)), make("small", {}, range));
}
