"""Many wordings from one pattern.

"{how do I|how can I} add {a|another} model" stands for four texts; braces nest, and
an empty choice is allowed: "{please |}open it". Text that has braces of its own
(code) never goes through here.
"""

import re

_INNER = re.compile(r"\{([^{}]*)\}")


def pick(rng, pattern):
    """One of the texts that the pattern stands for."""
    while True:
        pattern, n = _INNER.subn(lambda m: rng.choice(m.group(1).split("|")), pattern)
        if n == 0:
            return pattern


def expand(pattern):
    """All the texts that the pattern stands for."""
    m = _INNER.search(pattern)
    if m is None:
        return [pattern]
    return [t for choice in m.group(1).split("|") for t in expand(pattern[:m.start()] + choice + pattern[m.end():])]


def normal(text):
    """What two wordings have in common that differ in case, spaces and punctuation alone."""
    return " ".join(re.findall(r"[a-z0-9]+(?:\.[0-9]+)?|[-+*/%=×÷°€$]", text.lower()))


def sentence(text):
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def article(noun):
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def typed(rng, question):
    """The question as people type it: often without its capital, its mark or its
    manners, now and then with two letters exchanged."""
    text = question.strip()
    r = rng.random()
    if r < 0.25:
        text = text[:1].lower() + text[1:] if text[:2] != "I " else text
    elif r < 0.32:
        text = text.lower()
    if rng.random() < 0.3:
        text = text.rstrip("?.!")
    if rng.random() < 0.06:
        text = rng.choice(["hi, ", "hello, ", "ok, ", "hey, ", "so, ", "please, ", "one question: "]) + text
    elif rng.random() < 0.04:
        text += rng.choice([" please", " thanks", " thank you", " :)"])
    return slip(rng, text) if rng.random() < 0.05 else text


def slip(rng, text):
    """Two neighbouring letters of a longer word exchanged."""
    words = [m for m in re.finditer(r"[a-z]{5,}", text)]
    if not words:
        return text
    m = rng.choice(words)
    i = rng.randrange(m.start() + 1, m.end() - 2)
    return text[:i] + text[i + 1] + text[i] + text[i + 2:]
