import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";
import { catalogue } from "./scripts/catalogue.ts";

/** Writes `sw.js`: the service worker, with the list of what it keeps. */
function offline(): Plugin {
  return {
    name: "offline",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const names = Object.keys(bundle);
      const copied = readdirSync("public");
      // Another vocabulary than the one every shown model uses is fetched if it is ever asked for.
      const kept = [...names, ...copied].filter((name) => !/cl100k|\.map$|sample-log/.test(name)).sort();
      const version = createHash("sha256");
      for (const name of names.sort()) {
        const part = bundle[name]!;
        version.update(name).update(part.type === "chunk" ? part.code : part.source);
      }
      for (const name of copied) version.update(readFileSync(`public/${name}`));
      const head = `const VERSION = "${version.digest("hex").slice(0, 16)}";\nconst FILES = ${JSON.stringify(["./", ...kept.filter((name) => name !== "index.html")])};\n`;
      this.emitFile({ type: "asset", fileName: "sw.js", source: head + readFileSync("scripts/sw.js", "utf8") });
    },
  };
}

export default defineConfig({
  // Relative addresses: the built page works in any folder of any host.
  base: "./",
  build: {
    target: "esnext",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // They set nothing up when they are loaded; what is not called may be left out.
    rolldownOptions: { treeshake: { moduleSideEffects: [{ test: /@lezer|@codemirror/, sideEffects: false }] } },
  },
  worker: { format: "es", plugins: () => [catalogue()] },
  plugins: [catalogue(), offline()],
  server: { host: "127.0.0.1", fs: { allow: ["../.."] } },
  preview: { host: "127.0.0.1" },
});
