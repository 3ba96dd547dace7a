// A box to type in, and the fare under it.
import { Farebox } from "farebox";
import { createElement as element, useState } from "react";
import { createRoot } from "react-dom/client";
import { useQuote } from "./use-quote.mjs";

const farebox = new Farebox();

function Fare() {
  const [input, setInput] = useState("");
  const { quote, error, exact } = useQuote(farebox, { input });
  const chosen = quote?.estimates.find(({ model }) => model === quote.decision.chosen.model);
  return element(
    "label",
    null,
    "Prompt",
    element("textarea", { value: input, onChange: ({ target }) => setInput(target.value) }),
    element(
      "output",
      { "data-exact": exact },
      chosen
        ? `${chosen.input.tokens.expected} tokens, $${chosen.cost?.expected ?? "?"} on ${chosen.model}`
        : error.message,
    ),
  );
}

createRoot(document.querySelector("main")).render(element(Fare));
