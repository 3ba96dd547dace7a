"""How well the prompt scorers of LiteLLM and UncommonRoute order prompts by what they gain from
the stronger model.

    python3 -m venv scorers && scorers/bin/pip install --no-deps litellm==1.109.1 uncommon-route==0.7.21
    scorers/bin/pip install openai httpx h2 tiktoken pydantic pydantic-settings jinja2 aiohttp click \
        jsonschema python-dotenv tokenizers importlib-metadata fastuuid boto3 orjson numpy
    scorers/bin/python tests/routing/scorers.py OUTCOMES.jsonl.gz...

Each scorer sees the prompt alone, as it would in a request without a system prompt. APGR is computed
as `farebox replay` computes it; prompts of equal score are shared out evenly. At most 1,000 prompts
of a file and pair are scored, evenly spaced.
"""

import gzip
import json
import sys
from collections import defaultdict
from unittest.mock import MagicMock


def litellm_scorer():
    from litellm.router_strategy.complexity_router.complexity_router import ComplexityRouter

    router = ComplexityRouter("scorer", MagicMock())
    return lambda prompt: router.classify(prompt)[1]


def uncommon_route_scorer():
    from uncommon_route.router.classifier import classify

    return lambda prompt: classify(prompt).complexity


def apgr(rows):
    """Rows are (score, strong, weak); nothing when there is no gap of a hundredth."""
    total = len(rows)
    weak = sum(row[2] for row in rows)
    gap = sum(row[1] for row in rows) - weak
    if gap < 0.01 * total:
        return None
    runs = defaultdict(lambda: [0, 0.0])
    for score, strong, weak_one in rows:
        runs[score][0] += 1
        runs[score][1] += strong - weak_one
    closed, sent, gained, tenth = [0.0], 0, 0.0, 1
    for score in sorted(runs, reverse=True):
        size, gain = runs[score]
        while tenth <= 10 and total * tenth / 10 <= sent + size + 1e-9:
            part = (total * tenth / 10 - sent) / size
            closed.append((gained + gain * part) / gap)
            tenth += 1
        sent, gained = sent + size, gained + gain
    return sum((one + other) / 2 for one, other in zip(closed, closed[1:])) / 10


def main(files):
    scorers = {}
    for name, make in [("litellm", litellm_scorer), ("uncommon-route", uncommon_route_scorer)]:
        try:
            scorers[name] = make()
        except Exception as error:  # A package that does not load is reported, not hidden.
            print(f"{name}: not run: {error}", file=sys.stderr)
    scorers["length"] = len
    results = defaultdict(list)
    for file in files:
        cells = defaultdict(list)
        opened = gzip.open(file, "rt") if file.endswith(".gz") else open(file)
        for line in opened:
            row = json.loads(line)
            cells[row["source"], row["strong_model"], row["weak_model"]].append(row)
        known = {}
        for (source, strong, weak), rows in cells.items():
            rows = rows[:: max(1, len(rows) // 1000)]
            figures = []
            for name, scorer in scorers.items():
                scored = []
                for row in rows:
                    key = name, row["prompt"]
                    if key not in known:
                        known[key] = scorer(row["prompt"])
                    scored.append((known[key], row["strong_correct"], row["weak_correct"]))
                figure = apgr(scored)
                if figure is not None:
                    results[name].append(figure)
                    figures.append(f"{name} {figure:.3f}")
            print(f"{source}: {strong} > {weak}: {', '.join(figures) or 'no gap'}", flush=True)
    for name, figures in results.items():
        figures.sort()
        mean, median = sum(figures) / len(figures), figures[len(figures) // 2]
        print(f"{name}: mean APGR {mean:.3f}, median {median:.3f}, {len(figures)} sets and pairs")


main(sys.argv[1:])
