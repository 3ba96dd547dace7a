// `useQuote(farebox, request)`: the fare of a request as it is typed.
import { FareboxError } from "farebox";
import { useDeferredValue, useEffect, useMemo, useState } from "react";

/**
 * Answers with `{ quote, error, exact }`. The quote is there at once; it is counted again when the
 * vocabulary has come, and typing is never held up by it. Nothing is sent.
 */
export function useQuote(farebox, request, options) {
  const text = useDeferredValue(JSON.stringify([request, options]));
  const [exact, setExact] = useState(false);

  useEffect(() => {
    let current = true;
    farebox.preload({ model: request.model }).then(
      () => current && setExact(true),
      // Counts stay approximate, and the quote says so.
      () => current && setExact(false),
    );
    return () => {
      current = false;
    };
  }, [farebox, request.model]);

  return useMemo(() => {
    const [request, options] = JSON.parse(text);
    try {
      return { quote: farebox.quote(request, options ?? undefined), error: undefined, exact };
    } catch (error) {
      if (!(error instanceof FareboxError)) throw error;
      return { quote: undefined, error, exact };
    }
  }, [farebox, text, exact]);
}
