// `node tests/js/run.mjs [host…]`: the vectors through the packed package, in each host.
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "./bundle.mjs";
import { launch, resultOf } from "./chromium.mjs";
import { freshProject, root } from "./project.mjs";
import { runScript, scriptRuntimes, withoutRuntimes } from "./runtimes.mjs";
import { serve } from "./serve.mjs";
import { serveWorker } from "./workerd.mjs";

const folder = join(root, "tests/vectors");
const files = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
  .map((entry) => JSON.parse(readFileSync(join(folder, entry.name), "utf8")));

const kernel = join(root, "target/vectors-kernel");
execFileSync("cargo", ["run", "--quiet", "--package", "farebox-bindgen", "--", "--vectors", kernel], {
  cwd: root,
  stdio: "inherit",
});
const catalog = readFileSync(join(root, "tests/catalog.json"), "utf8");
const project = freshProject("vectors", {
  files: {
    "vectors.json": JSON.stringify({ catalog, files }),
    "main.mjs": `
      import { readFileSync } from "node:fs";
      import process from "node:process";
      import * as farebox from "farebox";
      import * as slim from "farebox/slim";
      import * as whole from "./vectors-kernel/kernel.js";
      import { runEstimates, runVectors } from "./vectors.mjs";
      const report = await runVectors(farebox, whole, (path) => readFileSync(path));
      report.slim = await runEstimates(slim, (path) => readFileSync(path));
      process.stdout.write(JSON.stringify(report));`,
    "worker.mjs": `
      import * as farebox from "farebox";
      import * as whole from "./vectors-kernel/kernel.js";
      import { runVectors } from "./vectors.mjs";
      import vectors from "vectors.json";
      import kernel from "vectors-kernel/kernel.wasm";
      import cl100k from "node_modules/farebox/dist/vocab/cl100k_base.vocab";
      import o200k from "node_modules/farebox/dist/vocab/o200k_base.vocab";
      const files = {
        "vectors.json": vectors,
        "vectors-kernel/kernel.wasm": kernel,
        "node_modules/farebox/dist/vocab/cl100k_base.vocab": cl100k,
        "node_modules/farebox/dist/vocab/o200k_base.vocab": o200k,
      };
      export default {
        async fetch() {
          return Response.json(await runVectors(farebox, whole, (path) => files[path]));
        },
      };`,
  },
});
copyFileSync(join(root, "tests/js/vectors.mjs"), join(project, "vectors.mjs"));
cpSync(kernel, join(project, "vectors-kernel"), { recursive: true });

const hosts = {
  node: () => JSON.parse(runScript("node", project, "main.mjs")),

  async chromium() {
    const page = `<!doctype html>
      <script type="importmap">{ "imports": { "farebox": "/node_modules/farebox/dist/browser.js" } }</script>
      <script type="module">
        try {
          const farebox = await import("farebox");
          const whole = await import("/vectors-kernel/kernel.js");
          const { runVectors } = await import("/vectors.mjs");
          const file = async (path) => (await fetch("/" + path)).arrayBuffer();
          globalThis.result = await runVectors(farebox, whole, file);
        } catch (error) {
          globalThis.result = { error: String(error?.stack ?? error) };
        }
      </script>`;
    const server = await serve(project, { pages: { "/": page } });
    const browser = await launch();
    try {
      return await resultOf(browser, `${server.origin}/`);
    } finally {
      await browser.close();
      await server.close();
    }
  },

  async workerd() {
    bundle(project, "worker.mjs", { outfile: join(project, "worker.js"), conditions: ["workerd"] });
    copyFileSync(join(project, "node_modules/farebox/dist/kernel.wasm"), join(project, "kernel.wasm"));
    const worker = await serveWorker(project, {
      modules: {
        "kernel.wasm": "wasm",
        "vectors.json": "data",
        "vectors-kernel/kernel.wasm": "wasm",
        "node_modules/farebox/dist/vocab/cl100k_base.vocab": "data",
        "node_modules/farebox/dist/vocab/o200k_base.vocab": "data",
      },
    });
    try {
      const response = await fetch(worker.origin);
      const text = await response.text();
      if (!response.ok) throw new Error(`the worker answered ${response.status}: ${text}`);
      return JSON.parse(text);
    } finally {
      await worker.close();
    }
  },
};
for (const name of scriptRuntimes) {
  hosts[name] = () => JSON.parse(runScript(name, project, "main.mjs"));
}

const chosen = process.argv.slice(2);
let failed = false;
for (const [name, host] of Object.entries(hosts)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  if (withoutRuntimes && (name === "workerd" || scriptRuntimes.includes(name))) {
    console.log(`${name} ${withoutRuntimes}`);
    continue;
  }
  try {
    const { ran, promised, failures, subjects, slim } = await host();
    const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);
    console.log(
      `${name}: ran ${ran} of ${promised} cases, ${sum(subjects.package)} through the package ` +
        `${JSON.stringify(subjects.package)}, ${sum(subjects.vectors)} through the module with every ` +
        `operation ${JSON.stringify(subjects.vectors)}`,
    );
    if (slim) console.log(`${name}: ran ${slim.ran} of them through the module that only estimates`);
    failures.push(...(slim?.failures ?? []).map((failure) => `slim: ${failure}`));
    for (const failure of failures) console.error(`${name}: ${failure}`);
    failed ||= failures.length > 0 || ran === 0 || slim?.ran === 0;
  } catch (error) {
    console.error(`${name}: ${error.stack}`);
    failed = true;
  }
}
process.exitCode = failed ? 1 : 0;
