// What the page stands on: its own packages and the built package of this project.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const web = fileURLToPath(new URL("..", import.meta.url));
const pkg = join(web, "../../pkg");

function npm(folder, ...args) {
  execFileSync("npm", [...args, "--prefix", folder], { cwd: folder, stdio: "inherit" });
}

function install(folder) {
  if (existsSync(join(folder, "node_modules/.package-lock.json"))) return;
  console.log(`installing the packages of ${folder}`);
  npm(folder, "ci", "--no-audit", "--no-fund", "--loglevel=error");
}

/** Installs and builds what is missing; the kernel takes some minutes the first time. */
export function prepare() {
  if (!["kernel.wasm", "browser.js", "slim.wasm", "slim.js"].every((name) => existsSync(join(pkg, "dist", name)))) {
    install(pkg);
    npm(pkg, "run", "build");
  }
  install(web);
}
