// What the dials say, and the part of the page's address that carries it.
import type { Effort, Preset, ServiceTier, Stakes, WorkKind } from "farebox";

/** Every choice of the page that is no content: safe to put into a link. */
export interface Settings {
  ladder: string;
  preset: Preset;
  stakes: Stakes;
  /** Dollars a wrong answer costs; absent: what the stakes say. */
  failure?: number;
  /** Seconds an answer may take. */
  latency?: number;
  lane: Lane;
  /** Share of the prompt that is in the provider's cache, in per cent. */
  cached: number;
  kind?: WorkKind;
  effort?: Effort;
  /** The longest answer, in tokens. */
  longest?: number;
  named: "reroute" | "respect";
  /** The model savings are held against; absent: the strongest of the ladder. */
  baseline?: string;
  /** Requests a day. */
  calls: number;
}

export const presets = ["economy", "balanced", "bulk", "risk"] as const satisfies readonly Preset[];
export const stakes = ["low", "normal", "high", "critical"] as const satisfies readonly Stakes[];
export const lanes = ["standard", "flex", "batch", "priority"] as const satisfies readonly ServiceTier[];
export type Lane = (typeof lanes)[number];
export const efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const satisfies readonly Effort[];
export const kinds = [
  "chat", "rewrite", "code_boilerplate", "code_review", "code_debug", "research", "planning", "hard_reasoning",
  "tool_agent", "terminal_agent", "computer_use", "worker_step", "bulk_classification", "bulk_extraction", "bulk_routing",
] as const satisfies readonly WorkKind[];

export const defaults: Readonly<Settings> = {
  ladder: "gpt-5.4",
  preset: "economy",
  stakes: "normal",
  lane: "standard",
  cached: 0,
  named: "reroute",
  calls: 1000,
};

/** The settings as the fragment of a link; what is as by default is left out. */
export function toFragment(settings: Settings): string {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(settings)) {
    if (value !== undefined && value !== defaults[name as keyof Settings]) fields.set(name, String(value));
  }
  return fields.size > 0 ? `#?${fields}` : "";
}

/** The settings a fragment carries; whoever wrote it, only what this page could have said is taken. */
export function fromFragment(fragment: string): Settings {
  const settings = { ...defaults };
  if (!fragment.startsWith("#?")) return settings;
  const fields = new URLSearchParams(fragment.slice(2));
  const word = <T extends string>(name: string, words: readonly T[]): T | undefined =>
    words.find((known) => known === fields.get(name));
  const number = (name: string, least: number, most: number): number | undefined => {
    const text = fields.get(name);
    const value = Number(text);
    return text && value >= least && value <= most ? value : undefined;
  };
  const name = (key: string): string | undefined => {
    const text = fields.get(key) ?? "";
    return /^[\w.:/-]{1,80}$/.test(text) ? text : undefined;
  };
  return dropAbsent({
    ladder: name("ladder") ?? settings.ladder,
    preset: word("preset", presets) ?? settings.preset,
    stakes: word("stakes", stakes) ?? settings.stakes,
    failure: number("failure", 1e-6, 1e6),
    latency: number("latency", 0.1, 86_400),
    lane: word("lane", lanes) ?? settings.lane,
    cached: number("cached", 0, 100) ?? settings.cached,
    kind: word("kind", kinds),
    effort: word("effort", efforts),
    longest: number("longest", 1, 1e7),
    named: word("named", ["reroute", "respect"]) ?? settings.named,
    baseline: name("baseline"),
    calls: number("calls", 1, 1e9) ?? settings.calls,
  });
}

function dropAbsent(fields: { [Name in keyof Settings]: Settings[Name] | undefined }): Settings {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as unknown as Settings;
}
