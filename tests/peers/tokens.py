"""Counts recorded requests as other packages do, beside Farebox's audit of the same rows.

Reads the recordings of FAREBOX_DATA and what `farebox audit --out` wrote of them, and prints one
table: exact, mean error, and by class. Naive is tokens of all text with tiktoken plus 3 for each
message and 3; the others are what the packages themselves answer. gpt-tokenizer runs in Node
(`tokens.mjs`) and is left out where it is not installed.

    python tokens.py FAREBOX
"""

import glob
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

FILES = ["openai_chat", "openai_responses", "azure_chat", "azure_responses"]
CLASSES = ["text", "tools", "tool history", "schema", "pictures"]
FAMILY = "gpt-5.4 family"


def rows(data, farebox):
    for name in FILES:
        path = Path(data) / "usage" / f"{name}.jsonl.gz"
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out"
            subprocess.run([farebox, "audit", path, "--out", out], check=True, capture_output=True)
            with gzip.open(path) as recorded, open(out) as audited:
                for line, answer in zip(recorded, audited, strict=True):
                    row, answer = json.loads(line), json.loads(answer)
                    if row.get("input_tokens") and answer.get("class") in CLASSES:
                        yield row, answer


def messages(request):
    """The request as Chat Completions messages, which is what the other packages take."""
    if "messages" in request:
        return request["messages"]
    found = []
    if isinstance(request.get("instructions"), str):
        found.append({"role": "system", "content": request["instructions"]})
    items = request.get("input")
    if isinstance(items, str):
        return found + [{"role": "user", "content": items}]
    for item in items or []:
        if item.get("type") == "function_call":
            call = {"name": item.get("name", ""), "arguments": item.get("arguments", "")}
            found.append({"role": "assistant", "content": None, "tool_calls": [
                {"id": item.get("call_id", ""), "type": "function", "function": call}]})
        elif item.get("type") == "function_call_output":
            output = item.get("output")
            output = output if isinstance(output, str) else json.dumps(output)
            found.append({"role": "tool", "tool_call_id": item.get("call_id", ""), "content": output})
        elif "role" in item:
            content = item.get("content")
            if isinstance(content, list):
                content = "".join(part.get("text", "") for part in content if isinstance(part, dict))
            found.append({"role": item["role"], "content": content})
    return found


def tools(request):
    return [
        tool if "function" in tool else {"type": "function", "function": tool}
        for tool in request.get("tools") or []
        if tool.get("type") == "function"
    ]


def texts(message):
    content = message.get("content")
    if isinstance(content, str):
        yield content
    for part in content if isinstance(content, list) else []:
        if isinstance(part, dict) and isinstance(part.get("text"), str):
            yield part["text"]


def lend_vocabularies(folder):
    """Lays the vocabularies that tiktoken would download where it looks for them first.

    They are the files in the crate tiktoken-rs, which the build has; tiktoken checks their digests.
    """
    cargo = os.environ.get("CARGO_HOME", str(Path.home() / ".cargo"))
    for name in ("cl100k_base", "o200k_base"):
        found = glob.glob(f"{cargo}/registry/src/*/tiktoken-rs-*/assets/{name}.tiktoken")
        if found:
            url = f"https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken"
            shutil.copy(found[0], Path(folder) / hashlib.sha1(url.encode()).hexdigest())
    os.environ["TIKTOKEN_CACHE_DIR"] = os.environ["CUSTOM_TIKTOKEN_CACHE_DIR"] = folder


def naive():
    import tiktoken

    def count(model, request):
        try:
            encoding = tiktoken.encoding_for_model(model)
        except KeyError:
            encoding = tiktoken.get_encoding("o200k_base")
        turns = messages(request)
        words = sum(len(encoding.encode_ordinary(text)) for turn in turns for text in texts(turn))
        return words + 3 * len(turns) + 3

    return f"tiktoken {version('tiktoken')} + 3 a message", count


def litellm_counter():
    import litellm

    def count(model, request):
        return litellm.token_counter(
            model=model, messages=messages(request), tools=tools(request) or None
        )

    return f"litellm {version('litellm')} token_counter", count


def gpt_tokenizer(pairs):
    """Counts all rows in one run of Node; answers nothing where the package is not there."""
    script = Path(__file__).with_name("tokens.mjs")
    lines = "\n".join(
        json.dumps({"model": row["model"], "messages": messages(row["request"]), "functions": [
            tool["function"] for tool in tools(row["request"])]})
        for row, _ in pairs
    )
    run = subprocess.run(["node", script], input=lines.encode(), capture_output=True)
    if run.returncode != 0:
        print("gpt-tokenizer left out:", run.stderr.decode().strip().splitlines()[-1:])
        return None
    name, *counts = run.stdout.decode().splitlines()
    return name, [json.loads(count) for count in counts]


def table(name, counts, pairs):
    """A line: all rows, the GPT-5.4 family, and each class."""
    groups = defaultdict(list)
    refused = 0
    for count, (row, answer) in zip(counts, pairs):
        if count is None:
            refused += 1
            continue
        off = abs(count - row["input_tokens"])
        keys = ["all", answer["class"]] + ([FAMILY] if "gpt-5.4" in row["model"] else [])
        for key in keys:
            groups[key].append((off, off / row["input_tokens"]))
    cells = []
    for key in ["all", FAMILY, *CLASSES]:
        offs = groups[key]
        if not offs:
            cells.append("–")
            continue
        exact = 100 * sum(off == 0 for off, _ in offs) / len(offs)
        mean = 100 * sum(error for _, error in offs) / len(offs)
        cells.append(f"{exact:.1f} / {mean:.2f}")
    print(f"| {name} | " + " | ".join(cells) + f" | {refused} |")


def main(farebox):
    data = os.environ.get("FAREBOX_DATA", "../shared/data")
    folder = tempfile.TemporaryDirectory()
    lend_vocabularies(folder.name)
    if not (Path(data) / "usage").is_dir():
        print("no recorded data, skipped")
        return
    pairs = list(rows(data, farebox))
    print(f"{len(pairs)} requests; exact % / mean error %")
    print("| counter | all | " + " | ".join([FAMILY, *CLASSES]) + " | refused |")
    print("|---|" + "---|" * (len(CLASSES) + 3))
    table("Farebox", [answer["input_tokens"]["expected"] for _, answer in pairs], pairs)
    for make in (naive, litellm_counter):
        try:
            name, count = make()
        except ImportError as error:
            print("left out:", error)
            continue
        counts = []
        for row, _ in pairs:
            try:
                counts.append(count(row["model"], row["request"]))
            except Exception:
                counts.append(None)
        table(name, counts, pairs)
    answer = gpt_tokenizer(pairs)
    if answer:
        table(answer[0], answer[1], pairs)


if __name__ == "__main__":
    main(sys.argv[1])
