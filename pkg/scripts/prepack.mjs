// A tarball without its products, or without its licences, must not exist.
import { copyFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const pkg = join(dirname(fileURLToPath(import.meta.url)), "..");
if (!["kernel.wasm", "slim.wasm"].every((name) => existsSync(join(pkg, "dist", name)))) throw new Error("dist/ is not built: `npm run build` first");
for (const name of ["LICENSE-MIT", "LICENSE-APACHE"]) {
  const licence = join(pkg, "..", name);
  if (existsSync(licence)) copyFileSync(licence, join(pkg, name));
}
