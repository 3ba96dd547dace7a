"""Prints the `api.json` of models.dev from a checkout of anomalyco/models.dev.

The site makes that file of `providers/*/models/*.toml`, each of which may build on one of
`models/*/*.toml`. Where the site cannot be reached, its sources tell the same.

    python models_dev_json.py CHECKOUT [CATALOGUE] > models-dev.json

With a catalogue, models that it does not have are left out.
"""

import json
import sys
import tomllib
from pathlib import Path


def read(path):
    with open(path, "rb") as file:
        return tomllib.load(file)


def over(base, model):
    """A model over the one it builds on, table by table."""
    merged = dict(base)
    for key, value in model.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = over(merged[key], value) if both else value
    return merged


def main(checkout, catalogue=None):
    root = Path(checkout)
    known = None
    if catalogue:
        models = json.loads(Path(catalogue).read_text())["models"]
        known = {name for model in models for name in (model["id"], *model.get("aliases", []))}
    providers = {}
    for path in sorted(root.glob("providers/*/models/**/*.toml")):
        provider, _, *rest = path.relative_to(root / "providers").with_suffix("").parts
        # A version has a point in it, which `with_suffix` takes for one when there is no other.
        name = "/".join([*rest[:-1], path.name.removesuffix(".toml")])
        if known is not None and name not in known:
            continue
        model = read(path)
        base = model.pop("base_model", None)
        if base:
            model = over(read(root / "models" / f"{base}.toml"), model)
        entry = providers.setdefault(provider, {"id": provider, "models": {}})
        entry["models"][name] = {"id": name, **model}
    json.dump(providers, sys.stdout, indent=1, default=str)


if __name__ == "__main__":
    main(*sys.argv[1:])
