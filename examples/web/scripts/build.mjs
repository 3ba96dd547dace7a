// A static build in dist/, for any folder of any host.
import { prepare, web } from "./prepare.mjs";
import { reportSizes } from "./sizes.mjs";

prepare();
const { build } = await import("vite");
await build({ root: web, logLevel: "warn" });
reportSizes();
