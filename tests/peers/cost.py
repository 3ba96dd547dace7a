"""Compares Farebox's costs with those that LiteLLM and genai-prices calculate themselves.

2,000 usages are drawn from a fixed seed over every modifier that both sides know: cache reads and
writes by lifetime, lanes, thresholds, reasoning. Each is priced by `farebox prices bill` and by the
calculator in the other package, and every difference is grouped by model and explained by the
prices both sides hold. Run it with a Python that has both packages, or let `run` install them.

    python cost.py FAREBOX
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import date
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

# Its own copy of the prices, and no look at the network.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import genai_prices
import litellm
from litellm import cost_calculator
from litellm.types.utils import (
    CacheCreationTokenDetails,
    PromptTokensDetailsWrapper,
    Usage,
)

DRAWS = 2_000
PROVIDERS = {"openai": "openai", "anthropic": "anthropic", "google": "gemini"}
GENAI = {"openai": "openai", "anthropic": "anthropic", "google": "google"}


def models(farebox):
    text = subprocess.run([farebox, "models", "--json"], check=True, capture_output=True).stdout
    for model in json.loads(text):
        if model["provider"] in PROVIDERS and model.get("prices"):
            yield model


def today_sheet(model, today):
    begun = [sheet for sheet in model["prices"] if sheet.get("from", "0000") <= today]
    return (begun or model["prices"][:1])[-1]


def draw(source, model, sheet):
    lane = source.choice([name for name in sheet["lanes"] if name != "ultrafast"])
    rates = sheet["lanes"][lane]["rates"]
    total = source.choice([1, 500, 20_000, 190_000, 200_000, 200_001, 271_999, 272_000, 272_001, 600_000])
    total = min(total, model["limits"]["contextTokens"])
    tokens = {}
    rest = total
    for name in ("cache_read", "cache_write", "cache_write_long"):
        if name in rates and source.random() < 0.4:
            tokens[name] = source.randint(0, rest)
            rest -= tokens[name]
    tokens["input"] = rest
    tokens["output"] = source.randint(1, 20_000)
    if model.get("efforts") and source.random() < 0.5:
        tokens["reasoning"] = source.randint(1, 20_000)
    return {
        "model": model["id"],
        "usage": {"tokens": {name: count for name, count in tokens.items() if count}},
        "serviceTier": lane,
    }


def litellm_cost(bill, provider):
    tokens = bill["usage"]["tokens"]
    read, write, long = (tokens.get(name, 0) for name in ("cache_read", "cache_write", "cache_write_long"))
    prompt = tokens.get("input", 0) + read + write + long
    output = tokens.get("output", 0) + tokens.get("reasoning", 0)
    lifetime = "ephemeral_12h_input_tokens" if provider == "openai" else "ephemeral_1h_input_tokens"
    writes = CacheCreationTokenDetails(ephemeral_5m_input_tokens=write, **{lifetime: long})
    details = PromptTokensDetailsWrapper(
        cached_tokens=read, cache_creation_tokens=write + long, cache_creation_token_details=writes
    )
    usage = Usage(
        prompt_tokens=prompt,
        completion_tokens=output,
        total_tokens=prompt + output,
        prompt_tokens_details=details,
        cache_creation_input_tokens=write + long,
        cache_read_input_tokens=read,
    )
    lane = bill["serviceTier"]
    tier = lane if lane in ("flex", "priority") else None
    name = PROVIDERS[provider]
    if lane == "batch":
        costs = cost_calculator.batch_cost_calculator(usage, bill["model"], name)
    else:
        costs = cost_calculator.cost_per_token(
            model=bill["model"], custom_llm_provider=name, usage_object=usage, service_tier=tier
        )
    return sum(costs)


def genai_cost(bill, provider):
    tokens = bill["usage"]["tokens"]
    read, write, long = (tokens.get(name, 0) for name in ("cache_read", "cache_write", "cache_write_long"))
    usage = {
        "input_tokens": tokens.get("input", 0) + read + write + long,
        "output_tokens": tokens.get("output", 0) + tokens.get("reasoning", 0),
        "cache_read_tokens": read,
        "cache_write_tokens": write + long,
    }
    if long:
        usage["cache_write_1h_tokens"] = long
    context = {
        "standard": None,
        "batch": {"processing": "batch"},
        "flex": {"service_tier": "flex"},
        "priority": {"service_tier": "priority"},
    }[bill["serviceTier"]]
    more = {"price_context": context} if context else {}
    answer = genai_prices.calc_price(
        genai_prices.Usage(**usage), bill["model"], provider_id=GENAI[provider], **more
    )
    return answer.total_price


def prompt(bill):
    tokens = bill["usage"]["tokens"]
    return sum(count for name, count in tokens.items() if name not in ("output", "reasoning"))


def why_litellm(bill, model, ours, ordinary, theirs):
    """What of LiteLLM's calculator makes the difference, or nothing."""
    tokens, lane = bill["usage"]["tokens"], bill["serviceTier"]
    sheet = today_sheet(model, TODAY)
    lanes = sheet["lanes"]
    long = any(prompt(bill) > step["inputTokens"] for step in lanes["standard"].get("above", []))
    own_long = any(prompt(bill) > step["inputTokens"] for step in lanes[lane].get("above", []))
    if theirs == 0:
        return "its batch price of a model that is shut down is zero"
    if lane == "batch" and tokens.get("cache_write_long"):
        return "its batch calculator charges long cache writes at the ordinary lifetime's rate"
    if lane in ("flex", "priority") and long:
        kept = "its file has no long price of this lane, so it takes the standard lane's"
        return kept if lane == "flex" or not own_long else None
    return None


def why_genai(bill, model, ours, ordinary, theirs):
    """What of genai-prices makes the difference, or nothing."""
    tokens, lane = bill["usage"]["tokens"], bill["serviceTier"]
    if lane != "standard" and equal(theirs, ordinary):
        return "it has no price of this lane and answers the standard one"
    if lane != "standard" and ours < theirs < ordinary and tokens.get("cache_read"):
        return "its batch and flex prices leave cached input at the standard rate"
    if model["provider"] == "openai" and tokens.get("cache_write_long"):
        return "it has no price of cache writes kept for 12 hours"
    if tokens.get("cache_read"):
        usage = genai_prices.Usage(input_tokens=1, output_tokens=1)
        held = genai_prices.calc_price(usage, bill["model"], provider_id=GENAI[model["provider"]])
        if held.model_price.cache_read_mtok is None:
            return "it has no price of the model's cached input"
    return None


def equal(theirs, ours):
    # LiteLLM multiplies floating point numbers; a hundred-millionth is their noise.
    return abs(theirs - ours) <= ours * Decimal("1e-8") + Decimal("1e-12")


def bill_all(farebox, bills):
    lines = "\n".join(json.dumps(bill) for bill in bills)
    run = subprocess.run(
        [farebox, "prices", "bill", "-"], input=lines.encode(), check=True, capture_output=True
    )
    return [Decimal(json.loads(line)["total"]) for line in run.stdout.decode().splitlines()]


def disputed(farebox, folder):
    """Models whose prices the catalogue and a package hold differently; data/README.md lists them."""
    script = Path(__file__).parents[2] / "core/data/generate/genai_prices_json.py"
    genai = Path(folder) / "genai.json"
    with open(genai, "wb") as out:
        subprocess.run([sys.executable, script], stdout=out, check=True)
    own = Path(litellm.__file__).with_name("model_prices_and_context_window_backup.json")
    found = []
    for path in (own, genai):
        run = subprocess.run(
            [farebox, "prices", "refresh", "--keep", "--json", path], check=True, capture_output=True
        )
        files = json.loads(run.stdout)["files"]
        found.append({(entry["model"], entry["price"].split()[0]) for entry in files[0]["differences"]})
    return found


def main(farebox):
    source = random.Random(20261122)
    catalogue = {model["id"]: model for model in models(farebox)}
    bills = []
    while len(bills) < DRAWS:
        model = source.choice(list(catalogue.values()))
        bills.append((model["provider"], draw(source, model, today_sheet(model, TODAY))))
    costs = bill_all(farebox, [bill for _, bill in bills])
    ordinary = bill_all(farebox, [bill | {"serviceTier": "standard"} for _, bill in bills])
    assert len(costs) == len(bills)
    with tempfile.TemporaryDirectory() as folder:
        differ = disputed(farebox, folder)

    unexplained = 0
    peers = (("litellm", litellm_cost, why_litellm), ("genai-prices", genai_cost, why_genai))
    for (name, calculate, why), differs in zip(peers, differ):
        same, unpriced, reasons = 0, 0, defaultdict(list)
        for (provider, bill), ours, usual in zip(bills, costs, ordinary):
            try:
                theirs = Decimal(str(calculate(bill, provider)))
            except Exception:
                unpriced += 1
                continue
            if equal(theirs, ours):
                same += 1
                continue
            model = catalogue[bill["model"]]
            reason = why(bill, model, ours, usual, theirs)
            if reason is None and (bill["model"], bill["serviceTier"]) in differs:
                reason = "the two hold different prices, as core/data/README.md lists"
            reasons[reason or "UNEXPLAINED"].append((bill, ours, theirs))
        print(f"{name} {version(name)}: {same} of {len(bills) - unpriced} it prices are equal, {unpriced} it does not price")
        for reason, cases in sorted(reasons.items(), key=lambda item: -len(item[1])):
            print(f"  {len(cases)}: {reason}: {', '.join(sorted({case[0]['model'] for case in cases}))}")
        for bill, ours, theirs in reasons["UNEXPLAINED"][:20]:
            print(f"    {json.dumps(bill)}: ours ${ours}, theirs ${theirs}")
        unexplained += len(reasons["UNEXPLAINED"])
    return 1 if unexplained else 0


TODAY = date.today().isoformat()

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
