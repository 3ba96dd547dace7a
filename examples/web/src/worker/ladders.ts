// The catalogue's ladders, as much of them as the page shows.
import catalogJson from "farebox/catalog.json";
import type { Catalog, Model as CatalogModel, PriceSheet, ServiceTier } from "farebox";
import type { Ladder, Model } from "../messages";
import { lanes } from "../settings";

const catalog = catalogJson as unknown as Catalog;

export function ladders(): { ladders: Ladder[]; checkedOn: string } {
  return {
    checkedOn: catalog.checkedOn,
    ladders: catalog.ladders.map(({ name, rungs }) => ({
      name,
      models: rungs.flatMap((rung) => catalog.models.find(({ id }) => id === rung) ?? []).map(model),
    })),
  };
}

export function rungs(ladder: string): string[] {
  return (catalog.ladders.find(({ name }) => name === ladder) ?? catalog.ladders[0])?.rungs ?? [];
}

export function modelNamed(name: string): Model | undefined {
  const found = catalog.models.find(({ id, aliases }) => id === name || aliases?.includes(name));
  return found && model(found);
}

function model({ id, provider, counting, limits, efforts, prices }: CatalogModel): Model {
  const sheet = current(prices ?? []);
  const cliff = sheet?.lanes.standard?.above?.[0]?.inputTokens;
  return {
    id,
    provider,
    counted: counting.encoding !== undefined,
    inputLimit: limits.maxInputTokens ?? limits.contextTokens,
    efforts: efforts ?? [],
    lanes: lanes.filter((lane: ServiceTier) => sheet?.lanes[lane]),
    ...(cliff !== undefined && { cliff }),
  };
}

function current(sheets: readonly PriceSheet[]): PriceSheet | undefined {
  const today = new Date().toISOString().slice(0, 10);
  return sheets.findLast(({ from }) => !from || from <= today);
}
