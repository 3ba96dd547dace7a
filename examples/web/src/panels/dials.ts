// The dials under the choice; every one of them is a field of the settings.
import { make, one, options, segments, write } from "../dom";
import { dollars, seconds, words } from "../format";
import type { Ladder } from "../messages";
import { defaults, efforts, kinds, lanes, presets, type Settings, stakes } from "../settings";

const presetNames = { economy: "Economy", balanced: "Balanced", bulk: "Bulk", risk: "Risk" };

/** Ten steps a decade, from a tenth of a cent to a hundred dollars and more. */
const failureAt = (step: number) => (step === 0 ? undefined : Number((10 ** (-3 + (step - 1) / 10)).toPrecision(2)));
const failureStep = (failure: number | undefined) =>
  failure === undefined ? 0 : Math.round((Math.log10(failure) + 3) * 10) + 1;

const latencies = [undefined, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 180, 300, 600];

export interface Speeds {
  [model: string]: number;
}

export class Dials {
  readonly #change: (patch: Partial<Settings>) => void;
  readonly #shown: ((settings: Settings) => void)[] = [];
  readonly #lane;

  constructor(change: (patch: Partial<Settings>) => void) {
    this.#change = change;
    const preset = segments(one("preset"), "preset", presets, (word) => presetNames[word], (preset) => change({ preset }));
    const stake = segments(one("stakes"), "stake", stakes, words, (stakes) => change({ stakes }));
    this.#lane = segments(one("lane"), "lane", lanes, words, (lane) => change({ lane }));
    this.#shown.push(({ preset: now }) => preset.show(now), ({ stakes: now }) => stake.show(now), ({ lane }) => this.#lane.show(lane));

    this.#slider("failure", (step) => ({ failure: failureAt(step) }), ({ failure }) => [
      failureStep(failure),
      failure === undefined ? "what the stakes say" : dollars(failure),
    ]);
    this.#slider("latency", (step) => ({ latency: latencies[step] }), ({ latency }) => [
      Math.max(latencies.findIndex((known) => known !== undefined && latency !== undefined && known >= latency), 0),
      latency === undefined ? "any time" : seconds(latency),
    ]);
    this.#slider("cached", (cached) => ({ cached }), ({ cached }) => [cached, cached === 0 ? "nothing" : `${cached} %`]);

    options(one("effort"), [["", "the model's own"], ...efforts.map((word) => [word, words(word)] as const)]);
    options(one("kind"), [["", "not said"], ...kinds.map((word) => [word, words(word)] as const)]);
    this.#select("effort", (effort) => ({ effort: (effort || undefined) as Settings["effort"] }), ({ effort }) => effort ?? "");
    this.#select("kind", (kind) => ({ kind: (kind || undefined) as Settings["kind"] }), ({ kind }) => kind ?? "");
    this.#select("named", (named) => ({ named: named as Settings["named"] }), ({ named }) => named);
    this.#select("ladder", (ladder) => ({ ladder, baseline: undefined }), ({ ladder }) => ladder);
    this.#number("longest", (longest) => ({ longest }), ({ longest }) => longest);
    this.#number("calls", (calls) => ({ calls: calls ?? defaults.calls }), ({ calls }) => calls);

    one<HTMLFormElement>("dials").addEventListener("reset", (event) => {
      event.preventDefault();
      const { preset, stakes, lane, cached } = defaults;
      change({ preset, stakes, lane, cached, failure: undefined, latency: undefined });
    });
    one("dials").addEventListener("submit", (event) => event.preventDefault());
  }

  show(settings: Settings): void {
    for (const shown of this.#shown) shown(settings);
  }

  /** The ladders to choose from. */
  offer(ladders: readonly Ladder[]): void {
    options(
      one("ladder"),
      ladders.map(({ name, models }) => [name, `${name}: ${models.map(({ id }) => id).join(", ")}`] as const),
    );
  }

  /** What depends on the ladder: the lanes any of its models has, and the models' speeds. */
  about(ladder: Ladder, speeds: Speeds, changed: () => void): void {
    this.#lane.offer(lanes.filter((lane) => ladder.models.some((model) => model.lanes.includes(lane))));
    one("speeds").replaceChildren(
      ...ladder.models.map(({ id }) => {
        const input = make("input", { type: "number", min: 1, max: 10_000, step: 1, value: speeds[id]!, inputmode: "numeric" });
        input.addEventListener("input", () => {
          if (!(Number(input.value) > 0)) return;
          speeds[id] = Number(input.value);
          changed();
        });
        return make("label", {}, id, input);
      }),
    );
  }

  #slider(id: string, read: (step: number) => Partial<Settings>, say: (settings: Settings) => [number, string]): void {
    const input = one<HTMLInputElement>(id);
    input.addEventListener("input", () => this.#change(read(Number(input.value))));
    this.#shown.push((settings) => {
      const [step, text] = say(settings);
      input.value = String(step);
      input.style.setProperty("--at", `${(100 * (step - Number(input.min))) / (Number(input.max) - Number(input.min))}%`);
      input.setAttribute("aria-valuetext", text);
      write(one(`${id}-said`), text);
    });
  }

  #select(id: string, read: (value: string) => Partial<Settings>, say: (settings: Settings) => string): void {
    const input = one<HTMLSelectElement>(id);
    input.addEventListener("change", () => this.#change(read(input.value)));
    this.#shown.push((settings) => (input.value = say(settings)));
  }

  #number(id: string, read: (value: number | undefined) => Partial<Settings>, say: (settings: Settings) => number | undefined): void {
    const input = one<HTMLInputElement>(id);
    input.addEventListener("input", () => {
      const value = input.valueAsNumber;
      if (Number.isNaN(value) || input.validity.valid) this.#change(read(Number.isNaN(value) ? undefined : value));
    });
    this.#shown.push((settings) => {
      const text = String(say(settings) ?? "");
      if (document.activeElement !== input && input.value !== text) input.value = text;
    });
  }
}
