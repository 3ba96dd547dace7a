// Where the price of a whole request jumps because its prompt is one token longer.
import { bullet } from "./ticket";
import { draw, make, one, write } from "../dom";
import { dollars, tokens } from "../format";
import type { Fare } from "../messages";
import { axes, frame, linear } from "../plot";

let last: [Fare, (model: string) => number] | undefined;
new ResizeObserver(() => last && drawCliff(...last)).observe(one("cliff-plot"));

export function showCliff(fare: Fare, rungOf: (model: string) => number): void {
  last = [fare, rungOf];
  write(one("cliff-said"), said(fare));
  drawCliff(fare, rungOf);
  one("cliff-legend").replaceChildren(
    ...fare.curves.map(({ model }) => {
      const mark = make("span", { class: "bullet" });
      bullet(mark, rungOf(model));
      return make("li", {}, mark, model);
    }),
  );
}

function said({ curves, quote }: Fare): string {
  const now = prompt(quote);
  const steep = curves.filter(({ cliff }) => cliff).at(-1);
  const here = `This prompt is ${tokens(now)} tokens.`;
  if (!steep?.cliff) return `${here} No model of this ladder charges more for long prompts.`;
  const { tokens: edge, below, above } = steep.cliff;
  const step = `One token past ${tokens(edge)}, ${steep.model} charges the whole request at its long-context price: ${dollars(below)} becomes ${dollars(above)}.`;
  const side = now > edge ? `${here} It is ${tokens(now - edge)} tokens past the edge.` : `${here} ${tokens(edge - now)} are left.`;
  return `${step} ${side}`;
}

function prompt(quote: Fare["quote"]): number {
  const chosen = quote.estimates.find(({ model }) => model === quote.decision.chosen.model);
  return (chosen ?? quote.estimates[0])?.input.tokens.expected ?? 0;
}

function drawCliff({ curves, quote }: Fare, rungOf: (model: string) => number): void {
  const room = one("cliff-plot");
  if (curves.length === 0) return room.replaceChildren();
  const mostTokens = Math.max(...curves.flatMap(({ points }) => points.map(([count]) => count)));
  const mostDollars = Math.max(...curves.flatMap(({ points }) => points.map(([, cost]) => cost)));
  const plot = frame(room, "Dollars for one request against tokens of its prompt, for every model of the ladder");
  const x = linear(mostTokens, plot.left, plot.right, plot.right - plot.left > 420 ? 5 : 3, (value) => (value ? `${Math.round(value / 1000)}k` : "0"));
  const y = linear(mostDollars * 1.06, plot.bottom, plot.top, 4, (value) => dollars(value));
  axes(plot, x, y);
  const edge = curves.find(({ cliff }) => cliff)?.cliff?.tokens;
  if (edge) {
    plot.svg.append(
      draw("line", { class: "edge", x1: x(edge), x2: x(edge), y1: plot.top, y2: plot.bottom }),
      draw("text", { class: "edge-said", x: x(edge) - 6, y: plot.top + 10, "text-anchor": "end" }, `${tokens(edge)} tokens`),
    );
  }
  const now = prompt(quote);
  for (const { model, points } of curves) {
    const rung = String(Math.max(rungOf(model), 0) % 5);
    const path = points.map(([count, cost], index) => `${index ? "L" : "M"}${x(count).toFixed(1)} ${y(cost).toFixed(1)}`).join("");
    plot.svg.append(draw("path", { class: "curve", d: path, "data-rung": rung }));
    const [last, cost] = points.at(-1)!;
    // Where a model takes no more, its line ends at a stop.
    if (last < mostTokens) plot.svg.append(draw("line", { class: "stop", x1: x(last), x2: x(last), y1: y(cost) - 6, y2: y(cost) + 6, "data-rung": rung }));
    if (now > last) continue;
    plot.svg.append(draw("circle", { class: "here", cx: x(now), cy: y(costAt(points, now)), r: 4.5, "data-rung": rung }));
  }
  room.replaceChildren(plot.svg);
}

function costAt(points: readonly [number, number][], count: number): number {
  const after = Math.max(points.findIndex(([at]) => at >= count), 1);
  const [[x0, y0], [x1, y1]] = [points[after - 1]!, points[after]!];
  return y0 + ((y1 - y0) * (count - x0)) / (x1 - x0);
}
