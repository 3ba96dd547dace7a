"""Compares tokens with those of the tiktoken package of Python.

Reads lines of JSON from standard input, {"encoding", "text", "tokens"}, which the test
`texts_for_python` writes to the file that FAREBOX_PYTHON_CASES names:

    FAREBOX_PYTHON_CASES=cases.jsonl cargo test -p farebox-conformance --test tokenizer python
    python3 tests/rust/tokenizer/python_oracle.py ASSETS < cases.jsonl

ASSETS is a folder with o200k_base.tiktoken and cl100k_base.tiktoken, as the crate tiktoken-rs
holds them; the package itself would download them. It needs `pip install tiktoken`.
"""

import base64
import json
import pathlib
import sys

import tiktoken
import tiktoken_ext.openai_public as public


def load(folder: pathlib.Path, name: str) -> tiktoken.Encoding:
    lines = (folder / f"{name}.tiktoken").read_text().splitlines()
    ranks = {base64.b64decode(token): int(rank) for token, rank in map(str.split, lines)}
    # The published pattern, with everything but the download.
    public.load_tiktoken_bpe = lambda *_, **__: ranks
    return tiktoken.Encoding(**getattr(public, name)())


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    encodings = {name: load(folder, name) for name in ("o200k_base", "cl100k_base")}
    compared = 0
    for line in sys.stdin:
        case = json.loads(line)
        expected = encodings[case["encoding"]].encode_ordinary(case["text"])
        if expected != case["tokens"]:
            sys.exit(f"{case['encoding']}: {case['text']!r}: {case['tokens']} is not {expected}")
        compared += 1
    print(f"{compared} texts, tiktoken {tiktoken.__version__}: no difference")


if __name__ == "__main__":
    main()
