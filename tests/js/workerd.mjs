// A worker under Cloudflare's workerd, on a port the system picks, for as long as the test runs.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { runtime } from "./runtimes.mjs";

/**
 * Serves `worker.js` of a folder; `modules` are the files it imports by name, `{ name: kind }` with a
 * kind of workerd's such as `wasm`, `data` or `text`; `bindings` are texts in its environment.
 */
export async function serveWorker(folder, { modules = {}, bindings = {} } = {}) {
  const imports = Object.entries(modules).map(
    ([name, kind]) => `(name = ${JSON.stringify(name)}, ${kind} = embed ${JSON.stringify(name)})`,
  );
  const texts = Object.entries(bindings).map(
    ([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`,
  );
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")${imports.map((text) => `, ${text}`).join("")}],
      bindings = [${texts.join(", ")}],
      compatibilityDate = "2026-09-01",
      globalOutbound = "everywhere",
    )),
    (name = "everywhere", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
  writeFileSync(join(folder, "workerd.capnp"), config);
  const { path, run } = runtime("workerd");
  const child = spawn(path, [...run, "workerd.capnp", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdio[3] });
  const port = await Promise.race([
    (async () => {
      for await (const line of lines) {
        const { event, port } = JSON.parse(line);
        if (event === "listen") return port;
      }
    })(),
    ended.then(([code]) => {
      throw new Error(`workerd ended with ${code} before it listened`);
    }),
  ]);
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      child.kill();
      await ended;
    },
  };
}
