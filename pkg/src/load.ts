// Loads the one kernel of this package, from whatever a host can offer, and talks to it.
import { FareboxError, type ErrorFields } from "./error.js";
import init, { initSync, run } from "./kernel.js";

/** Where the kernel can come from: its bytes, a compiled module, a URL or a response that carries it. */
export type KernelSource = BufferSource | WebAssembly.Module | URL | string | Response;

let loaded = false;

/** Compiles and starts the kernel; later calls do nothing. Comes before anything else of the package. */
export async function load(source: KernelSource | Promise<KernelSource>): Promise<void> {
  if (loaded) return;
  await init({ module_or_path: source });
  loaded = true;
}

/** Like `load`, at once, from bytes or a compiled module. */
export function loadSync(source: BufferSource | WebAssembly.Module): void {
  if (loaded) return;
  initSync({ module: source });
  loaded = true;
}

/** Runs one operation of the kernel: plain data in, plain data out, an error thrown. */
export function evaluate(operation: string, input: unknown): unknown {
  if (!loaded) {
    throw new FareboxError({
      kind: "invalid_request",
      message: "the kernel is not loaded: `await load(url)` first, or import `farebox` instead of `farebox/slim`",
    });
  }
  const answer = JSON.parse(run(operation, JSON.stringify(input) ?? "null")) as
    | { ok: unknown }
    | { error: ErrorFields };
  if ("error" in answer) throw new FareboxError(answer.error);
  return answer.ok;
}
