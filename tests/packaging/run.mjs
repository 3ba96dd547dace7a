// `node tests/packaging/run.mjs [name…]`: installs the packed package into fresh projects and runs them.
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, resultOf } from "../js/chromium.mjs";
import { emulate } from "../js/emulator.mjs";
import { fixture, freshProject } from "../js/project.mjs";
import { serve } from "../js/serve.mjs";

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
  return `${url}?emulator=${encodeURIComponent(emulator.baseUrl)}`;
}

let browser;
async function inChromium(folder, path = "/") {
  browser ??= await launch();
  const server = await serve(folder);
  try {
    return await resultOf(browser, pageUrl(server.origin + path));
  } finally {
    await server.close();
  }
}

const consumers = {
  async node() {
    const folder = project("node");
    return ["main.mjs", "main.cjs", "inline.mjs", "slim.mjs"].map((file) => [
      file,
      JSON.parse(node(folder, file, emulator.baseUrl)),
    ]);
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
    return [["page", await inChromium(project("plain-html"))]];
  },

  async worker() {
    return [["module worker", await inChromium(project("worker"))]];
  },
};

const chosen = process.argv.slice(2);
let failed = 0;
let ran = 0;
for (const [name, consume] of Object.entries(consumers)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  try {
    for (const [way, seen] of await consume()) {
      const good = JSON.stringify(seen) === expected;
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
