// The framework examples, each in a fresh project against the emulator.
import { copyFileSync, cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "../js/bundle.mjs";
import { launch } from "../js/chromium.mjs";
import { fixture, freshProject, root } from "../js/project.mjs";
import { runScript } from "../js/runtimes.mjs";
import { serve } from "../js/serve.mjs";
import { serveWorker } from "../js/workerd.mjs";

function example(name, dependencies = {}) {
  return freshProject(`example-${name}`, { files: fixture(join(root, "examples", name)), dependencies });
}

export function examples({ emulator }) {
  return {
    // The page in the package's README, as a stranger pastes it.
    async readme() {
      const folder = freshProject("readme");
      const [, page] = /```html\n([^]*?)```/.exec(readFileSync(join(root, "pkg/README.md"), "utf8"));
      const server = await serve(folder, { pages: { "/": page } });
      const browser = await launch();
      try {
        const tab = await browser.newPage();
        const thrown = [];
        tab.on("pageerror", ({ message }) => thrown.push(message));
        await tab.goto(`${server.origin}/`);
        const said = tab.locator("pre");
        await said.filter({ hasText: /mini +\d+ tokens/ }).waitFor();
        await tab.locator("textarea").fill("hello");
        await said.filter({ hasText: /mini +7 tokens +\$0\.\d+ to \$0\.\d+/ }).waitFor();
        return [["page", thrown, []]];
      } finally {
        await browser.close();
        await server.close();
      }
    },

    async "openai-client"() {
      const folder = example("openai-client", { openai: ">=6" });
      const seen = JSON.parse(runScript("node", folder, "check.mjs", emulator.baseUrl));
      return [["example", seen, { rerouted: "gpt-5.4-mini", answered: true, within: true, settled: true }]];
    },

    // The SDK's current version wants a newer Node than this package does.
    async "ai-sdk"() {
      const folder = example("ai-sdk", { ai: "^7.0.173", "@ai-sdk/openai": "^4.0.118" });
      const seen = JSON.parse(runScript("node24", folder, "check.mjs", emulator.baseUrl));
      const routed = ["gpt-5.4-mini", "gpt-5.4-mini"];
      return [["example", seen, { routed, answered: true, paid: true, same: true }]];
    },

    async react() {
      const folder = example("react", { react: "^19.0.0", "react-dom": "^19.0.0" });
      bundle(folder, "main.mjs", { outdir: join(folder, "out"), minify: true });
      const dist = join(folder, "node_modules/farebox/dist");
      copyFileSync(join(dist, "kernel.wasm"), join(folder, "out/kernel.wasm"));
      cpSync(join(dist, "vocab"), join(folder, "out/vocab"), { recursive: true });
      const server = await serve(folder);
      const browser = await launch();
      try {
        const page = await browser.newPage();
        await page.goto(`${server.origin}/`);
        await page.getByLabel("Prompt").fill("hello world");
        await page.locator("output[data-exact=true]").waitFor();
        const said = await page.locator("output").textContent();
        const tokens = /^(\d+) tokens, \$0\.\d+ on gpt-5\.4-mini$/.exec(said)?.[1];
        await page.getByLabel("Prompt").fill("");
        await page.getByText("says nothing").waitFor();
        return [["example", { tokens: Number(tokens) }, { tokens: 8 }]];
      } finally {
        await browser.close();
        await server.close();
      }
    },

    async "cloudflare-worker"() {
      const folder = example("cloudflare-worker");
      bundle(folder, "worker.mjs", { outfile: join(folder, "worker.js"), conditions: ["workerd"] });
      const dist = join(folder, "node_modules/farebox/dist");
      copyFileSync(join(dist, "kernel.wasm"), join(folder, "kernel.wasm"));
      cpSync(join(dist, "vocab"), join(folder, "farebox/vocab"), { recursive: true });
      const worker = await serveWorker(folder, {
        modules: { "kernel.wasm": "wasm", "farebox/vocab/o200k_base.vocab": "data" },
        bindings: { OPENAI_BASE_URL: emulator.baseUrl, OPENAI_API_KEY: "sk-check" },
      });
      const ask = (body, path = "/openai/v1/responses") =>
        fetch(worker.origin + path, { method: "POST", body: JSON.stringify(body) });
      try {
        const streamed = await ask({ model: "gpt-5.4", input: "Name a river.", stream: true });
        const text = await streamed.text();
        const refused = await ask({ model: "no-such-model", input: "x" });
        const seen = {
          model: streamed.headers.get("x-farebox-model"),
          expected: Number(streamed.headers.get("x-farebox-expected-cost")) > 0,
          streamed: text.includes("response.completed"),
          refused: [refused.status, (await refused.json()).error.code],
          closed: (await ask({}, "/openai/v1/files")).status,
        };
        const refusal = [400, "unknown_model"];
        return [["example", seen, { model: "gpt-5.4-mini", expected: true, streamed: true, refused: refusal, closed: 404 }]];
      } finally {
        await worker.close();
      }
    },
  };
}
