// The ticket: who should answer, for how much, and the sentence why.
import type { Estimate, Quote } from "farebox";
import { capital, one, tell, write } from "../dom";
import { dollars, tokens } from "../format";
import type { Fare } from "../messages";

export function showTicket({ quote }: Fare, rungOf: (model: string) => number): void {
  const { decision, plan } = quote;
  const { model, effort } = decision.chosen;
  const estimate = quote.estimates.find((one) => one.model === model);
  const rung = rungOf(model);
  for (const id of ["ticket-bullet", "pocket-bullet"]) bullet(one(id), rung);
  one("ticket").dataset.rung = String(Math.max(rung, 0) % 5);
  write(one("ticket-model"), model);
  write(one("ticket-effort"), effort ? `effort ${effort}` : "\u00a0");
  write(one("ticket-fare"), dollars(estimate?.cost?.expected));
  write(one("ticket-range"), range(estimate));
  tell(one("ticket-why"), why(quote));
  write(one("fact-input"), estimate ? `${approximate(estimate)}${tokens(estimate.input.tokens.expected)} tokens` : "–");
  write(one("fact-output"), estimate ? `about ${tokens(estimate.output.tokens.expected)}` : "–");
  write(one("fact-worst"), plan.worstCase ? dollars(plan.worstCase) : "no limit known");
  write(one("fact-dollar"), dollarBuys(estimate));
  one("fact-input").title = estimate ? basis(estimate) : "";
  one("fact-output").title = estimate?.output.why.join("; ") ?? "";
  one("fact-worst").title = "every attempt of the plan billed at its highest";
  write(one("pocket-model"), model);
  write(one("pocket-tokens"), estimate ? `${tokens(estimate.input.tokens.expected)} in` : "");
  write(one("pocket-fare"), dollars(estimate?.cost?.expected));
}

/** Nobody is chosen; the ticket says so, and keeps its shape. */
export function showNoTicket(message: string, who: string, about: string): void {
  for (const id of ["ticket", "ticket-bullet", "pocket-bullet"]) one(id).dataset.rung = "none";
  write(one("ticket-bullet"), "–");
  write(one("pocket-bullet"), "–");
  write(one("ticket-model"), who);
  write(one("ticket-effort"), about);
  write(one("ticket-fare"), "$–");
  write(one("ticket-range"), "\u00a0");
  tell(one("ticket-why"), message);
  for (const id of ["fact-input", "fact-output", "fact-dollar", "fact-worst"]) write(one(id), "–");
  write(one("pocket-model"), who);
  write(one("pocket-tokens"), "");
  write(one("pocket-fare"), "");
}

export function bullet(element: Element, rung: number): void {
  write(element, rung < 0 ? "＋" : String(rung + 1));
  (element as HTMLElement).dataset.rung = String(Math.max(rung, 0) % 5);
}

/** The kernel's sentence without what the ticket shows by itself: its subject, and what would change it. */
function why({ decision }: Quote): string {
  const text = decision.reasons.map(({ message }) => message).join("; ");
  return text ? `${capital(text)}.` : decision.sentence;
}

function range(estimate: Estimate | undefined): string {
  const cost = estimate?.cost;
  return cost ? `from ${dollars(cost.low)} to ${dollars(cost.high)}` : "nobody published a price";
}

function dollarBuys(estimate: Estimate | undefined): string {
  const expected = Number(estimate?.cost?.expected);
  return expected > 0 ? `${tokens(1 / expected)} answers` : "–";
}

function approximate({ input }: Estimate): string {
  return input.basis.type === "exact" ? "" : "≈ ";
}

function basis({ input }: Estimate): string {
  if (input.basis.type === "exact") return "counted exactly as the provider bills it";
  return `between ${tokens(input.tokens.low)} and ${tokens(input.tokens.high)}: ${input.basis.why.join("; ")}`;
}
