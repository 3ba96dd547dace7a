// The catalogue's ladders, as much of them as the page shows.
import type { ServiceTier } from "farebox";
import { checkedOn, ladders as shown, type ShownModel, models } from "virtual:catalogue";
import type { Ladder, Model } from "../messages";
import { lanes } from "../settings";

export function ladders(): { ladders: Ladder[]; checkedOn: string } {
  return {
    checkedOn,
    ladders: shown.map(({ name, rungs }) => ({
      name,
      models: rungs.flatMap((rung) => models.find(({ id }) => id === rung) ?? []).map(model),
    })),
  };
}

export function rungs(ladder: string): string[] {
  return (shown.find(({ name }) => name === ladder) ?? shown[0])?.rungs ?? [];
}

export function modelNamed(name: string): Model | undefined {
  const found = models.find(({ id, aliases }) => id === name || aliases.includes(name));
  return found && model(found);
}

function model({ id, provider, counted, inputLimit, efforts, sheets }: ShownModel): Model {
  const today = new Date().toISOString().slice(0, 10);
  const sheet = sheets.findLast(({ from }) => !from || from <= today);
  return {
    id,
    provider,
    counted,
    inputLimit,
    efforts,
    lanes: lanes.filter((lane: ServiceTier) => sheet?.lanes.includes(lane)),
    ...(sheet?.cliff !== undefined && { cliff: sheet.cliff }),
  };
}
