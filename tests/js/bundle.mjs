// Bundles an entry of a project with esbuild; files that are no code stay imports of their own.
import { join } from "node:path";
import { buildSync } from "esbuild";

export function bundle(folder, entry, options) {
  buildSync({
    entryPoints: [join(folder, entry)],
    bundle: true,
    format: "esm",
    external: ["*.wasm", "*.vocab", "vectors.json"],
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
    ...options,
  });
}
