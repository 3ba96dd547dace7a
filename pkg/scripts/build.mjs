// Builds dist/ whole: kernel, glue, types, data, driver. Everything in it is made here and nowhere else.
// `build.mjs --driver` keeps the kernel of the last build, for work on the TypeScript.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { checkSizes } from "./sizes.mjs";

const pkg = join(dirname(fileURLToPath(import.meta.url)), "..");
const root = join(pkg, "..");
const dist = join(pkg, "dist");
const driverOnly = process.argv.includes("--driver");

function run(command, args, cwd = root) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with status ${status}`);
}

function optimise(wasm) {
  run(join(pkg, "node_modules/.bin/wasm-opt"), [
    // Twice over flat code, and a function with one caller is kept apart: fewer locals in each, which
    // packs a hundredth smaller at the same speed.
    "--flatten", "--rereloop", "-O3", "-O3", "-ocimfs", "20", "--low-memory-unused",
    "--enable-bulk-memory", "--enable-nontrapping-float-to-int", "--enable-sign-ext",
    "--enable-mutable-globals", "--enable-simd", "--enable-reference-types", "--enable-multivalue",
    "--strip-debug", "--strip-producers", wasm, "-o", wasm,
  ]);
}

function kernel() {
  run("tests/setup/wasm-target", []);
  run("cargo", ["run", "--quiet", "--package", "farebox-bindgen", "--", dist]);
  const wasm = join(dist, "kernel.wasm");
  optimise(wasm);
  const base64 = readFileSync(wasm).toString("base64");
  writeFileSync(join(dist, "kernel-base64.js"), `export const kernelBase64 = "${base64}";\n`);
  writeFileSync(join(dist, "kernel-base64.d.ts"), "export declare const kernelBase64: string;\n");
}

// The public types are those of the kernel, without wasm-bindgen's own and under names that do not
// hide a page's.
function types() {
  const declarations = readFileSync(join(dist, "kernel.d.ts"), "utf8");
  const names = [...declarations.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name);
  const own = names.filter((name) => !["InitInput", "InitOutput", "SyncInitInput"].includes(name)).sort();
  const list = own.map((name) => (name === "Error" ? "  Error as ErrorFields," : `  ${name},`)).join("\n");
  // The kernel's classes can be disposed of, which a consumer's own `lib` may not know yet.
  const lib = '/// <reference lib="esnext.disposable" />\n';
  writeFileSync(join(dist, "types.d.ts"), `${lib}export type {\n${list}\n} from "./kernel.js";\n`);
}

// What a program imports; all but their few lines is one file that they share.
const entries = ["browser", "inline", "node", "slim", "workerd"];
// These need little of it, and take that from an entry: else it would have to be a file of its own.
const workers = ["worker", "worker-thread"];

function bundle(names, external) {
  return buildSync({
    entryPoints: names.map((name) => join(dist, `${name}.js`)),
    outdir: dist,
    bundle: true,
    splitting: true,
    chunkNames: "shared-[hash]",
    format: "esm",
    platform: "neutral",
    target: "es2022",
    external: ["node:*", "./kernel.wasm", ...external],
    write: false,
  }).outputFiles;
}

// A runtime finds, reads and links each module for itself: two dozen of them take as long to import as
// the kernel to compile, and three a millisecond longer than two.
function driver() {
  for (const name of readdirSync(dist)) if (/^shared-.*\.js$/.test(name)) rmSync(join(dist, name));
  run(join(pkg, "node_modules/.bin/tsc"), ["--project", pkg]);
  const modules = readdirSync(join(pkg, "src")).map((name) => join(dist, name.replace(/\.ts$/, ".js")));
  const outputFiles = [...bundle(entries, []), ...bundle(workers, ["./slim.js", "./browser.js"])];
  for (const module of modules) rmSync(module);
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
}

// For `require`: one file an entry, and the same declarations read as CommonJS.
function commonjs() {
  const out = join(dist, "cjs");
  mkdirSync(out, { recursive: true });
  buildSync({
    entryPoints: ["node", "slim", "inline"].map((name) => join(dist, `${name}.js`)),
    outdir: out,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    define: { "import.meta.url": "entryUrl" },
    banner: { js: 'const entryUrl = require("node:url").pathToFileURL(require("node:path").dirname(__dirname) + "/").href;' },
  });
  writeFileSync(join(out, "package.json"), '{ "type": "commonjs" }\n');
  for (const name of readdirSync(dist)) {
    if (name.endsWith(".d.ts") && !["browser.d.ts", "workerd.d.ts"].includes(name)) {
      copyFileSync(join(dist, name), join(out, name));
    }
  }
}

function total(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);
}

if (!driverOnly) {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  kernel();
  types();
}
driver();
commonjs();
console.log(`dist: ${total(dist)} bytes`);
checkSizes();
