// What is true of a package fit to publish: its types as committed, and as other tools judge it.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const pkg = join(dirname(fileURLToPath(import.meta.url)), "..");
const checks = [
  ["node", ["scripts/types.mjs"]],
  ["node_modules/.bin/publint", ["--strict"]],
  // Node 10 knows no exports; a wasm file and a wildcard have no types; web workers are where `require` is not.
  ["node_modules/.bin/attw", ["--pack", ".", "--profile", "node16", "--exclude-entrypoints", "kernel.wasm", "slim.wasm", "worker", "--format", "ascii"]],
];

const failed = checks.filter(([command, args]) => spawnSync(command, args, { cwd: pkg, stdio: "inherit" }).status !== 0);
for (const [command] of failed) console.error(`failed: ${command}`);
process.exitCode = failed.length > 0 ? 1 : 0;
