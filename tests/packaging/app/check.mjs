// What every consumer does with the package; answers with what it saw.
export async function check({ evaluate, FareboxError }) {
  let refused;
  try {
    evaluate("no_such_operation", null);
  } catch (error) {
    refused = error instanceof FareboxError ? error.kind : String(error);
  }
  return { version: evaluate("version", null), refused };
}
