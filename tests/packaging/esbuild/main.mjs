import * as farebox from "farebox";
import { check } from "./check.mjs";

try {
  globalThis.result = await check(farebox, new URLSearchParams(location.search).get("emulator"));
} catch (error) {
  globalThis.result = { error: String(error?.stack ?? error) };
}
