"""Many wordings from one pattern.

"{how do I|how can I} add {a|another} model" stands for four texts; braces nest, and
an empty choice is allowed: "{please |}open it". Text that has braces of its own
(code) never goes through here.
"""

import re

from areas import asides

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
    vowel = noun[0] in "aeiou" and not noun.startswith(("unicorn", "useful")) or noun.startswith(("hourglass", "honest"))
    return ("an " if vowel else "a ") + noun


# Words that say the same, in texts that people write; none is a part of a name in the program.
SAME = [["how do i", "how can i", "how do you", "how would i", "how does one", "how could i", "how should i", "how to"], ["can you", "could you", "would you", "can u"], ["i want to", "i'd like to", "i would like to", "i wanna", "i need to", "i have to"], ["what is", "what's", "whats"], ["the reply", "the answer", "the response", "the output"],
        ["my computer", "my laptop", "my pc", "my machine", "my notebook"], ["this program", "this app", "this application", "this software", "this tool", "the program", "the app"], ["the conversation", "the chat", "our conversation"], ["show me", "let me see"], ["very", "really", "terribly"], ["is there", "do you have", "does it have"],
        ["i don't know", "i dunno", "i have no idea", "no clue", "i'm not sure"], ["the window", "the screen"], ["please", "pls", "plz", "kindly"], ["you", "you", "u"], ["because", "cause", "since"], ["another", "a different"], ["function", "function", "method", "routine"], ["a story", "a tale", "a short story", "a little story"]]
_SAME = {w: [o for o in group if o != w] for group in SAME for w in group}
_ANY = re.compile(r"\b(%s)\b" % "|".join(sorted((re.escape(w) for w in _SAME), key=len, reverse=True)), re.I)

BEFORE = ["{hi|hello|hey|hey there|hi there|hello there|good morning|good evening|ok|okay|so|well|um|right|now|alright}{,|, |!|.|...} ", "{please|excuse me|sorry|pardon me|sorry to bother you|sorry for the question|if you don't mind|when you have a moment|be so kind}{,|:} ", "{one|a|quick|just a quick|a small|small|a silly|maybe a silly|another|next|stupid} question: ", "{I was wondering|I'd like to ask|let me ask you something|may I ask|just curious|tell me|help me out|I need your help|I need help}{:|,| -|.} ",
          "{thanks for being here|nice to have you|you seem to know this|I'm new here|I'm new to this|first day with this|I'm no expert|not a native speaker|my son asked me|my boss asks|a friend asked me|my wife wants to know}{.|,|:| -|...} ", "{can you help me|could you help me|help|help please|mind helping}{?|.|!|:} ", "{I've been using this for {a week|an hour|a while|two days}|I come from ChatGPT|I'm on Linux|I'm on a train|we use this at the office|my grandson installed this for me|I'm 70 years old|I am a student|I'm a teacher|I just installed this|it's my first try|I read the manual but didn't find it|my English is not good|we argue about this at home|I asked a friend but he didn't know|I looked everywhere|there's something I don't understand|a small problem|I've got a problem|here is my problem|ok here's the thing|this may sound silly}{.|:|, so|...| and} ", "{hmm|hm|uhm|ah|oh|oh well|yo|hey buddy|dear assistant|listen|look|say}{,|...} "]
AFTER = ["{ please| pls| plz|, please|, thanks| thanks| thank you|, thank you| thx| :)| ;)|, if possible|, if you can| if that's ok| for me}", "{. Thanks!|. Thank you.|. Please help.|. Thanks in advance.|. Cheers.|? Thanks!|? Thank you!|. I'm in a hurry.|. Take your time.|. Keep it short.|. Any help is welcome.|. That would be great.|. I'm new to this.}", "{ now| right now| today| again| quickly| for a friend| asap|!|!!|??|?!|...}"]


def vary(rng, text, share=0.5):
    """The text with some words exchanged for others that say the same."""
    def other(m):
        if rng.random() > share:
            return m[0]
        w = rng.choice(_SAME[m[0].lower()])
        return sentence(w) if m[0][0].isupper() else w
    return _ANY.sub(other, text)


def typed(rng, question, varied=False, drop=True):
    """The question as people type it: often without its capital, its mark or its
    manners, or with too many of them, now and then with a letter wrong."""
    text = question.strip()
    if varied and rng.random() < 0.35:
        text = vary(rng, text)
    if rng.random() < 0.16:
        text = wordy(rng, text, varied and drop)
    r = rng.random()
    if r < 0.25:
        text = text[:1].lower() + text[1:] if text[:2] not in ("I ", "I'") else text
    elif r < 0.34:
        text = text.lower()
    if rng.random() < 0.3:
        text = text.rstrip("?.!")
    r = rng.random()
    if r < 0.14:
        before = pick(rng, rng.choice(BEFORE))
        upper = before[-2] in ".!?" and rng.random() < 0.6
        text = (sentence(before) if rng.random() < 0.6 else before) + (sentence(text) if upper else text)
    elif r < 0.22:
        text = text.rstrip("?.!") + pick(rng, rng.choice(AFTER))
    if rng.random() < 0.03:
        text = text.replace("'", "")
    if varied and rng.random() < 0.04:  # as in a telegram
        text = re.sub(r"\b(?:a|an|the|is|are|do|does|to|of) ", "", text)
    for _ in range(rng.choice([0] * 14 + [1, 1, 1, 2])):
        text = slip(rng, text)
    if rng.random() < 0.01:
        text = text.upper()
    return text.strip()


def wordy(rng, text, drop=True):
    """The question among other sentences, with words that fill it, and with some
    left out."""
    r = rng.random()
    if r < 0.4:
        words = text.split(" ")
        for _ in range(rng.choice([1, 1, 2])):
            i = rng.randrange(len(words))
            if i and not re.search(r"\d|^[-+*/×÷]", words[i - 1] + " " + words[i]):
                words.insert(i, rng.choice(asides.FILLERS))
        text = " ".join(words)
    elif drop and r < 0.6:
        words = text.split(" ")
        kept = [w for w in words if rng.random() > 0.15]
        text = " ".join(kept) if len(kept) > 2 else text
    r = rng.random()
    if r < 0.5:
        before = " ".join(pick(rng, rng.choice(asides.ASIDES)) for _ in range(rng.choice([1, 1, 2])))
        text = before + " " + (sentence(text) if rng.random() < 0.7 else text)
    elif r < 0.7:
        text = text + ("" if text[-1] in ".?!" else ".") + " " + pick(rng, rng.choice(asides.AFTER))
    return " ".join(text.split())


def slip(rng, text):
    """A slip of the finger in a longer word: two letters exchanged, one left out or
    one typed twice."""
    words = [m for m in re.finditer(r"\b[a-z]{5,}\b", text)]
    if not words:
        return text
    m = rng.choice(words)
    i = rng.randrange(m.start() + 1, m.end() - 2)
    return text[:i] + rng.choice([text[i + 1] + text[i], text[i + 1] + text[i], text[i + 1], text[i] * 2 + text[i + 1]]) + text[i + 2:]
