"""Asks a model the held-out questions and scores the answers by RUBRIC.md.

    python3 score.py --beyonder BINARY --model FILE [--report FILE] CORPUS/heldout.jsonl

Each conversation is a `beyonder chat` of its own, at temperature 0 unless other
flags are given (… --model FILE -- CORPUS/heldout.jsonl FLAGS). Code that a model wrote in Python is run, in a process of
its own with a limit on time and memory: score only models whose text you would run.
"""

import argparse
import collections
import json
import re
import resource
import subprocess
import sys

LONGEST = 400  # tokens of an answer; one that needs more did not end by itself


def ask(o, turns):
    """The replies to the user's turns, as the program writes them."""
    command = [o.beyonder, "chat", "-m", o.model, "--json", "--max-tokens", str(LONGEST), *(o.flags or ["--temp", "0"])]
    lines = "".join(t.replace("\n", " ") + "\n" for t in turns)
    done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        sys.exit("beyonder chat failed: " + done.stderr.strip())
    return [json.loads(line) for line in done.stdout.splitlines()]


def last_number(text):
    found = re.findall(r"The answer is (-?\d+(?:\.\d+)?)", text)
    return found[-1] if found else None


def block(text, language):
    m = re.search(r"```%s\n(.*?)```" % language, text, re.S)
    return m.group(1) if m else None


def limits():
    resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


def runs(code, test):
    try:
        done = subprocess.run([sys.executable, "-I", "-c", code + "\n" + test], capture_output=True, timeout=10, preexec_fn=limits)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def balanced(code):
    return all(code.count(a) == code.count(b) for a, b in ("{}", "()", "[]"))


def repeated(text):
    """Whether a longer sentence is there twice."""
    said = [s.strip().lower() for s in re.split(r"[.!?]\s+", text) if len(s.split()) > 4]
    return len(said) != len(set(said))


def story_fault(text, wished):
    words = len(text.split())
    if not 60 <= words <= 330:
        return "%d words" % words
    missing = [w for w in wished if w.lower() not in text.lower()]
    if missing:
        return "without " + ", ".join(missing)
    if repeated(text):
        return "says a sentence twice"
    if text.rstrip()[-1] not in ".!\"”":
        return "ends in mid-sentence"
    names = collections.Counter(re.findall(r"(?<=[a-z,] )[A-Z][a-z]+", text))
    return None if names and names.most_common(1)[0][1] >= 2 else "nobody has a name"


def fault(rubric, text, reason):
    """What is wrong with an answer, None: it is acceptable."""
    if reason != "end":
        return "does not end by itself (%s)" % reason
    if not text.strip():
        return "is empty"
    if "number" in rubric:
        got = last_number(text)
        return None if got == rubric["number"] else "%s instead of %s" % (got, rubric["number"])
    if "facts" in rubric:
        missing = [f for f in rubric["facts"] if not re.search(f, text, re.I)]
        return ("without " + " and ".join(missing)) if missing else ("says a sentence twice" if repeated(text) else None)
    if "story" in rubric:
        return story_fault(text, rubric["story"])
    language = "python" if "python" in rubric else "go"
    code = block(text, language)
    if code is None:
        return "has no %s code" % language
    if language == "python":
        return None if runs(code, rubric["python"]) else "the code fails its test"
    missing = [m for m in rubric["go"] if not re.search(m, code)]
    return ("the code is without " + " and ".join(missing)) if missing else (None if balanced(code) else "brackets do not match")


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("questions")
    p.add_argument("--beyonder", default="build/beyonder")
    p.add_argument("--model", required=True)
    p.add_argument("--report", help="write every answer and the shares here (JSON)")
    p.add_argument("--area", help="ask only the questions of this area")
    p.add_argument("--limit", type=int, help="ask only so many of each area")
    p.add_argument("--show", type=int, default=5, help="faults to show of each area")
    p.add_argument("flags", nargs="*", help="for beyonder chat, after --")
    o = p.parse_args()
    asked, good, kept = collections.Counter(), collections.Counter(), []
    with open(o.questions, encoding="utf-8") as f:
        questions = [json.loads(line) for line in f]
    for q in questions:
        area = q["area"]
        if (o.area and area != o.area) or (o.limit and asked[area] == o.limit):
            continue
        last = ask(o, q["turns"])[-1]
        wrong = fault(q["rubric"], last["text"], last["done"]["reason"])
        asked[area] += 1
        good[area] += wrong is None
        kept.append({**q, "answer": last["text"], "fault": wrong})
        if wrong and asked[area] - good[area] <= o.show:
            print("%s: %s\n    %r: %s" % (area, q["turns"][-1], last["text"][:160], wrong), flush=True)
    shares = {a: {"asked": asked[a], "acceptable": good[a], "percent": round(100 * good[a] / asked[a], 1)} for a in asked}
    total = {"asked": sum(asked.values()), "acceptable": sum(good.values()), "percent": round(100 * sum(good.values()) / max(1, sum(asked.values())), 1)}
    for a, s in [*shares.items(), ("all", total)]:
        print("%-6s %3d of %3d acceptable, %.1f %%" % (a, s["acceptable"], s["asked"], s["percent"]))
    if o.report:
        with open(o.report, "w", encoding="utf-8") as f:
            json.dump({"model": o.model, "areas": shares, "all": total, "answers": kept}, f, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
