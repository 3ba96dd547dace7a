// Starts the kernel anew after it stopped inside: what a trap leaves behind may not be asked again.
import { __wbg_reset_state as reset } from "./kernel.js";

let starts = 0;

/** How often the kernel was started anew; what was made before the last time is gone with its memory. */
export function age(): number {
  return starts;
}

/** Gives the kernel a fresh memory. Nobody is told: whoever holds something of it compares its age. */
export function startAnew(): void {
  starts += 1;
  reset();
}
