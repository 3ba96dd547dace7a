// The kernel's types as committed: what a change of the Rust types does to callers is seen in review.
// `types.mjs --accept` takes the built ones as the new copy.
import { copyFileSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const pkg = join(dirname(fileURLToPath(import.meta.url)), "..");
const built = join(pkg, "dist/kernel.d.ts");
const committed = join(pkg, "types/kernel.d.ts");

if (process.argv.includes("--accept")) {
  copyFileSync(built, committed);
  console.log("types: accepted");
} else {
  const [now, before] = [built, committed].map((path) => readFileSync(path, "utf8").split("\n"));
  const line = now.findIndex((text, index) => text !== before[index]);
  if (line >= 0 || now.length !== before.length) {
    const at = line >= 0 ? line : now.length;
    console.error(`types: line ${at + 1} is \`${now[at] ?? ""}\`, committed is \`${before[at] ?? ""}\``);
    console.error("types: look at the difference, then `npm run types -- --accept` in pkg/");
    process.exitCode = 1;
  } else {
    console.log(`types: ${now.length} lines, as committed`);
  }
}
