// Drawings with axes, in the pixels of the room they are drawn in.
import { draw } from "./dom";

export interface Scale {
  (value: number): number;
  ticks: { value: number; text: string }[];
}

export interface Frame {
  svg: SVGElement;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A drawing with room for the words of both axes. */
export function frame(room: HTMLElement, label: string): Frame {
  const [width, height] = [Math.max(room.clientWidth, 240), Math.max(room.clientHeight, 160)];
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label });
  return { svg, left: 56, right: width - 12, top: 14, bottom: height - 28 };
}

export function axes({ svg, left, right, top, bottom }: Frame, x: Scale, y: Scale): void {
  for (const { value, text } of y.ticks) {
    svg.append(
      draw("line", { class: "grid", x1: left, x2: right, y1: y(value), y2: y(value) }),
      draw("text", { class: "tick", x: left - 8, y: y(value) + 4, "text-anchor": "end" }, text),
    );
  }
  for (const { value, text } of x.ticks) {
    const at = x(value);
    svg.append(draw("text", { class: "tick", x: at, y: bottom + 18, "text-anchor": "middle" }, text));
  }
  svg.append(draw("line", { class: "base", x1: left, x2: right, y1: bottom, y2: bottom }));
  void top;
}

/** From zero to the most, with about `parts` round ticks. */
export function linear(most: number, from: number, to: number, parts: number, say: (value: number) => string): Scale {
  const step = roundStep(most / parts);
  const scale = ((value: number) => from + ((to - from) * value) / most) as Scale;
  scale.ticks = [];
  for (let value = 0; value <= most * 1.0001; value += step) scale.ticks.push({ value, text: say(value) });
  return scale;
}

export function logarithmic(least: number, most: number, from: number, to: number, say: (value: number) => string): Scale {
  const [low, high] = [Math.floor(Math.log10(least)), Math.max(Math.ceil(Math.log10(most)), Math.floor(Math.log10(least)) + 1)];
  const scale = ((value: number) => from + ((to - from) * (Math.log10(Math.max(value, 10 ** low)) - low)) / (high - low)) as Scale;
  // Figures stand beside each other on one axis and above each other on the other.
  const steps = Math.max(1, Math.floor(to > from ? (to - from) / 72 : (from - to) / 30));
  const step = Math.max(1, Math.ceil((high - low) / steps));
  scale.ticks = [];
  for (let power = low; power <= high; power += step) scale.ticks.push({ value: 10 ** power, text: say(10 ** power) });
  return scale;
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= least * 0.999) ?? least;
}
