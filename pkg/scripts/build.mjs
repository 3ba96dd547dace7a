// Builds dist/ whole: kernels, glue, types, data, drivers. Everything in it is made here and nowhere else.
// `build.mjs --driver` keeps the kernels of the last build, for work on the TypeScript.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, buildSync } from "esbuild";
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
    "--enable-mutable-globals", "--enable-simd", "--enable-reference-types",
    "--strip-debug", "--strip-producers", wasm, "-o", wasm,
  ]);
}

function kernels() {
  run("tests/setup/wasm-target", []);
  run("cargo", ["run", "--quiet", "--package", "farebox-bindgen", "--", dist]);
  const wasm = join(dist, "kernel.wasm");
  optimise(wasm);
  optimise(join(dist, "slim.wasm"));
  const base64 = readFileSync(wasm).toString("base64");
  writeFileSync(join(dist, "kernel-base64.js"), `export const kernelBase64 = "${base64}";\n`);
  writeFileSync(join(dist, "kernel-base64.d.ts"), "export declare const kernelBase64: string;\n");
}

// The public types are those of the kernel, without wasm-bindgen's own and under names that do not
// hide a page's. Who only estimates sees the types that estimates are made of.
function types() {
  const declarations = readFileSync(join(dist, "kernel.d.ts"), "utf8");
  const all = new Map();
  for (const declaration of declarations.split(/^(?=export )/m)) {
    const [, name] = /^export (?:interface|type) (\w+)/.exec(declaration) ?? [];
    if (name && !["InitInput", "InitOutput", "SyncInitInput"].includes(name)) all.set(name, declaration);
  }
  writeTypes("types.d.ts", all.keys(), '/// <reference lib="esnext.disposable" />\n');
  const estimating = new Set(["Catalog", "Encoding", "Error", "Operations"]);
  for (const name of estimating) {
    const code = all.get(name).replace(/\/\*\*[^]*?\*\//g, "");
    for (const [word] of code.matchAll(/\w+/g)) if (all.has(word)) estimating.add(word);
  }
  writeTypes("slim-types.d.ts", estimating, "");
}

function writeTypes(file, names, lib) {
  const list = [...names].sort().map((name) => (name === "Error" ? "  Error as ErrorFields," : `  ${name},`));
  writeFileSync(join(dist, file), `${lib}export type {\n${list.join("\n")}\n} from "./kernel.js";\n`);
}

// What a program imports; all but their few lines is one file that they share.
const entries = ["browser", "inline", "manual", "node", "workerd"];
// The same for those that only estimate, over a kernel of their own.
const slimEntries = ["slim", "slim-node", "slim-workerd"];
// These need little of it, and take that from an entry: else it would have to be a file of its own.
const workers = ["worker", "worker-thread"];

const slimKernel = {
  name: "slim-kernel",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/kernel\.js$/ }, () => ({ path: join(dist, "slim-kernel.js") }));
  },
};

async function bundle(names, { external = [], chunkNames = "shared-[hash]", plugins = [] } = {}) {
  const { outputFiles } = await build({
    entryPoints: names.map((name) => join(dist, `${name}.js`)),
    outdir: dist,
    bundle: true,
    splitting: true,
    chunkNames,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    external: ["node:*", "./kernel.wasm", "./slim.wasm", ...external],
    // A runtime reads all of it at each start: a sixth less to do without spaces and long names.
    minify: true,
    plugins,
    write: false,
  });
  return outputFiles;
}

// A runtime finds, reads and links each module for itself: two dozen of them take as long to import as
// the kernel to compile, and three a millisecond longer than two.
async function drivers() {
  for (const name of readdirSync(dist)) if (/^(slim-)?shared-.*\.js$/.test(name)) rmSync(join(dist, name));
  run(join(pkg, "node_modules/.bin/tsc"), ["--project", pkg]);
  const modules = readdirSync(join(pkg, "src")).map((name) => join(dist, name.replace(/\.ts$/, ".js")));
  const outputFiles = [
    ...(await bundle(entries)),
    ...(await bundle(workers, { external: ["./slim.js"] })),
    ...(await bundle(slimEntries, { chunkNames: "slim-shared-[hash]", plugins: [slimKernel] })),
  ];
  for (const module of modules) rmSync(module);
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
}

// For `require`: one file an entry, and the same declarations read as CommonJS.
function commonjs() {
  const out = join(dist, "cjs");
  mkdirSync(out, { recursive: true });
  buildSync({
    entryPoints: ["node", "slim-node", "manual", "inline"].map((name) => join(dist, `${name}.js`)),
    outdir: out,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    minify: true,
    define: { "import.meta.url": "entryUrl" },
    banner: { js: 'const entryUrl = require("node:url").pathToFileURL(require("node:path").dirname(__dirname) + "/").href;' },
  });
  writeFileSync(join(out, "package.json"), '{ "type": "commonjs" }\n');
  for (const name of readdirSync(dist)) {
    if (name.endsWith(".d.ts") && !["browser.d.ts", "slim.d.ts", "slim-kernel.d.ts"].includes(name) && !name.endsWith("workerd.d.ts")) {
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
  kernels();
  types();
}
await drivers();
commonjs();
console.log(`dist: ${total(dist)} bytes`);
checkSizes();
