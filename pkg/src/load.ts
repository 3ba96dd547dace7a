// Loads the one kernel of this package, from whatever a host can offer.
import { FareboxError } from "./error.js";
import init, { initSync } from "./kernel.js";

/** Where the kernel can come from: its bytes, a compiled module, a URL or a response that carries it. */
export type KernelSource = BufferSource | WebAssembly.Module | URL | string | Response;

let loaded = false;

/** Compiles and starts the kernel; once it runs, later calls do nothing. */
export async function load(source: KernelSource | Promise<KernelSource>): Promise<void> {
  if (loaded) return;
  try {
    await init({ module_or_path: source });
  } catch (cause) {
    throw notLoaded(cause);
  }
  loaded = true;
}

/** Like `load`, at once, from bytes or a compiled module. */
export function loadSync(source: BufferSource | WebAssembly.Module): void {
  if (loaded) return;
  try {
    initSync({ module: source });
  } catch (cause) {
    throw notLoaded(cause);
  }
  loaded = true;
}

/** Throws one sentence when the kernel is used before it is loaded. */
export function requireLoaded(): void {
  if (loaded) return;
  throw new FareboxError({
    kind: "invalid_request",
    message: "the kernel is not loaded: `await load(url)` first (`farebox/slim` knows the url itself), or import `farebox`, which loads itself",
  });
}

function notLoaded(cause: unknown): FareboxError {
  const said = cause instanceof Error ? cause.message : String(cause);
  const blocked = /unsafe-eval|Content Security Policy/i.test(said);
  return new FareboxError(
    {
      kind: "connection",
      message: blocked
        ? "the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src"
        : `the kernel could not be loaded: ${said}`,
    },
    { cause },
  );
}
