// `node tests/packaging/run.mjs [name…]`: installs the packed package into fresh projects and runs them.
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../js/bundle.mjs";
import { launch, resultOf } from "../js/chromium.mjs";
import { emulate } from "../js/emulator.mjs";
import { fixture, freshProject, root } from "../js/project.mjs";
import { runScript, scriptRuntimes, withoutRuntimes } from "../js/runtimes.mjs";
import { serve } from "../js/serve.mjs";
import { serveWorker } from "../js/workerd.mjs";
import { badInput } from "./bad-input.mjs";
import { examples } from "./examples.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const expected = JSON.stringify({
  tokens: 2,
  basis: "exact",
  model: "gpt-5.4-mini",
  streamed: true,
  same: true,
  exact: true,
  paid: true,
  refused: "unknown_model",
});
const estimated = {
  before: "approximate",
  after: "exact",
  model: "gpt-5.4-mini",
  priced: true,
  sends: false,
  tokens: 2,
  refused: "unknown_model",
};
const emulator = await emulate();

function project(name, dependencies = {}) {
  return freshProject(name, {
    files: { ...fixture(join(here, name)), ...fixture(join(here, "app")) },
    dependencies,
  });
}

function node(folder, ...args) {
  return execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
}

function pageUrl(url) {
  return `${url}${url.includes("?") ? "&" : "?"}emulator=${encodeURIComponent(emulator.baseUrl)}`;
}

let browser;
async function inChromium(folder, path = "/", serving = {}) {
  browser ??= await launch();
  const server = await serve(folder, serving);
  try {
    return await resultOf(browser, pageUrl(server.origin + path));
  } finally {
    await server.close();
  }
}

const consumers = {
  async node() {
    const folder = project("node");
    const ways = ["main.mjs", "main.cjs", "inline.mjs", "manual.mjs"].map((file) => [
      file,
      JSON.parse(node(folder, file, emulator.baseUrl)),
    ]);
    const slim = ["slim.mjs", "slim.cjs"].map((file) => [file, JSON.parse(node(folder, file)), estimated]);
    return [...ways, ...slim];
  },

  async types() {
    const folder = project("types");
    node(folder, join(root, "pkg/node_modules/typescript/bin/tsc"), "--project", folder);
    return [["tsc --strict", "compiles", "compiles"]];
  },

  async runtimes() {
    const folder = project("node");
    return scriptRuntimes.flatMap((name) => {
      const scripts = name.startsWith("node") ? ["main.mjs", "main.cjs"] : ["main.mjs"];
      const ways = scripts.map((script) => [
        `${name} ${script}`,
        JSON.parse(runScript(name, folder, script, emulator.baseUrl)),
      ]);
      return [...ways, [`${name} slim.mjs`, JSON.parse(runScript(name, folder, "slim.mjs")), estimated]];
    });
  },

  async workerd() {
    const folder = project("workerd");
    const dist = join(folder, "node_modules/farebox/dist");
    copyFileSync(join(dist, "vocab/o200k_base.vocab"), join(folder, "o200k_base.vocab"));
    const answer = async (entry, kernel) => {
      bundle(folder, entry, { outfile: join(folder, "worker.js"), conditions: ["workerd"] });
      copyFileSync(join(dist, kernel), join(folder, kernel));
      const worker = await serveWorker(folder, {
        modules: { [kernel]: "wasm", "o200k_base.vocab": "data" },
        bindings: { EMULATOR: emulator.baseUrl },
      });
      try {
        return await (await fetch(worker.origin)).json();
      } finally {
        await worker.close();
      }
    };
    return [
      ["module worker", await answer("main.mjs", "kernel.wasm")],
      ["slim", await answer("slim.mjs", "slim.wasm"), estimated],
    ];
  },

  // esbuild copies no files that code names by URL: they are laid beside its output.
  async esbuild() {
    const folder = project("esbuild");
    bundle(folder, "main.mjs", { outdir: join(folder, "out"), minify: true });
    const dist = join(folder, "node_modules/farebox/dist");
    bundle(folder, "slim.mjs", { outdir: join(folder, "out"), minify: true });
    for (const kernel of ["kernel.wasm", "slim.wasm"]) copyFileSync(join(dist, kernel), join(folder, "out", kernel));
    cpSync(join(dist, "vocab"), join(folder, "out/vocab"), { recursive: true });
    return [["build", await inChromium(folder)], ["slim", await inChromium(folder, "/slim.html"), estimated]];
  },

  async vite() {
    const folder = project("vite", { vite: "^8.0.0" });
    const vite = join(folder, "node_modules/vite/bin/vite.js");
    node(folder, vite, "build", "--logLevel", "warn");
    const built = await inChromium(join(folder, "dist"));
    const { createServer } = await import(join(folder, "node_modules/vite/dist/node/index.js"));
    const server = await createServer({ root: folder, logLevel: "error", server: { host: "127.0.0.1", port: 0 } });
    await server.listen();
    try {
      browser ??= await launch();
      return [["build", built], ["dev", await resultOf(browser, pageUrl(server.resolvedUrls.local[0]))]];
    } finally {
      await server.close();
    }
  },

  async webpack() {
    const folder = project("webpack", { webpack: "^5.100.0", "webpack-cli": "^6.0.0" });
    node(folder, join(folder, "node_modules/webpack/bin/webpack.js"));
    return [["build", await inChromium(folder, "/public.html")]];
  },

  async "plain-html"() {
    const folder = project("plain-html");
    return [["page", await inChromium(folder)], ["slim", await inChromium(folder, "/slim.html"), estimated]];
  },

  async "service-worker"() {
    return [["module worker", await inChromium(project("service-worker"))]];
  },

  async worker() {
    return [["module worker", await inChromium(project("worker"))]];
  },
};

// Ways that see something else than the rest bring what they ought to see.
Object.assign(consumers, badInput({ project, inChromium }), examples({ emulator }));

const chosen = process.argv.slice(2);
let failed = 0;
let ran = 0;
for (const [name, consume] of Object.entries(consumers)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  if (withoutRuntimes && ["runtimes", "workerd"].includes(name)) {
    console.log(`${name} ${withoutRuntimes}`);
    continue;
  }
  try {
    for (const [way, seen, own] of await consume()) {
      const good = JSON.stringify(seen) === (own === undefined ? expected : JSON.stringify(own));
      console.log(`${good ? "ok  " : "FAIL"} ${name}: ${way}${good ? "" : ` saw ${JSON.stringify(seen)}`}`);
      ran += 1;
      failed += good ? 0 : 1;
    }
  } catch (error) {
    console.log(`FAIL ${name}: ${error.message}`);
    failed += 1;
  }
}
await browser?.close();
await emulator.close();
console.log(`packaging: ${ran} ways ran, ${failed} failed`);
process.exitCode = failed > 0 || ran === 0 ? 1 : 0;
