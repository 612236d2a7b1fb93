"""Puts the figures of a training run into MODEL.md, between its marks.

    python3 card.py RUN [MODEL.md]

RUN is the folder that `make starter` works in: model/report.json, routing*.json,
score-*.json and the finished starter.gguf.
"""

import glob
import json
import os
import re
import sys

AREAS = ["chat", "code", "story", "math"]


def read(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def table(head, rows):
    return "\n".join("| " + " | ".join(str(x) for x in r) + " |" for r in [head, ["---"] * len(head), *rows])


def training(run):
    r = read(os.path.join(run, "model", "report.json"))
    rows = [[name, s["steps"], "%.1f M" % (s["tokens"] / 1e6), "%.0f s" % s["seconds"], "%.3f" % s["training"][-1][1], *("%.3f" % s["validation"][a] for a in AREAS)] for name, s in r["stages"].items()]
    head = ["stage", "steps", "tokens", "time", "last training loss", *("validation: " + a for a in AREAS)]
    return "Plan %s, seed %d, on %s with PyTorch %s. Tokens of the text: %s.\n\n" % (r["plan"], r["seed"], r["device"], r["torch"], ", ".join("%s %.1f M" % (a, n / 1e6) for a, n in r["tokens"].items())) + table(head, rows)


def evaluation(run):
    rows = []
    for path in sorted(glob.glob(os.path.join(run, "score-*.json"))):
        s = read(path)
        name = os.path.basename(path)[len("score-"):-len(".json")]
        rows.append([name, *("%.1f %%" % s["areas"][a]["percent"] if a in s["areas"] else "" for a in AREAS), "%.1f %%" % s["all"]["percent"]])
    return table(["model", *AREAS, "all"], rows)


def routing(run):
    parts = []
    for path in sorted(glob.glob(os.path.join(run, "routing*.json"))):
        r = read(path)
        layers = len(r[AREAS[0]]["own"])
        rows = [[a, *("%.0f %%" % x for x in r[a]["own"]), "%.3f" % r[a]["loss"]] for a in AREAS]
        parts.append("%s:\n\n" % os.path.basename(path)[:-len(".json")] + table(["area", *range(1, layers + 1), "loss"], rows))
    return "\n\n".join(parts)


def size(run):
    return "The file: %.2f MB (%d bytes)." % ((lambda n: (n / 1e6, n))(os.path.getsize(os.path.join(run, "starter.gguf"))))


def main():
    run = sys.argv[1]
    path = sys.argv[2] if len(sys.argv) > 2 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "MODEL.md")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for name, make in (("training", training), ("evaluation", evaluation), ("routing", routing), ("size", size)):
        text, n = re.subn(r"(<!-- %s -->\n).*?(\n<!-- end -->)" % name, lambda m: m.group(1) + make(run) + m.group(2), text, flags=re.S)
        if n != 1:
            raise SystemExit("%s has no place for %s" % (path, name))
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


if __name__ == "__main__":
    main()
