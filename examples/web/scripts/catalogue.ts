// The ladders' models out of the package's catalogue, without their prices: those are the kernel's to say.
import { readFileSync } from "node:fs";
import type { Catalog, Model } from "farebox";
import type { Plugin } from "vite";

const name = "virtual:catalogue";
const resolved = `\0${name}`;
const path = "../../pkg/dist/catalog.json";

/** A module for the page's worker; `src/vite-env.d.ts` says what it holds. */
export function catalogue(): Plugin {
  return {
    name: "catalogue",
    resolveId: (id) => (id === name ? resolved : undefined),
    load(id) {
      if (id !== resolved) return undefined;
      const { checkedOn, ladders, models } = JSON.parse(readFileSync(path, "utf8")) as Catalog;
      const rungs = new Set(ladders.flatMap((ladder) => ladder.rungs));
      const exported = {
        checkedOn,
        ladders: ladders.map(({ name, rungs }) => ({ name, rungs })),
        models: models.filter(({ id }) => rungs.has(id)).map(shown),
      };
      return Object.entries(exported).map(([as, value]) => `export const ${as} = ${JSON.stringify(value)};`).join("\n");
    },
  };
}

function shown({ id, provider, aliases, counting, limits, efforts, prices }: Model): object {
  return {
    id,
    provider,
    aliases: aliases ?? [],
    counted: counting.encoding !== undefined,
    inputLimit: limits.maxInputTokens ?? limits.contextTokens,
    efforts: efforts ?? [],
    sheets: (prices ?? []).map(({ from, lanes }) => ({
      from,
      lanes: Object.keys(lanes),
      cliff: lanes.standard?.above?.[0]?.inputTokens,
    })),
  };
}
