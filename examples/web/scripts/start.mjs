// `npm start`: builds what is missing, starts the emulator and serves the page, all on the loopback.
//
//     node scripts/start.mjs [--port N] [--rebuild]
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { prepare, web } from "./prepare.mjs";

const { values } = parseArgs({ options: { port: { type: "string" }, rebuild: { type: "boolean" } } });

prepare();
const { build, preview } = await import("vite");
if (values.rebuild || !existsSync(join(web, "dist/index.html"))) await build({ root: web, logLevel: "warn" });

const emulator = await emulate();
const server = await preview({
  root: web,
  preview: { host: "127.0.0.1", port: Number(values.port ?? 4173) },
  plugins: [
    {
      name: "emulator",
      configurePreviewServer({ middlewares }) {
        middlewares.use("/emulator.json", (_request, response) => {
          response.setHeader("content-type", "application/json");
          response.end(JSON.stringify({ baseUrl: emulator?.baseUrl }));
        });
      },
    },
  ],
});
console.log(`playground: ${server.resolvedUrls.local[0]}`);
console.log(emulator ? `emulator:   ${emulator.baseUrl}` : "no emulator: `Send` needs one, or a key of yours");
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    await emulator?.close();
    await server.close();
    process.exit();
  });
}

/** A provider to send to; without cargo the page works but for that. */
async function emulate() {
  try {
    const { emulate } = await import("../../../tests/js/emulator.mjs");
    return await emulate({ tokens_per_second: 60, first_token_ms: 300, prompt_cache: true });
  } catch (error) {
    console.warn(`the emulator cannot be started: ${error.message}`);
    return undefined;
  }
}
