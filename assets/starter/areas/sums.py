"""Math: small sums, percentages, conversions and averages, with the steps shown.

A problem is a kind and its numbers. Those whose hash says so are held out: they are
never in the training text, in whatever wording. Every answer ends with
"The answer is N." or, with a unit, "The answer is N km."
"""

import re
import zlib
from fractions import Fraction

from areas import problems
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


def places(x):
    """347 → [300, 40, 7], 2.5 → [2, 0.5]"""
    whole, _, part = num(x).partition(".")
    out = [int(d) * Fraction(10) ** (len(whole) - 1 - i) for i, d in enumerate(whole)] + [int(d) * Fraction(1, 10 ** (i + 1)) for i, d in enumerate(part)]
    return [p for p in out if p] or [Fraction(0)]


def row(a, op, b):
    """An equation: "3 × 4 = 12"."""
    c = {"+": Fraction(a) + b, "-": Fraction(a) - b, "×": Fraction(a) * b, "/": Fraction(a) / (b or 1)}[op]
    return "%s %s %s = %s" % (num(a), op, num(b), num(c))


def one_by_one(a, op, b):
    """a and then the places of b."""
    parts, rows = places(b), []
    for p in parts:
        rows.append(row(a, op, p))
        a = a + p if op == "+" else a - p
    return ("%s is %s. " % (num(b), " + ".join(map(num, parts))) if len(parts) > 1 else "") + ", ".join(rows) + "."


def add_steps(a, b):
    if a < 10 and b < 10:
        return row(a, "+", b) + "."
    return one_by_one(a, "+", b)


def subtract_steps(a, b):
    if b > a:
        return "%d is more than %d. %s So it is %d." % (b, a, one_by_one(b, "-", a), a - b)
    return one_by_one(a, "-", b)


def chain(xs):
    """The sum of all, one after the other: "60 + 12 = 72, 72 + 5 = 77"."""
    rows, total = [], xs[0]
    for x in xs[1:]:
        rows.append(row(total, "+", x))
        total += x
    return ", ".join(rows)


def multiply_steps(a, b):
    """Every place of one with every place of the other, so that no step needs more
    than the table of small products."""
    pairs = [(p, q) for q in places(b) for p in places(a)]
    rows = ", ".join(row(p, "×", q) for p, q in pairs)
    return rows + (". " + chain([p * q for p, q in pairs]) if len(pairs) > 1 else "") + "."


def divide_steps(a, b):
    """The quotient place by place; what is left last, too."""
    n, rest = divmod(a, b)
    steps, left = [], a
    for p in places(n):
        steps.append(row(p, "×", b) + (", and " + row(left, "-", p * b) if left > p * b else ""))
        left -= p * b
    parts = places(n)
    return ". ".join(steps) + (". " + chain(parts) if len(parts) > 1 else "") + ".", n, rest


def percent_steps(p, of):
    """By way of 10 % and 1 %, in steps of one product each."""
    x = Fraction(of)
    if p in (50, 25):
        return "50 %% is half: %s." % row(x, "/", 2) + (" 25 %% is half of that: %s." % row(x / 2, "/", 2) if p == 25 else "")
    if p == 100:
        return "100 %% of %s is all of it: %s." % (num(of), num(of))
    hundred, ten, one = p // 100, p % 100 // 10, p % 10
    parts, steps = [], []
    if hundred:
        parts.append(hundred * x)
        steps.append("100 %% is %s." % num(x) if hundred == 1 else "%d %% is %s." % (hundred * 100, row(hundred, "×", x)))
    if ten or one == 5:
        steps.append("10 %% of %s is %s." % (num(x), num(x / 10)))
    if ten:
        parts.append(ten * x / 10)
        if ten > 1:
            steps.append("%d %%: %s" % (ten * 10, small(ten, x / 10)))
    if one == 5:
        parts.append(x / 20)
        steps.append("5 %% is half of that: %s." % num(x / 20) if ten < 2 else "5 %% is half of %s: %s." % (num(x / 10), num(x / 20)))
    elif one:
        parts.append(one * x / 100)
        steps.append("1 %% of %s is %s." % (num(x), num(x / 100)))
        if one > 1:
            steps.append("%d %%: %s" % (one, small(one, x / 100)))
    return " ".join(steps) + (" " + chain(parts) + "." if len(parts) > 1 else "")


def small(n, x):
    """A digit times a number: at once if that is easy."""
    if len(places(x)) == 1:
        return row(n, "×", x) + "."
    return ", ".join(row(n, "×", p) for p in places(x)) + ". " + chain([n * p for p in places(x)]) + "."


def end(x, unit=""):
    return " The answer is %s%s." % (num(x), unit and (unit if unit[0] in "%:" else " " + unit))


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
    steps = divide_steps(a, b)[0] if 10 < n and n % 10 else "%d × %d = %d, so %d / %d = %d." % (n, b, a, a, b, n)
    return ("divide", a, b), q, steps, n, ""


def percent(rng):
    p = rng.choice([1, 2, 3, 5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 7, 12, 4, 6, 8])
    of = rng.choice([rng.randint(1, 20) * 10, rng.randint(1, 40) * 20, rng.randint(1, 10) * 100, rng.randint(4, 99)])
    v = Fraction(p * of, 100)
    q = "{what is|what's|calculate|how much is|work out|} %d{ %%|%%| percent} of %d" % (p, of)
    steps = percent_steps(p, of)
    return ("percent", p, of), q, steps, v, ""


def discount(rng):
    p, of = rng.choice([5, 10, 15, 20, 25, 30, 40, 50]), rng.randint(1, 30) * 20
    cut = Fraction(p * of, 100)
    up = rng.random() < 0.4
    thing = rng.choice("coat lamp bicycle book table chair phone ticket clock tent guitar kettle radio camera".split())
    if up:
        q = rng.choice(["A %s costs %d euros and gets %d %% {dearer|more expensive}. What does it cost {then|now}?" % (thing, of, p), "Add %d %% to %d." % (p, of)])
        steps = percent_steps(p, of) + " %s." % row(of, "+", cut)
        return ("dearer", p, of), q, steps, of + cut, ""
    q = rng.choice(["A %s costs %d euros and is reduced by %d %%. What does it cost {then|now}?" % (thing, of, p), "{Take|Subtract} %d %% {off|from} %d." % (p, of), "What is %d minus %d %%?" % (of, p)])
    steps = percent_steps(p, of) + " %s." % row(of, "-", cut)
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
        steps = "%s. %s" % (known, multiply_steps(n, factor) if factor in (12, 24, 60, 7, Fraction(8, 5), Fraction(127, 50)) and n > 9 else row(n, "×", factor) + ".")
    q = rng.choice(["{how many|how much} %s {are|is} %d %s" % (b, n, a), "{convert|change} %d %s {to|into} %s" % (n, a, b), "%d %s in %s" % (n, a, b), "what {is|are} %d %s in %s" % (n, a, b)])
    return ("convert", n, a, b), q, steps, n * factor, b


def degrees(rng):
    if rng.random() < 0.5:
        c = rng.randint(-4, 20) * 5
        f = c * 9 // 5 + 32
        q = "{convert|change|what is|what's|how much is|} %d {°C|degrees Celsius|Celsius} {to|in} {°F|Fahrenheit}" % c
        return ("celsius", c), q, "Times 9/5, plus 32: %d / 5 = %d, %d × 9 = %d, and %d + 32 = %d." % (c, c // 5, c // 5, f - 32, f - 32, f), f, "°F"
    c = rng.randint(-2, 20) * 5
    f = c * 9 // 5 + 32
    q = "{convert|change|what is|what's|how much is|} %d {°F|degrees Fahrenheit|Fahrenheit} {to|in} {°C|Celsius}" % f
    return ("fahrenheit", f), q, "Minus 32, times 5/9: %d - 32 = %d, %d / 9 = %d, and %d × 5 = %d." % (f, f - 32, f - 32, c // 5, c // 5, c), c, "°C"


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


def whole(rng):
    """The four sums over a wider range, so that every pair of small numbers comes up."""
    kind = rng.choice(["add", "subtract", "multiply", "multiply", "divide"])
    if kind == "add":
        a, b = rng.choice([(rng.randint(1, 99), rng.randint(1, 99)), (rng.randint(100, 999), rng.randint(1, 999)), (rng.randint(1000, 5000), rng.randint(10, 999))])
        return (kind, a, b), "", add_steps(a, b), a + b, ""
    if kind == "subtract":
        a, b = rng.choice([(rng.randint(2, 99), rng.randint(1, 99)), (rng.randint(100, 999), rng.randint(1, 999)), (rng.choice([100, 200, 500, 1000]), rng.randint(1, 99))])
        if b > a and rng.random() < 0.7:
            a, b = b, a
        return (kind, a, b), "", subtract_steps(a, b), a - b, ""
    if kind == "multiply":
        a, b = rng.choice([(rng.randint(2, 20), rng.randint(2, 12)), (rng.randint(11, 99), rng.randint(2, 9)), (rng.randint(2, 9), rng.randint(11, 99)), (rng.randint(11, 99), rng.randint(11, 99)), (rng.randint(100, 999), rng.randint(2, 9)), (rng.randint(2, 99), rng.choice([10, 20, 50, 100]))])
        return (kind, a, b), "", multiply_steps(a, b), a * b, ""
    b = rng.choice([rng.randint(2, 9), rng.randint(2, 12), rng.randint(11, 25)])
    a = b * rng.choice([rng.randint(2, 12), rng.randint(11, 99), rng.randint(100, 200)])
    steps, n, _ = divide_steps(a, b)
    return (kind, a, b), "", steps, n, ""


def remainder(rng):
    b, n = rng.randint(2, 12), rng.choice([rng.randint(1, 12), rng.randint(10, 60)])
    r = rng.randint(1, b - 1)
    a = b * n + r
    steps, _, _ = divide_steps(a, b)
    q = rng.choice(["{what is|what's|calculate|how much is|} %d {/|divided by|÷} %d {with|and the|with a} remainder" % (a, b), "{divide|share} %d by %d{,| and} {what is left|give the remainder|with remainder}" % (a, b),
                    "{how many times|how often} does %d {go|fit} into %d{ and what is left| and what remains|}" % (b, a), "%d {/|divided by} %d{, remainder too| with remainder}" % (a, b)])
    return ("divide", a, b), q, "%s %d is left, so it is %d remainder %d." % (steps, r, n, r), n, "remainder %d" % r


def quotient(rng):
    """A division that comes out even, one of the harder ones more often."""
    b, n = rng.choice([(rng.randint(2, 9), rng.randint(11, 60)), (rng.randint(2, 9), rng.randint(11, 60)), (rng.randint(10, 25), rng.randint(2, 60)), (rng.randint(2, 12), rng.randint(2, 12))])
    steps = divide_steps(b * n, b)[0] if 10 < n and n % 10 else "%d × %d = %d, so %d / %d = %d." % (n, b, b * n, b * n, b, n)
    return ("divide", b * n, b), "", steps, n, ""


def whole_units(rng):
    """Hours, days, kilos without a rest, the sizes people ask for."""
    a, b, factor, known = rng.choice([u for u in UNITS if u[2] > 1 and Fraction(u[2]).denominator == 1] + [u for u in UNITS if u[0] in ("hours", "days", "weeks", "minutes") and u[2] > 1] * 2)
    n = rng.choice([rng.randint(1, 12), rng.randint(2, 24), rng.randint(2, 60)])
    word = {"feet": "foot", "dozen": "dozen"}.get(a, a[:-1] if len(a) > 2 else a) if n == 1 else a
    steps = "%s. %s" % (known, multiply_steps(n, factor) if factor in (12, 24, 60, 7) and n > 9 else row(n, "×", factor) + ".")
    q = rng.choice(["{how many|how much} %s {are|make|do I have in|are there in|is} %d %s" % (b, n, word), "%d %s {to|in|into|as} %s" % (n, word, b), "{convert|change|turn} %d %s {to|into|in} %s" % (n, word, b), "{it takes|that is|we have|I need|there are} %d %s{ left|}. {How many|How much in} %s {is that|are that}?" % (n, word, b)])
    if "?" in q:
        q = q.replace("How much in %s are that" % b, "How much in %s is that" % b)
    q = long_names(rng, q)
    return ("convert", n, a, b), q, steps, n * factor, b


LONG_NAMES = {"kg": ["kilos", "kilograms", "kilo"], "g": ["grams", "gram"], "km": ["kilometers", "kilometres"], "m": ["meters", "metres"], "cm": ["centimeters", "centimetres"], "mm": ["millimeters", "millimetres"], "ml": ["milliliters", "millilitres"], "liters": ["litres", "l"], "GB": ["gigabytes", "gigs", "gb"], "MB": ["megabytes", "mb"], "hours": ["h", "hrs"], "minutes": ["min", "mins"], "seconds": ["sec", "secs", "s"]}


def long_names(rng, q):
    """The question with units in other names: kilos for kg."""
    if rng.random() < 0.4:
        return q
    return re.sub(r"(?<![\w'|{])(%s)(?![\w'|}])" % "|".join(LONG_NAMES), lambda m: rng.choice(LONG_NAMES[m[1]]), q)


def some_units(rng):
    """Any conversion, back and with halves too, in other names."""
    key, q, steps, x, unit = convert(rng) if rng.random() < 0.6 else halves(rng)
    return key, long_names(rng, q or "{how many|how much} %s {are|is|make} %s %s{ exactly|}" % (key[3], key[1], key[2])), steps, x, unit


def halves(rng):
    """0.5 liters, 2.5 hours."""
    a, b, f, known = rng.choice([u for u in UNITS if u[2] in (1000, 60, 100, 24, 10)])
    x = Fraction(rng.choice([1, 1, 3, 5, 7, 9]), 2) if f in (24, 60) or rng.random() < 0.6 else decimal(rng)
    return ("convert", num(x), a, b), "%s %s {in|to|into} %s" % (num(x), a, b), "%s. %s" % (known, multiply_steps(x, f) if f not in (10, 100, 1000) else row(x, "×", f) + "."), x * f, b


def fraction_quotient(rng):
    """A division that does not come out even, in decimals."""
    b = rng.choice([2, 2, 4, 4, 5, 5, 8, 10, 20])
    a = rng.randint(1, 20) * b + rng.randint(1, b - 1)
    n, r = divmod(a, b)
    x = Fraction(a, b)
    return ("divide", a, b), "", "%s, and %d is left. %s. %s." % (row(n, "×", b), r, row(r, "/", b), row(n, "+", x - n)), x, ""


def some_percent(rng):
    """Any percentage of any number."""
    p = rng.choice([rng.randint(1, 99), rng.choice([15, 35, 45, 12, 18, 22, 5, 7, 8, 16, 17, 19, 30, 60, 75, 80, 90, 25, 50, 20, 10]), rng.choice([110, 120, 125, 150, 200])] if rng.random() < 0.3 else [rng.randint(1, 99), rng.choice([15, 12, 5, 7, 8, 19, 30, 40, 60, 75, 25, 35])])
    of = rng.choice([rng.randint(1, 99) * 10, rng.randint(1, 60) * 20, rng.randint(1, 20) * 100, rng.randint(4, 99), rng.randint(100, 500)])
    return ("percent", p, of), "", percent_steps(p, of), Fraction(p * of, 100), ""


def some_discount(rng):
    p, of, up = rng.choice([5, 10, 15, 20, 25, 30, 40, 50, rng.randint(2, 60)]), rng.choice([rng.randint(1, 60) * 10, rng.randint(1, 20) * 50, rng.randint(10, 99)]), rng.random() < 0.4
    cut = Fraction(p * of, 100)
    x = of + cut if up else of - cut
    return ("dearer" if up else "cheaper", p, of), "", percent_steps(p, of) + " %s." % row(of, "+" if up else "-", cut), x, ""


def share_of(rng):
    """What percentage one number is of another."""
    p, of = rng.choice([5, 10, 20, 25, 30, 40, 50, 60, 75, 80, rng.randint(1, 99)]), rng.choice([50, 100, 200, 300, 400, 500])
    part = Fraction(p * of, 100)
    if part.denominator != 1:
        return share_of(rng)
    q = rng.choice(["{what|how many} percent of %d {is|are} %s" % (of, num(part)), "%s of %d in {percent|%%}" % (num(part), of), "%s {is|are} what {percentage|percent} of %d" % (num(part), of), "{what percentage|how many percent} {is|are} %s {out of|of} %d" % (num(part), of)])
    return ("share of", int(part), of), q, "1 %% of %d is %s. %s." % (of, num(Fraction(of, 100)), row(part, "/", Fraction(of, 100))), p, "%"


def decimal(rng, places_=1):
    return Fraction(rng.randint(1, 99 if places_ == 1 else 999), 10 ** places_)


def decimals(rng):
    kind = rng.choice("++--×××")
    a, b = decimal(rng, rng.choice([1, 1, 2])), decimal(rng, rng.choice([1, 1, 2]))
    if kind == "×":
        a, b = rng.choice([(decimal(rng), Fraction(rng.randint(2, 12))), (decimal(rng), Fraction(rng.randint(2, 9))), (Fraction(rng.randint(2, 30)), decimal(rng)), (decimal(rng), decimal(rng))])
        steps = multiply_steps(a, b)
    elif kind == "-":
        a, b = max(a, b), min(a, b)
        if rng.random() < 0.3:
            a = Fraction(rng.choice([5, 10, 20, 50, 100]))
        steps = one_by_one(a, "-", b)
    else:
        steps = one_by_one(a, "+", b)
    x = a + b if kind == "+" else a - b if kind == "-" else a * b
    money = rng.random() < 0.25 and kind != "×"
    q = rng.choice(["{what is|what's|calculate|compute|how much is|work out|} %s {OP} %s", "%s {OP} %s"]) % (num(a), num(b))
    if money and kind == "+":
        q = "{a coffee|a sandwich|bread} costs %s {euros|dollars} and {a cake|a juice|cheese} %s. {What do I pay|How much together|What is the total}?" % (num(a), num(b))
    elif money:
        q = "{I pay|$who pays} %s {euros|dollars} {for something that costs|and the price is} %s. {How much do I get back|What is the change}?".replace("$who", rng.choice(PEOPLE)) % (num(a), num(b))
    return ("decimals", kind, num(a), num(b)), q.replace("{OP}", {"+": "{+|plus}", "-": "{-|minus}", "×": "{×|times|*|x}"}[kind]), steps, x, ""


def several(rng):
    """Three numbers, or two operations."""
    a, b, c = rng.randint(2, 60), rng.randint(2, 40), rng.randint(2, 12)
    ask = "{what is|what's|calculate|compute|how much is|work out|solve|}"
    kind = rng.randrange(5)
    if kind == 0:
        q, steps, x = "%d {+|plus} %d {+|plus} %d" % (a, b, c), chain([a, b, c]) + ".", a + b + c
        if rng.random() < 0.4:
            ask, q = "{add up|add|sum up|what is the sum of|total of}", "%d, %d and %d" % (a, b, c)
    elif kind == 1:
        d = rng.randint(2, 9)
        q, x = "%d {+|plus} %d {×|*|times} %d" % (a, d, c), a + d * c
        steps = "{The product first|First the product|Multiplication comes first}: %s. %s." % (row(d, "×", c), row(a, "+", d * c))
    elif kind == 2:
        a, b = a % 9 + 2, b % 9 + 1
        q, x = "(%d + %d) {×|*|times} %d" % (a, b, c), (a + b) * c
        steps = "{The bracket first|First the bracket}: %s. %s" % (row(a, "+", b), multiply_steps(a + b, c))
    elif kind == 3:
        a, b = max(a, b), min(a, b)
        q, steps, x = "%d {-|minus} %d {+|plus} %d" % (a, b, c), "%s, %s." % (row(a, "-", b), row(a - b, "+", c)), a - b + c
    else:
        d = rng.randint(2, 9)
        q, x = "%d {×|*|times} %d {-|minus} %d" % (c, d, min(a, c * d - 1)), c * d - min(a, c * d - 1)
        steps = "{The product first|First the product|Multiplication comes first}: %s. %s." % (row(c, "×", d), row(c * d, "-", min(a, c * d - 1)))
    return ("several", q), ask + " " + q, pick(rng, steps), x, ""


def power(rng):
    if rng.random() < 0.6:
        a = rng.choice([rng.randint(2, 12), rng.randint(2, 30)])
        if rng.random() < 0.35:
            return ("root", a), "{what is|what's|calculate|find|} the {square root|root} of %d" % (a * a), "%s. So the root of %d is %d." % (row(a, "×", a), a * a, a), a, ""
        return ("square", a), "{what is|what's|calculate|} {%d squared|the square of %d|%d to the power of 2|%d²|%d^2}" % (a, a, a, a, a), multiply_steps(a, a), a * a, ""
    a, n = rng.choice([(2, rng.randint(3, 10)), (3, rng.randint(3, 5)), (10, rng.randint(3, 5)), (5, 3), (4, 3), (6, 3)])
    rows, x = [], a
    for _ in range(n - 1):
        rows.append(row(x, "×", a))
        x *= a
    return ("power", a, n), "{what is|what's|calculate|} {%d to the power of %d|%d to the %dth|%d^%d}" % (a, n, a, n, a, n) if n > 3 else "{what is|what's|calculate|} {%d cubed|%d to the power of 3|%d^3}" % (a, a, a), ", ".join(rows) + ".", x, ""


PARTS = [(1, 2, "half", "half"), (1, 3, "a third", "one third"), (1, 4, "a quarter", "one quarter"), (1, 5, "a fifth", "one fifth"), (1, 10, "a tenth", "one tenth"), (2, 3, "two thirds", "2/3"), (3, 4, "three quarters", "3/4"), (2, 5, "two fifths", "2/5"), (3, 5, "three fifths", "3/5"), (1, 8, "an eighth", "1/8"), (1, 4, "1/4", "a fourth")]


def part(rng):
    up, down, name, other = rng.choice(PARTS)
    of = down * rng.randint(2, rng.choice([12, 30, 60]))
    steps = row(of, "/", down) + "." + (" " + multiply_steps(of // down, up) if up > 1 else "")
    q = "{what is|what's|how much is|calculate|find|} {%s|%s} of %d" % (name, other, of)
    if rng.random() < 0.25:
        q = "{%s|%s} of {the|our} %d {pupils|guests|apples|pages|seats} {are taken|are gone|are new}. How many{ is that|}?" % (name, other, of)
    return ("part", up, down, of), q, steps, Fraction(of * up, down), ""


def times_as(rng):
    a, (n, word) = rng.randint(2, 99), rng.choice([(2, "twice"), (2, "double"), (3, "three times"), (3, "triple"), (4, "four times"), (5, "five times"), (10, "ten times")])
    q = "{what is|what's|how much is|} {%s|%s the number} %d" % (word, word, a)
    if rng.random() < 0.4:
        q = "$who has %d $what, $other has {%s as many|%s as much}. How many {does $other have|is that}?" % (a, word if " " in word or word == "twice" else "twice" if n == 2 else "three times", "twice" if n == 2 else "%d times" % n)
        q = people(rng, q)
    return ("multiply", a, n), q, multiply_steps(a, n), a * n, ""


def clock(rng):
    """Times of day and how long something takes."""
    h, m = rng.randint(6, 18), rng.choice([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55])
    hours, minutes = rng.randint(0, 4), rng.choice([5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55])
    total = h * 60 + m + hours * 60 + minutes
    h2, m2 = divmod(total, 60)
    start, stop = "%d:%02d" % (h, m), "%d:%02d" % (h2, m2)
    if rng.random() < 0.6:
        x = hours * 60 + minutes
        full = "From %s to %d:%02d {is|are} %d %s, %d minutes. " % (start, h + hours, m, hours, "hour" if hours == 1 else "hours", hours * 60) if hours else ""
        full = full.replace("{is|are}", "is" if hours == 1 else "are")
        rest = "From %d:%02d to %s are %d minutes." % (h + hours, m, stop, minutes)
        q = rng.choice(["{how many minutes are there|how long is it|how many minutes is it} from %s to %s", "{how many minutes} {lie |are |}between %s and %s", "{a film|the lesson|the train ride|my shift|the concert} {starts|begins} at %s and {ends|is over} at %s. How {long is that|many minutes is it|long does it take}?", "from %s to %s, how many minutes"]) % (start, stop)
        return ("minutes", h, m, h2, m2), q, full + rest + (" %s." % row(hours * 60, "+", minutes) if hours else ""), x, "minutes"
    if rng.random() < 0.3:
        n = rng.choice([1, 2, 3, 4, 5]) * 60 + minutes
        hh, mm = divmod(n, 60)
        q = rng.choice(["{how many minutes are|convert to minutes:|in minutes:|how many minutes do I have in} %d %s {and |}%d minutes" % (hh, "hour" if hh == 1 else "hours", mm), "%d h %d min in minutes" % (hh, mm)])
        return ("in minutes", hh, mm), q, "One hour is 60 minutes. %s. %s." % (row(hh, "×", 60), row(hh * 60, "+", mm)), n, "minutes"
    half = Fraction(rng.choice([3, 5, 7, 9, 11, 13]), 2)
    a, b, f = rng.choice([("hours", "minutes", 60), ("km", "m", 1000), ("kg", "g", 1000), ("liters", "ml", 1000), ("m", "cm", 100), ("days", "hours", 24), ("cm", "mm", 10)])
    one = {"hours": "One hour is 60 minutes", "days": "One day is 24 hours", "liters": "One liter is 1000 ml"}.get(a, "One %s is %d %s" % (a, f, b))
    x = half if rng.random() < 0.5 or a in ("days", "hours") else decimal(rng)
    return ("convert", num(x), a, b), "", "%s. %s" % (one, multiply_steps(x, f) if f not in (10, 100, 1000) else row(x, "×", f) + "."), x * f, b


def arrival(rng):
    """When something ends that begins at a time of day."""
    h, m, minutes = rng.randint(6, 18), rng.choice([0, 5, 10, 15, 20, 30, 40, 45, 50]), rng.choice([rng.randint(1, 11) * 5, rng.randint(12, 36) * 5])
    over, rest = divmod(minutes, 60)
    last = m + rest
    h2, m2 = h + over + last // 60, last % 60
    steps = []
    if over:
        steps.append("%d minutes are %d %s and %d minutes. %d:%02d plus %d %s is %d:%02d" % (minutes, over, "hour" if over == 1 else "hours", rest, h, m, over, "hour" if over == 1 else "hours", h + over, m))
    if rest:
        steps.append(row(m, "+", rest) + (", and 60 minutes are one hour: %s" % row(last, "-", 60) if last >= 60 else ""))
    q = rng.choice(["{A|The} {train|bus|plane} {leaves|departs} at %d:%02d and {takes|needs} %d minutes. When does it arrive?", "{A|The} {film|lesson|meeting|concert|game} {starts|begins} at %d:%02d and {lasts|takes} %d minutes. When {does it end|is it over}?", "{it is|it's} %d:%02d, what time is it in %d minutes", "what is %d:%02d plus %d minutes"]) % (h, m, minutes)
    return ("arrival", h, m, minutes), q, "%s. So it is %d:%02d." % (". ".join(steps), h2, m2), h2, ":%02d" % m2


def two_steps(rng):
    """A story with two sums in it."""
    n, each, other = rng.randint(2, 9), rng.randint(2, 20), rng.randint(2, 40)
    thing, more = rng.sample("pens books tickets cups plants cakes balls lamps plates shirts".split(), 2)
    kind = rng.randrange(4)
    if kind == 0:
        q = "{I buy|$who buys|We buy} %d %s {at|for} %d {euros|dollars} each and {a bag|a hat|a box} for %d. {What is the total|How much is that{ in all|}|What does it cost{ together|}}?" % (n, thing, each, other)
        steps, x = "%s %s." % (multiply_steps(each, n), row(n * each, "+", other)), n * each + other
    elif kind == 1:
        have = n * each + other
        q = rng.choice(["I have %d {euros|dollars} and buy %d %s", "$who has %d {euros|dollars} and buys %d %s"]) + " {at|for} %d {euros |dollars |}each. {How much is left|What is left over|How much money remains}?"
        q = q % (have, n, thing, each)
        steps, x = "%s %s" % (multiply_steps(each, n), subtract_steps(have, n * each)), other
    elif kind == 2:
        a, b, c = rng.randint(10, 90), rng.randint(2, 40), rng.randint(2, 9)
        q = "$who has %d $what, {gets|finds|buys} %d more and {gives away|loses|sells} %d. How many {are left|remain|has $who now}?" % (a, b, c)
        steps, x = "%s, %s." % (row(a, "+", b), row(a + b, "-", c)), a + b - c
    else:
        c = rng.randint(2, n * each - 1)
        q = "There are %d {boxes|bags} {of|with} %d %s{ each|}. %d are {sold|broken|missing|given away}. How many are left?" % (n, each, thing, c)
        steps, x = "%s %s" % (multiply_steps(each, n), subtract_steps(n * each, c)), n * each - c
    return ("two steps", kind, n, each, other, x), people(rng, q), steps, x, ""


def years(rng):
    a, n = rng.randint(1930, 2020), rng.randint(2, 90)
    q = rng.choice(["{I was|My father was|$who was} born in %d. {How old is that in|What age is that in} %d?", "{how many years|how long} is it from %d to %d", "{a house|the bridge|a tree} is from %d, how old is it in %d", "from %d to %d, how many years"]) % (a, a + n)
    return ("subtract", a + n, a), people(rng, q), "%s." % row(a + n, "-", a), n, "years"


ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()


def spelled(rng, n):
    """A number in words: "two hundred and forty"."""
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (rng.choice(["-", " "]) + ONES[n % 10] if n % 10 else "")
    return (rng.choice(["a", "one"]) if n < 200 else ONES[n // 100]) + " hundred" + (rng.choice([" and ", " "]) + spelled(rng, n % 100) if n % 100 else "")


def people(rng, q):
    who, other = rng.sample(PEOPLE, 2)
    return q.replace("$who", who).replace("$other", other).replace("$what", rng.choice(THINGS + MORE_THINGS))


MORE_THINGS = "balls pens bottles cups plates chairs candles letters keys sweets pears plums nuts fish sheep hens toys bricks pictures beads balloons sandwiches muffins tomatoes lemons carrots roses socks lamps photos bananas oranges cherries potatoes eggs bottles".split()


def in_words(rng):
    kind, q, unit = rng.choice(problems.WORDS)
    what = rng.choice(THINGS + MORE_THINGS)
    if kind == "has more":
        a, b = rng.randint(2, rng.choice([20, 99, 400])), rng.randint(2, rng.choice([20, 60, 200]))
        if "old" in q:
            a, b = rng.randint(3, 60), rng.randint(2, 30)
        steps, x = add_steps(a, b), a + b
    elif kind == "has less":
        a = rng.choice([rng.randint(6, 30), rng.randint(6, 99), rng.randint(50, 400), rng.choice([20, 50, 100])])
        b = rng.randint(2, a - 2)
        if "year" in q:
            a, b = rng.randint(10, 70), rng.randint(2, 9) + rng.randint(0, 1)
        steps, x = subtract_steps(a, b), a - b
    elif kind == "boxes":
        a, b = rng.choice([(rng.randint(2, 12), rng.randint(2, 12)), (rng.randint(2, 12), rng.randint(3, 40)), (rng.randint(10, 40), rng.randint(3, 25))])
        steps, x = multiply_steps(b, a), a * b
    elif kind == "share":
        b, x = rng.randint(2, 12), rng.choice([rng.randint(2, 12), rng.randint(2, 30)])
        a = b * x
        steps = divide_steps(a, b)[0] if 10 < x and x % 10 else "%d × %d = %d, so %d / %d = %d." % (x, b, a, a, b, x)
    else:
        a, b = rng.choice([rng.randint(2, 24) * 5, rng.randint(4, 90)]), rng.randint(2, 9)
        steps, x = "Distance is speed times time. " + multiply_steps(a, b), a * b
    for name, pattern in problems.PARTS.items():
        q = q.replace(name, pattern)
    q = re.sub(r" +([.,?])", r"\1", " ".join(pick(rng, q).split()))
    if q.count(". "):
        q = ". ".join(sentence(s) for s in q.split(". "))
    q = people(rng, q.replace("$what", what)).replace("$a", str(a)).replace("$b", str(b))
    return (kind, a, b), q, steps, x, unit.replace("$what", what)


KINDS = [add, add, add, subtract, subtract, multiply, multiply, multiply, divide, divide, percent, percent, discount, convert, convert, degrees, average, story_sum, story_sum, story_sum]
MORE_KINDS = [whole] * 7 + [in_words] * 8 + [two_steps] * 2 + [years, arrival] + [quotient] * 3 + [whole_units] * 3 + [some_units] * 2 + [degrees] + [some_percent] * 6 + [some_discount] * 2 + [decimals] * 2 + [several, several, remainder, fraction_quotient, share_of, power, part, times_as, clock, clock]
OPENINGS = ["", "", "", "", "", "Step by step: ", "Let's see. ", "Here are the steps. "]


def problem(rng, wanted, kinds=KINDS):
    """A problem that is held out, or one that is not."""
    while True:
        key, q, steps, x, unit = rng.choice(kinds)(rng)
        if is_held(*key) == wanted:
            return key, sentence(pick(rng, q).strip()), steps, x, unit


def worded(rng, key):
    """A problem in one of the other wordings of its kind, None: there is none."""
    kind, *numbers = key
    if kind not in problems.ASKS:
        return None
    q = rng.choice(problems.ASKS[kind])
    if "people" in q and numbers[0] * numbers[1] % 100:
        return None
    if kind == "average":
        q = q.replace("$list", "%s{ and |, }%d" % (", ".join(map(str, numbers[:-1])), numbers[-1]))
    words = kind in ("add", "subtract", "multiply", "divide", "percent", "convert") and " " in q and rng.random() < 0.15
    for name, n in zip(("$a", "$b", "$c"), numbers):
        q = re.sub(r"(?<=\w)%s|%s(?=\w)" % (re.escape(name), re.escape(name)), str(n), q)
        q = q.replace(name, spelled(rng, n) if words and isinstance(n, int) and 0 <= n < 1000 else str(n))
    return sentence(pick(rng, q).strip())


def turn(rng):
    key, q, steps, x, unit = problem(rng, False, KINDS if rng.random() < 0.35 else MORE_KINDS)
    while "remainder" not in unit and (not q or rng.random() < 0.5):
        other = worded(rng, key)
        if other or q:
            q = other or q
            break
    if q[-1] not in ".?":
        q += rng.choice(["?", "?", "", "." if q[0].isdigit() else "", " = ?" if len(q) < 16 else "?"]) if q[0] in "WH" or q[0].isdigit() else rng.choice([".", ""])
    return typed(rng, q), rng.choice(OPENINGS) + steps + end(x, unit), x, key


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


def alike(rng, key):
    """The same question with another number: "and of 80?" """
    kind, a, b = key[0], key[1], key[2] if len(key) > 2 else None
    lead = "{and|And|ok and|what about|how about|And what about|now}"
    n = rng.choice([rng.randint(2, 20), rng.randint(2, 99), rng.randint(1, 30) * 10])
    if kind == "percent" and not is_held(kind, a, n):
        return lead + " {of |}%d{?|}" % n, percent_steps(a, n) + end(Fraction(a * n, 100))
    p = rng.choice([5, 10, 15, 20, 25, 30, 40, 50, rng.randint(1, 99)])
    if kind == "percent again" and not is_held("percent", p, b):
        return lead + " %d{ %%|%%| percent}{ of it|}{?|}" % p, percent_steps(p, b) + end(Fraction(p * b, 100))
    if kind == "multiply" and not is_held(kind, a, n % 20 + 2):
        n = n % 20 + 2
        return lead + " {times|by|×} %d{?|}" % n, multiply_steps(a, n) + end(a * n)
    if kind == "add" and not is_held(kind, a, n):
        return lead + " {plus|+|with} %d{?|}" % n, add_steps(a, n) + end(a + n)
    if kind == "subtract" and n <= a and not is_held(kind, a, n):
        return lead + " {minus|-} %d{?|}" % n, subtract_steps(a, n) + end(a - n)
    if kind == "convert" and isinstance(a, int):
        factor = next((Fraction(f) for x, y, f, _ in UNITS if (x, y) == (b, key[3])), 0)
        known = next((k for x, y, _, k in UNITS if (x, y) == (b, key[3])), "")
        n = n % 20 + 2
        if factor >= 1 and not is_held(kind, n, b, key[3]):
            return lead + " %d{ %s|}{?|}" % (n, b), "%s. %s." % (known, row(n, "×", factor)) + end(n * factor, key[3])
    return None


def conversation(rng):
    q, a, x, key = turn(rng)
    turns = [(q, a)]
    if rng.random() < 0.15:
        more = None if key[0] == "arrival" else follow(rng, x)
        if more:
            turns.append(more)
    elif rng.random() < 0.25:
        more = alike(rng, ("percent again", *key[1:]) if key[0] == "percent" and rng.random() < 0.4 else key)
        if more:
            turns.append((pick(rng, more[0]), more[1]))
    while len(turns) < 4 and rng.random() < 0.25:
        q, a, _, _ = turn(rng)
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
    rng = random.Random(5)
    for _ in range(5000):
        key, q, steps, x, _ = problem(rng, False, rng.choice([KINDS, MORE_KINDS]))
        for p, of, v in re.findall(r"(\d+) % of ([\d.]+) is ([\d.]+)\.", steps):
            assert num(Fraction(p) * Fraction(of) / 100) == v, steps
        if key[0] in ("percent", "cheaper", "dearer"):
            assert x == {"percent": 0, "cheaper": 1, "dearer": 1}[key[0]] * key[2] + Fraction(key[1] * key[2], -100 if key[0] == "cheaper" else 100)
        q = q or worded(rng, key) or "one of people"
        for a, op, b, c in re.findall(r"(-?[\d.]+) ([-+×/]) ([\d.]+) = (-?\d+(?:\.\d+)?)", steps):
            b = b.rstrip(".")
            got = {"+": Fraction(a) + Fraction(b), "-": Fraction(a) - Fraction(b), "×": Fraction(a) * Fraction(b), "/": Fraction(a) / Fraction(b)}[op]
            assert num(got) == c, (q, steps)
        assert num(x) in steps, (q, steps, x)
        assert normal(q)
