// `node tests/js/calls.mjs [node] [chromium]`: faults and the ways of calling through the packed
// package against the emulator, in each host; in Node a soak besides.
import { execFile } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { launch, resultOf } from "./chromium.mjs";
import { emulate } from "./emulator.mjs";
import { freshProject, root } from "./project.mjs";
import { serve } from "./serve.mjs";

const suites = { faults: "runFaults", calling: "runCalling", runs: "runRuns", raw: "runRaw" };
const onlyNode = ["raw"];
const project = freshProject("calls", {});
for (const name of ["faults", "calling", "runs", "raw", "soak"]) {
  copyFileSync(join(root, `tests/js/${name}.mjs`), join(project, `${name}.mjs`));
}

/** Runs a program of the project in a Node of its own and reads what it prints last. */
async function inNode(program) {
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", "--input-type=module", "--eval", program], {
    cwd: project,
    maxBuffer: 1 << 26,
  });
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

const hosts = {
  node: (suite, origin) =>
    inNode(`
      import * as farebox from "farebox";
      import { ${suites[suite]} } from "./${suite}.mjs";
      console.log(JSON.stringify(await ${suites[suite]}(farebox, { origin: "${origin}" })));
      process.exit(0);`),

  async chromium(suite, origin) {
    const page = `<!doctype html>
      <script type="importmap">{ "imports": { "farebox": "/node_modules/farebox/dist/browser.js" } }</script>
      <script type="module">
        try {
          const farebox = await import("farebox");
          const { ${suites[suite]} } = await import("/${suite}.mjs");
          globalThis.result = await ${suites[suite]}(farebox, { origin: "${origin}" });
        } catch (error) {
          globalThis.result = { error: String(error?.stack ?? error) };
        }
      </script>`;
    const server = await serve(project, { pages: { "/": page } });
    const browser = await launch();
    try {
      return await resultOf(browser, `${server.origin}/`, { timeout_ms: 240_000 });
    } finally {
      await browser.close();
      await server.close();
    }
  },
};

const wanted = process.argv.slice(2);
let failed = false;
for (const [name, host] of Object.entries(hosts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const suite of Object.keys(suites)) {
    if (name !== "node" && onlyNode.includes(suite)) continue;
    const emulator = await emulate();
    const report = await host(suite, new URL(emulator.baseUrl).origin).finally(() => emulator.close());
    console.log(`${name}: ${suite}: ran ${report.ran}, ${report.failures.length} failed`);
    for (const failure of report.failures) console.error(`${name}: ${suite}: ${failure}`);
    failed ||= report.failures.length > 0 || report.ran === 0;
  }
}
if (wanted.length === 0 || wanted.includes("node")) {
  const emulator = await emulate({ fault_rate_ppm: 50_000, remembered_requests: 10 });
  const program = `
    import * as farebox from "farebox";
    import { soak } from "./soak.mjs";
    console.log(JSON.stringify(await soak(farebox, { origin: "${new URL(emulator.baseUrl).origin}" })));
    process.exit(0);`;
  const { told, failures } = await inNode(program).finally(() => emulator.close());
  console.log(`node: soak: ${told}`);
  for (const failure of failures) console.error(`node: soak: ${failure}`);
  failed ||= failures.length > 0;
}
process.exitCode = failed ? 1 : 0;
