// A failure of the kernel as the worker reports it.
import type { ErrorFields } from "farebox";

export class FareboxProblem extends Error {
  readonly kind: ErrorFields["kind"];

  constructor({ kind, message }: ErrorFields) {
    super(message);
    this.kind = kind;
  }
}
