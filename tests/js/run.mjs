// `node tests/js/run.mjs [node] [chromium]`: the vectors through the packed package, in each host.
import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { launch, resultOf } from "./chromium.mjs";
import { freshProject, root } from "./project.mjs";
import { serve } from "./serve.mjs";

const folder = join(root, "tests/vectors");
const files = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
  .map((entry) => JSON.parse(readFileSync(join(folder, entry.name), "utf8")));

const catalog = readFileSync(join(root, "tests/catalog.json"), "utf8");
const project = freshProject("vectors", { files: { "vectors.json": JSON.stringify({ catalog, files }) } });
copyFileSync(join(root, "tests/js/vectors.mjs"), join(project, "vectors.mjs"));

const hosts = {
  async node() {
    const program = `
      import { readFileSync } from "node:fs";
      import * as farebox from "farebox";
      import { runVectors } from "./vectors.mjs";
      const data = JSON.parse(readFileSync("vectors.json", "utf8"));
      console.log(JSON.stringify(await runVectors(farebox, data)));`;
    const text = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: project,
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    return JSON.parse(text);
  },

  async chromium() {
    const page = `<!doctype html>
      <script type="importmap">{ "imports": { "farebox": "/node_modules/farebox/dist/browser.js" } }</script>
      <script type="module">
        try {
          const farebox = await import("farebox");
          const { runVectors } = await import("/vectors.mjs");
          globalThis.result = await runVectors(farebox, await (await fetch("/vectors.json")).json());
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
};

const chosen = process.argv.slice(2);
let failed = false;
for (const [name, host] of Object.entries(hosts)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const { ran, promised, failures, subjects } = await host();
  console.log(`${name}: ran ${ran} of ${promised} cases ${JSON.stringify(subjects)}`);
  for (const failure of failures) console.error(`${name}: ${failure}`);
  failed ||= failures.length > 0 || ran === 0;
}
process.exitCode = failed ? 1 : 0;
