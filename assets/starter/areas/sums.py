"""Math: small sums, percentages, conversions and averages, with the steps shown.

A problem is a kind and its numbers. Those whose hash says so are held out: they are
never in the training text, in whatever wording. Every answer ends with
"The answer is N." or, with a unit, "The answer is N km."
"""

import zlib
from fractions import Fraction

from areas.wording import normal, pick, sentence, typed

AREA = "math"
HELD_IN = 40  # one of so many problems is held out


def is_held(kind, *numbers):
    return zlib.crc32(repr((kind, numbers)).encode()) % HELD_IN == 0


def num(x):
    """A number as it is written: 12, 0.5, 3.25."""
    x = Fraction(x)
    if x.denominator == 1:
        return str(x.numerator)
    return ("%.4f" % float(x)).rstrip("0").rstrip(".")


def size(rng, low=2):
    """A number, the small ones as often as the large."""
    return rng.randint(low, rng.choice([10, 20, 50, 100, 100, 500, 999]))


def places(n):
    """347 → [300, 40, 7]"""
    s = str(n)
    return [int(d) * 10 ** (len(s) - 1 - i) for i, d in enumerate(s) if d != "0"] or [0]


def add_steps(a, b):
    if a < 10 and b < 10:
        return "%d + %d = %d." % (a, b, a + b)
    total, parts, steps = a, places(b), []
    for p in parts:
        steps.append("%d + %d = %d" % (total, p, total + p))
        total += p
    return ("%d is %s. " % (b, " + ".join(map(str, parts))) if len(parts) > 1 else "") + ", ".join(steps) + "."


def subtract_steps(a, b):
    total, parts, steps = a, places(b), []
    for p in parts:
        steps.append("%d - %d = %d" % (total, p, total - p))
        total -= p
    return ("%d is %s. " % (b, " + ".join(map(str, parts))) if len(parts) > 1 else "") + ", ".join(steps) + "."


def multiply_steps(a, b):
    if len(places(b)) == 1 and len(places(a)) == 1:
        return "%d × %d = %d." % (a, b, a * b)
    if len(places(b)) > 1:
        parts = places(b)
        products = [a * p for p in parts]
        rows = ", ".join("%d × %d = %d" % (a, p, q) for p, q in zip(parts, products))
    else:
        parts = places(a)
        products = [p * b for p in parts]
        rows = ", ".join("%d × %d = %d" % (p, b, q) for p, q in zip(parts, products))
    total, sums = products[0], []
    for q in products[1:]:
        sums.append("%d + %d = %d" % (total, q, total + q))
        total += q
    return rows + (". " + ", ".join(sums) if sums else "") + "."


def end(x, unit=""):
    return " The answer is %s%s." % (num(x), unit and (unit if unit == "%" else " " + unit))


def add(rng):
    a, b = size(rng), size(rng)
    q = "{what is|what's|calculate|compute|how much is|work out|add:|} %d {+|plus|+} %d" % (a, b)
    if rng.random() < 0.15:
        q = "{what is the sum of|add|sum} %d and %d" % (a, b)
    return ("add", a, b), q, add_steps(a, b), a + b, ""


def subtract(rng):
    a, b = size(rng), size(rng)
    a, b = max(a, b), min(a, b)
    q = "{what is|what's|calculate|compute|how much is|work out|} %d {-|minus|-} %d" % (a, b)
    if rng.random() < 0.15:
        q = "{subtract|take} %d from %d" % (b, a)
    return ("subtract", a, b), q, subtract_steps(a, b), a - b, ""


def multiply(rng):
    a, b = rng.choice([(rng.randint(2, 12), rng.randint(2, 12)), (rng.randint(11, 99), rng.randint(2, 9)), (rng.randint(11, 99), rng.randint(11, 99)), (rng.randint(100, 400), rng.randint(2, 9))])
    q = "{what is|what's|calculate|compute|how much is|work out|} %d {×|times|*|x|multiplied by} %d" % (a, b)
    return ("multiply", a, b), q, multiply_steps(a, b), a * b, ""


def divide(rng):
    b = rng.choice([rng.randint(2, 9), rng.randint(2, 9), rng.randint(10, 25)])
    n = rng.choice([rng.randint(2, 12), rng.randint(10, 60)])
    a = b * n
    q = "{what is|what's|calculate|compute|how much is|work out|} %d {/|divided by|÷|over} %d" % (a, b)
    t = n - n % 10
    if 0 < t < n:
        steps = "%d × %d = %d, and %d - %d = %d. %d × %d = %d. %d + %d = %d." % (t, b, t * b, a, t * b, a - t * b, n - t, b, (n - t) * b, t, n - t, n)
    else:
        steps = "%d × %d = %d, so %d / %d = %d." % (n, b, a, a, b, n)
    return ("divide", a, b), q, steps, n, ""


def percent(rng):
    p = rng.choice([1, 2, 3, 5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 7, 12, 4, 6, 8])
    of = rng.choice([rng.randint(1, 20) * 10, rng.randint(1, 40) * 20, rng.randint(1, 10) * 100, rng.randint(4, 99)])
    v = Fraction(p * of, 100)
    q = "{what is|what's|calculate|how much is|work out|} %d{ %%|%%| percent} of %d" % (p, of)
    if p in (10, 50, 25, 20):
        d = 100 // p
        steps = "%d %% is one part in %d: %d / %d = %s." % (p, d, of, d, num(v))
    else:
        steps = "1 %% of %d is %s. %d × %s = %s." % (of, num(Fraction(of, 100)), p, num(Fraction(of, 100)), num(v))
    return ("percent", p, of), q, steps, v, ""


def discount(rng):
    p, of = rng.choice([5, 10, 15, 20, 25, 30, 40, 50]), rng.randint(1, 30) * 20
    cut = Fraction(p * of, 100)
    up = rng.random() < 0.4
    thing = rng.choice("coat lamp bicycle book table chair phone ticket clock tent guitar kettle radio camera".split())
    if up:
        q = rng.choice(["A %s costs %d euros and gets %d %% {dearer|more expensive}. What does it cost {then|now}?" % (thing, of, p), "Add %d %% to %d." % (p, of)])
        steps = "%d %% of %d is %s. %d + %s = %s." % (p, of, num(cut), of, num(cut), num(of + cut))
        return ("dearer", p, of), q, steps, of + cut, ""
    q = rng.choice(["A %s costs %d euros and is reduced by %d %%. What does it cost {then|now}?" % (thing, of, p), "{Take|Subtract} %d %% {off|from} %d." % (p, of), "What is %d minus %d %%?" % (of, p)])
    steps = "%d %% of %d is %s. %d - %s = %s." % (p, of, num(cut), of, num(cut), num(of - cut))
    return ("cheaper", p, of), q, steps, of - cut, ""


UNITS = [  # from, to, factor (to = from × factor), how it is said
    ("km", "m", 1000, "One km is 1000 m"), ("m", "cm", 100, "One m is 100 cm"), ("cm", "mm", 10, "One cm is 10 mm"), ("kg", "g", 1000, "One kg is 1000 g"),
    ("hours", "minutes", 60, "One hour is 60 minutes"), ("minutes", "seconds", 60, "One minute is 60 seconds"), ("days", "hours", 24, "One day is 24 hours"),
    ("weeks", "days", 7, "One week is 7 days"), ("years", "months", 12, "One year is 12 months"), ("feet", "inches", 12, "One foot is 12 inches"),
    ("liters", "ml", 1000, "One liter is 1000 ml"), ("tons", "kg", 1000, "One ton is 1000 kg"), ("dozen", "pieces", 12, "One dozen is 12 pieces"),
    ("miles", "km", Fraction(8, 5), "One mile is about 1.6 km"), ("inches", "cm", Fraction(127, 50), "One inch is 2.54 cm"), ("GB", "MB", 1000, "One GB is 1000 MB"),
    ("m", "km", Fraction(1, 1000), "1000 m are one km"), ("cm", "m", Fraction(1, 100), "100 cm are one m"), ("g", "kg", Fraction(1, 1000), "1000 g are one kg"), ("ml", "liters", Fraction(1, 1000), "1000 ml are one liter"),
    ("minutes", "hours", Fraction(1, 60), "60 minutes are one hour"), ("hours", "days", Fraction(1, 24), "24 hours are one day"), ("months", "years", Fraction(1, 12), "12 months are one year"),
]


def convert(rng):
    a, b, factor, known = rng.choice(UNITS)
    factor = Fraction(factor)
    if factor < 1:
        back = int(1 / factor)
        n = rng.randint(2, 30) * back // (2 if back % 2 == 0 and back < 100 else 1) if back < 100 else rng.randint(1, 90) * (back // 10)
        steps = "%s. %d / %d = %s." % (known, n, back, num(n * factor))
    else:
        n = rng.choice([rng.randint(2, 12), rng.randint(2, 60)])
        steps = "%s. %d × %s = %s." % (known, n, num(factor), num(n * factor))
    q = rng.choice(["{how many|how much} %s {are|is} %d %s" % (b, n, a), "{convert|change} %d %s {to|into} %s" % (n, a, b), "%d %s in %s" % (n, a, b), "what {is|are} %d %s in %s" % (n, a, b)])
    return ("convert", n, a, b), q, steps, n * factor, b


def degrees(rng):
    if rng.random() < 0.5:
        c = rng.randint(-4, 20) * 5
        f = c * 9 // 5 + 32
        q = "{convert|change|what is|what's|how much is|} %d {°C|degrees Celsius|Celsius} {to|in} {°F|Fahrenheit}" % c
        return ("celsius", c), q, "Times 9/5, plus 32: %d × 9/5 = %d, and %d + 32 = %d." % (c, f - 32, f - 32, f), f, "°F"
    c = rng.randint(-2, 20) * 5
    f = c * 9 // 5 + 32
    q = "{convert|change|what is|what's|how much is|} %d {°F|degrees Fahrenheit|Fahrenheit} {to|in} {°C|Celsius}" % f
    return ("fahrenheit", f), q, "Minus 32, times 5/9: %d - 32 = %d, and %d × 5/9 = %d." % (f, f - 32, f - 32, c), c, "°C"


def average(rng):
    n = rng.choice([2, 3, 3, 4, 5])
    mean = rng.randint(3, 40)
    xs = [max(1, mean + rng.randint(-mean + 1, mean)) for _ in range(n - 1)]
    last = mean * n - sum(xs)
    while last < 1:
        last += n
    xs.append(last)
    total = sum(xs)
    q = "{what is|what's|calculate|find|work out|} the {average|mean|average} of %s and %d" % (", ".join(map(str, xs[:-1])), xs[-1])
    run, rows = xs[0], []
    for x in xs[1:]:
        rows.append("%d + %d = %d" % (run, x, run + x))
        run += x
    return ("average", *xs), q, "Add them: %s. There are %d numbers: %d / %d = %d." % (", ".join(rows), n, total, n, total // n), total // n, ""


PEOPLE = "Ann Ben Clara David Ella Finn Grace Henry Ida Jack Leo Maria Noah Olga Paul Rosa Sam Tina Emil Mia".split()
THINGS = "apples books coins marbles stamps pencils cards eggs shells buttons stones flowers cookies tickets".split()


def story_sum(rng):
    who, other = rng.sample(PEOPLE, 2)
    what = rng.choice(THINGS)
    kind = rng.randrange(5)
    if kind == 0:
        a, b = rng.randint(3, 90), rng.randint(2, 60)
        q = "%s has %d %s and {gets|buys|finds} %d more. How many %s does %s have {now|then|}?" % (who, a, what, b, what, who)
        return ("has more", a, b), q, add_steps(a, b), a + b, what
    if kind == 1:
        a = rng.randint(6, 99)
        b = rng.randint(2, a - 1)
        return ("has less", a, b), pick_first(rng, who, a, what, b, other), subtract_steps(a, b), a - b, what
    if kind == 2:
        a, b = rng.randint(2, 12), rng.randint(3, 25)
        q = "There are %d {boxes|bags|baskets} with %d %s each. How many %s are there{ in all|}?" % (a, b, what, what)
        return ("boxes", a, b), q, multiply_steps(b, a), a * b, what
    if kind == 3:
        b, n = rng.randint(2, 9), rng.randint(2, 20)
        q = "%d %s are shared {equally |fairly |}among %d {children|friends|people}. How many does each {get|one get}?" % (b * n, what, b)
        return ("share", b * n, b), q, "%d / %d = %d, because %d × %d = %d." % (b * n, b, n, n, b, b * n), n, what
    v, t = rng.randint(2, 24) * 5, rng.randint(2, 9)
    q = "A {train|car|bus|cyclist|ship} {goes|travels|drives} %d km {per|an|each} hour for %d hours. How far {does it get|is that|does it go}?" % (v, t)
    return ("speed", v, t), q, "Distance is speed times time. " + multiply_steps(v, t), v * t, "km"


def pick_first(rng, who, a, what, b, other):
    return rng.choice(["%s has %d %s and gives %d to %s. How many are left?" % (who, a, what, b, other),
                       "%s had %d %s and lost %d. How many are left?" % (who, a, what, b),
                       "Of %d %s, %s sells %d. How many remain?" % (a, what, who, b)])


KINDS = [add, add, add, subtract, subtract, multiply, multiply, multiply, divide, divide, percent, percent, discount, convert, convert, degrees, average, story_sum, story_sum, story_sum]
OPENINGS = ["", "", "", "", "", "Step by step: ", "Let's see. ", "Here are the steps. "]


def problem(rng, wanted):
    """A problem that is held out, or one that is not."""
    while True:
        key, q, steps, x, unit = rng.choice(KINDS)(rng)
        if is_held(*key) == wanted:
            return key, sentence(pick(rng, q).strip()), steps, x, unit


def turn(rng):
    _, q, steps, x, unit = problem(rng, False)
    if q[-1] not in ".?":
        q += rng.choice(["?", "?", "", ".", " = ?"]) if q[0] in "WH" or q[0].isdigit() else rng.choice([".", ""])
    return typed(rng, q), rng.choice(OPENINGS) + steps + end(x, unit), x


def follow(rng, x):
    """A question about the result before, if that is a handy whole number."""
    x = Fraction(x)
    if x.denominator != 1 or not 1 <= x <= 500:
        return None
    x = int(x)
    kind, b = rng.choice(["half", "double", "plus", "minus"]), rng.randint(1, 30)
    lead = rng.choice(["and ", "And ", "", "now ", "ok, "])
    if kind == "half" and x % 2 == 0 and not is_held("divide", x, 2):
        return lead + pick(rng, "{half of that|what is half of that|half of it}{?|}"), "%d / 2 = %d." % (x, x // 2) + end(x // 2)
    if kind == "double" and not is_held("multiply", x, 2):
        return lead + pick(rng, "{twice that|what is twice that|double it|double that}{?|}"), multiply_steps(x, 2) + end(x * 2)
    if kind == "plus" and not is_held("add", x, b):
        return lead + pick(rng, "{plus|add|what is that plus} %d{?|}" % b), add_steps(x, b) + end(x + b)
    if kind == "minus" and b <= x and not is_held("subtract", x, b):
        return lead + pick(rng, "{minus|subtract|what is that minus} %d{?|}" % b), subtract_steps(x, b) + end(x - b)
    return None


def conversation(rng):
    q, a, x = turn(rng)
    turns = [(q, a)]
    if rng.random() < 0.15:
        more = follow(rng, x)
        if more:
            turns.append(more)
    while len(turns) < 4 and rng.random() < 0.3:
        q, a, _ = turn(rng)
        turns.append((q, a))
    return turns


def questions(rng):
    out, seen = [], set()
    while len(out) < 80:
        key, q, _, x, unit = problem(rng, True)
        if key in seen or sum(o["kind"] == key[0] for o in out) > 8:
            continue
        seen.add(key)
        if q[-1] not in ".?":
            q += "?" if q[0] in "WH" or q[0].isdigit() else "."
        out.append({"area": AREA, "kind": key[0], "turns": [q], "rubric": {"number": num(x)}})
    return out


def check():
    """The steps of many problems are true, read as equations."""
    import random
    import re
    rng = random.Random(5)
    for _ in range(5000):
        key, q, steps, x, _ = problem(rng, False)
        for a, op, b, c in re.findall(r"(-?[\d.]+) ([-+×/]) ([\d.]+) = (-?\d+(?:\.\d+)?)", steps):
            b = b.rstrip(".")
            got = {"+": Fraction(a) + Fraction(b), "-": Fraction(a) - Fraction(b), "×": Fraction(a) * Fraction(b), "/": Fraction(a) / Fraction(b)}[op]
            if "9/5" not in steps and "5/9" not in steps:
                assert num(got) == c, (q, steps)
        assert num(x) in steps, (q, steps, x)
        assert normal(q)
