"""Writes the prices of the installed Python package genai-prices as the data.json it publishes.

The package holds its prices as Python objects; `farebox prices refresh` reads JSON.
"""

import dataclasses
import json
import sys
from datetime import date, time
from decimal import Decimal

from genai_prices.data import providers


def plain(value):
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        fields = {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
        return plain(fields)
    if hasattr(value, "__dict__"):
        return plain(vars(value))
    return value


def model(entry):
    prices = entry.prices
    if isinstance(prices, list):
        prices = [
            {"constraint": plain(dated.constraint), "prices": plain(dated.prices)} for dated in prices
        ]
    else:
        prices = plain(prices)
    variants = [
        {"when": variant.when, "prices": plain(variant.prices)}
        for variant in entry.price_variants or []
    ]
    return {"id": entry.id, "prices": prices, "price_variants": variants}


json.dump(
    [{"id": provider.id, "models": [model(entry) for entry in provider.models]} for provider in providers],
    sys.stdout,
    indent=1,
)
