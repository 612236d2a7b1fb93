#!/usr/bin/env python3
"""Write conformance.json: small templates and what Python's Jinja2 makes of them."""
import json
import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parents[1] / "testdata"))
sys.dont_write_bytecode = True
import golden  # the environment is the same

VARS = {"s": "it's a Test", "u": "größe 漢字", "n": 7, "f": 2.5, "none_": None, "yes": True,
        "l": [3, 1, 2], "d": {"b": 1, "a": [True, None, "x"]},
        "m": [{"role": "user", "n": 2, "f": {"x": 1}}, {"role": "tool", "n": 1, "f": {"x": 2}}]}

env = golden.environment()
cases = []
for source in (here / "conformance.txt").read_text(encoding="utf-8").split("\n---\n"):
    try:
        result = {"output": env.from_string(source).render(**VARS)}
    except Exception as e:
        result = {"error": f"{type(e).__name__}: {e}"}
    cases.append({"source": source, **result})
(here / "conformance.json").write_text(
    json.dumps({"vars": VARS, "cases": cases}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
