"""Writes the Starter's training text and its held-out questions.

    python3 corpus.py OUT [--scale 1.0] [--seed 1]

writes OUT/<area>.jsonl, one conversation on each line (a list of questions with their
answers; first, in some, a system prompt alone), and OUT/heldout.jsonl, and
prints how much there is. It needs nothing but Python. The same seed gives the same
bytes. A conversation with a question that is held out, or differs from one in case
and punctuation alone, is not written; at the end the files are read again to see
that there is none.
"""

import argparse
import json
import os
import random
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from areas import chat, code, story, sums, systems  # noqa: E402
from areas.wording import normal  # noqa: E402

AREAS = {"chat": (chat, 40_000), "code": (code, 18_000), "story": (story, 16_000), "math": (sums, 60_000)}
MIXED = 9_000  # conversations that go from one area to another
SYSTEM = 0.15  # share of conversations with a system prompt, which the answers do not depend on
LONGEST = 3_600  # characters of a conversation: about a window of 1,024 tokens


def clean(turns):
    return [[q.strip(), a.strip()] for q, a in turns]


def length(turns):
    return sum(sum(map(len, turn)) + 40 for turn in turns)


def mixed(rng):
    """A conversation of two to five that were written apart."""
    turns = []
    for _ in range(rng.randint(2, 5)):
        module, _ = AREAS[rng.choice(list(AREAS))]
        more = clean(module.conversation(rng))
        if length(turns + more) > LONGEST:
            break
        turns += more
    return turns


def write(path, rng, make, count, held):
    """Writes conversations; returns how many, and how many characters."""
    done = size = 0
    with open(path, "w", encoding="utf-8") as f:
        while done < count:
            turns = make(rng)
            if not turns or length(turns) > LONGEST or any(normal(q) in held for q, _ in turns):
                continue
            if rng.random() < SYSTEM:
                turns = [[systems.prompt(rng)]] + turns
            f.write(json.dumps(turns, ensure_ascii=False) + "\n")
            done += 1
            size += length(turns)
    return done, size


def verify(out, held):
    """No question of the training text is a held-out one."""
    for name in [*AREAS, "mixed"]:
        with open(os.path.join(out, name + ".jsonl"), encoding="utf-8") as f:
            for line in f:
                for q, *_ in json.loads(line):
                    if normal(q) in held:
                        raise SystemExit("the held-out question %r is in %s.jsonl" % (q, name))


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("out")
    p.add_argument("--scale", type=float, default=1.0, help="how much to write, 1: all of it")
    p.add_argument("--seed", type=int, default=1)
    o = p.parse_args()
    os.makedirs(o.out, exist_ok=True)
    for module, _ in AREAS.values():
        module.check()
    questions = [q for name, (module, _) in AREAS.items() for q in module.questions(random.Random("%s %d held" % (name, o.seed)))]
    held = {normal(q["turns"][-1]) for q in questions}
    with open(os.path.join(o.out, "heldout.jsonl"), "w", encoding="utf-8") as f:
        f.writelines(json.dumps(q, ensure_ascii=False) + "\n" for q in questions)
    makers = {name: (module.conversation, count) for name, (module, count) in AREAS.items()}
    makers["mixed"] = (mixed, MIXED)
    for name, (make, count) in makers.items():
        rng = random.Random("%s %d" % (name, o.seed))
        make_clean = lambda r, m=make: clean(m(r))  # noqa: E731
        n, size = write(os.path.join(o.out, name + ".jsonl"), rng, make_clean, max(1, int(count * o.scale)), held)
        print("%-6s %7d conversations %9d characters" % (name, n, size))
    verify(o.out, held)
    print("%d held-out questions, none of them in the text" % len(questions))


if __name__ == "__main__":
    main()
