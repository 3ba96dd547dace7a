// The loopback provider as a child of this process; it ends when this process does.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "./project.mjs";

/** Starts the emulator; answers with its address and a way to stop it. */
export async function emulate(options = {}) {
  execFileSync("cargo", ["build", "--quiet", "--package", "farebox-emulator"], { cwd: root, stdio: "inherit" });
  const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
  const child = spawn(join(target, "debug/farebox-emulator"), ["--options", JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return {
    baseUrl: `${JSON.parse(line).base_url}/v1`,
    async close() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
