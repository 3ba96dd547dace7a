import * as slim from "farebox/slim";
import { estimate } from "./estimate.mjs";

try {
  globalThis.result = await estimate(slim);
} catch (error) {
  globalThis.result = { error: String(error?.stack ?? error) };
}
