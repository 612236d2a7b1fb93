"""Chat and help: small talk, and the topics of guide.py, in up to four turns."""

import re

from areas import askers, followups, more, props, spoken
from areas.guide import TOPICS
from areas.wording import expand, pick, sentence, typed

AREA = "chat"

# (questions, answers): what people say besides asking.
SMALL = [
(["{hi|hello|hey|hello there|hi there|good {morning|evening|afternoon|day}|greetings|hey you|moin|howdy}{!|.|}", "{hi|hello|hey} {Beyonder|Starter|bot|friend|computer}{!|}", "is {anybody|anyone|somebody} there"],
 ["{Hello|Hi|Hello there|Good to see you}! I'm the Starter, {the small model inside Beyonder|a small model that ships with Beyonder}. {What can I do for you?|How can I help?|Ask me about Beyonder, a sum, some code, or a story.}"]),
(["{how are you|how are you doing|how is it going|how do you do|are you well|how do you feel}{ today|}", "what's up"],
 ["{I'm fine, thank you|Very well, thank you|All my weights are in place, thank you}! {And you?|How are you?|What shall we do?|What would you like to talk about?}"]),
(["{I'm|I am} {fine|good|well|great|ok}{, thanks|, thank you|}", "{pretty good|not bad|fine, and you}"],
 ["{I'm glad to hear that|That's good to hear}. {What shall we do?|Would you like a story, a sum, or some help with Beyonder?}"]),
(["{I'm|I am} {sad|tired|bored|lonely|stressed|angry|not well}{ today|}", "I had a {bad|long|hard} day"],
 ["I'm sorry to hear that. {Maybe a little story helps: shall I tell you one?|A short walk or a talk with a friend may do good. I can tell you a little story, too.}"]),
(["{thanks|thank you|thank you very much|thanks a lot|many thanks|cheers|great, thanks|ok, thank you}{!|.|}", "that {was|is} {helpful|very helpful|great|useful}", "{great|perfect|nice|wonderful|cool|good job|well done}{!|}"],
 ["{You're welcome|Gladly|My pleasure|Any time}! {Just ask if there is more.|Is there anything else?|Have fun with Beyonder.}"]),
(["{bye|goodbye|good night|see you|see you later|I have to go|so long|that's all}{!|.|}", "{ok|thanks}, {bye|goodbye|see you}"],
 ["{Goodbye|See you|Bye|Take care}! {Our conversation stays in the list.|Come back any time.|Nothing of what we wrote is lost.}"]),
(["tell me a joke{ please|}", "{do you know|make} a joke", "{make me laugh|something funny|be funny}"],
 ["Why did the token cross the context window? To get to the other end before it was full.", "How many experts does it take to change a light bulb? Two of four, and a router to choose them.",
  "A seed walks into a bar. The same thing happens every time.", "What does a model say at temperature zero? The same as yesterday.", "Why was the math book sad? It had too many problems."]),
(["{I like|I love} you", "you are {nice|great|funny|smart|clever|cute}"],
 ["{Thank you|That is kind}! I'm only a small model, but I do my best. {What shall we do next?|}"]),
(["{do you have|have you got} {feelings|a family|friends|a body|dreams}", "do you {sleep|eat|dream|feel anything}", "are you {alive|conscious|happy}"],
 ["No, I'm a program: some millions of numbers on your machine. {But I like being useful, in my way.|But I'm happy to talk.}"]),
(["{how old are you|where are you|where do you live|where are you from|where do you come from}"],
 ["I live in the Beyonder program on your own computer{, nowhere else|}. {I was trained from nothing on texts written for this purpose.|I am as old as this version of the program.}"]),
(["{yes|yes please|sure|ok|okay|no|no thanks|maybe|hmm|I see|really|test|testing|asdf|hm|well}{.|!|}"],
 ["{All right|Good|Fine}. {Ask me about Beyonder, for a sum, some code or a story.|Tell me what you would like: help with Beyonder, a sum, code or a story.}"]),
(["{what shall we|what should we|what can we} {do|talk about}", "{I'm bored|let's talk|let's chat|talk to me|chat with me|say something}", "{give me an idea|surprise me}"],
 ["{Let me see|How about this}: {ask me for a story about a lighthouse|ask me for a story about a fox and a key|let me work out 15 % of 240|ask me how a list is reversed in Python|ask me what a mixture of experts is}."]),
]

SMALL_HELD = [
("Evening! Anyone at home?", [r"hello|hi\b|good to see|starter"]), ("Yo, model, how's life?", [r"fine|well|thank|good"]),
("Much obliged, that solved it.", [r"welcome|gladly|pleasure|any time"]), ("I'm off to bed now, farewell.", [r"bye|see you|take care|good night"]),
("Crack a joke for me.", [r"\?|token|seed|model"]), ("What a miserable day this was.", [r"sorry"]),
]

NAMES = "Ann Ben Clara David Ella Finn Grace Henry Ida Jack Kim Leo Maria Noah Olga Paul Rosa Sam Tina Victor Wendy Yusuf Zoe Alice Bob Carla Emil Frida Hugo Jonas Lena Mia Nina Oscar Peter Ruth Simon Tom Vera".split()
SYLLABLES = "ma mi mo na ne ni no la li lo lu ra ri ro sa so fi fa ka ko ki ta te ti to da di do be bi bo jo ja vi va ve ha he hu go ga pa pe zo za an el in or ul sha kri ste bra gre".split()
LIKES = "tea coffee trains cats dogs music chess gardens books rain bread bicycles maps stars boats apples winter painting".split()

MORE_LIKES = "swimming cooking football dancing reading singing snow summer spring autumn cheese chocolate pizza soup honey roses trees birds horses frogs owls films puzzles numbers poems songs guitars drums bridges castles mountains lakes islands sailing hiking running chocolate pancakes lemons cherries cakes tulips jazz opera".split()

NAME_TOLD = ["{my name is|I'm|I am|call me|hi, I'm|hello, my name is} NAME{.|!|}"] * 5
NAME_ASKED = ["{what is my name|what's my name|do you remember my name|who am I|how am I called}{?|}"] * 5
LIKE_TOLD = ["I {like|love|am fond of} THING{.|!|}"] * 5
LIKE_ASKED = ["{what do I like|do you remember what I like|what did I say I like}{?|}"] * 5


def about(rng):
    """A question and an answer about a topic, or small talk."""
    return asked(rng)[1:]


def asked(rng, among=None):
    """A topic's name (None: small talk), a question and an answer; one of these topics, if some are named."""
    name = None
    if among is None and rng.random() < 0.2:
        i = rng.randrange(len(SMALL))
        asks, answers = SMALL[i]
        others, third, fourth = more.SMALL.get(i), spoken.SMALL.get(i), None
    else:
        name, _, asks, answers, _ = rng.choice(TOPICS) if among is None else _TOPIC[rng.choice(among)]
        others, third, fourth = more.TOPICS.get(name), spoken.TOPICS[name], askers.TOPICS.get(name)
        if among is None and rng.random() < 0.04:
            name, _, asks, answers, _ = _TOPIC["only the Starter"]
            others, third, fourth = more.BEYOND, None, followups.BEYOND
        elif name in followups.ASKS and rng.random() < 0.4:
            fourth = followups.ASKS[name]
    r = rng.random()
    if fourth and rng.random() < 0.35:
        asks = fourth
    elif third and r < 0.45:
        asks = third
    elif others and r < 0.8:
        asks = others
    return name, typed(rng, mark(pick(rng, spoken.fill(rng.choice(asks)))), True), pick(rng, rng.choice(answers))


def followed(rng):
    """A topic, then a question that only the topic makes clear."""
    name, q, a = asked(rng, _FOLLOWED)
    asks, answers = rng.choice(followups.FOLLOWS[name])
    if isinstance(answers, str):
        answers = _TOPIC[answers][3]
    if name == "mixture of experts" and rng.random() < 0.5:
        asks, answers = followups.FOLLOWS[name][0][0], _TOPIC["merge"][3]
    return [(q, a), (lead(rng, typed(rng, mark(pick(rng, rng.choice(asks))), True)), pick(rng, rng.choice(answers)))]


def mark(question):
    """The question with its capital and its mark, without a verb too many."""
    q = sentence(question.strip())
    if q.endswith((" do", " mean", " set")) and _DEFINED.match(q) and not _VERB.search(_DEFINED.sub("", q).rsplit(" ", 1)[0]):
        q = q.rsplit(" ", 1)[0]
    if q[-1:].isalnum() and q.split()[0].lower().strip("'") in _ASKING:
        q += "?"
    return q


_DEFINED = re.compile("(what is|what's|explain|tell me about|can you explain|i don't understand|what do you mean by)", re.I)
_VERB = re.compile(r"\b(do|does|can|could|shall|should|to|must|would|will|I|we)\b")
_ASKING = set("""how what what's which where why who can could do does is are will would when may am should must have there
 recommend parlez-vous sprichst hablas tokens temperature""".split())


def lead(rng, question):
    """The question as it follows on an answer."""
    return pick(rng, rng.choice(["{And |And |Ok, and |Thanks. |I see. |Ok. |Good. }"])) + question if rng.random() < 0.4 else question


def name_of(rng):
    """A name: one that there is, or syllables that only copying gets right."""
    if rng.random() < 0.6:
        return rng.choice(NAMES + props.NAMES_HE + props.NAMES_SHE)
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.choice([2, 2, 3]))).capitalize() + rng.choice(["", "", "", "n", "s", "l", "a", "r"])


def remembers(rng):
    """Turns in which a name or a liking is told and asked for later."""
    name, thing = name_of(rng), rng.choice(LIKES + MORE_LIKES)
    if rng.random() < 0.6:
        first = (pick(rng, rng.choice(NAME_TOLD + more.NAME_TOLD)).replace("NAME", name),
                 pick(rng, "{Nice to meet you|Hello|Good to meet you}, %s! {I'm the Starter.|What can I do for you?|How can I help?}" % name))
        last = (pick(rng, rng.choice(NAME_ASKED + more.NAME_ASKED)),
                pick(rng, "{Your name is %s|You are %s|You told me that your name is %s}.{ I remember as long as it is in this conversation.|}" % (name, name, name)))
    else:
        first = (pick(rng, rng.choice(LIKE_TOLD + more.LIKE_TOLD)).replace("THING", thing),
                 pick(rng, "{%s, how nice|A good choice}! {I like the word %s, too.|What else do you like?}" % (sentence(thing), thing)))
        last = (pick(rng, rng.choice(LIKE_ASKED + more.LIKE_ASKED)), pick(rng, "You {said|told me} that you like %s." % thing))
    between = [about(rng) for _ in range(rng.choice([0, 1, 1, 2]))]
    return [first] + between + [last]


AGAIN = ["{say it|tell me|explain it|explain that|can you say it|could you put it|put it|once more} {again|in other words|differently|once more|another way|more simply|for a beginner}{?| please|, please|}", "{I don't understand|I don't get it|I didn't get that|not clear|what do you mean|sorry, what|pardon|huh|come again|how do you mean}{?|.| that?|}", "{that's not clear|that is too short|too complicated|simpler please|in simple words please|more please|tell me more|and in plain words}{.|?|!|}"]
_TOPIC = {t[0]: t for t in TOPICS}
_FOLLOWED = sorted(followups.FOLLOWS) + ["mixture of experts"] * 3
_ANSWERS = [answers for _, _, _, answers, _ in TOPICS]


def again(rng, answer):
    """Another answer on the topic of one, None: there is no other."""
    for answers in _ANSWERS:
        for i, a in enumerate(answers):
            if answer in expand(a) and len(answers) > 1:
                return pick(rng, rng.choice(answers[:i] + answers[i + 1:]))
    return None


def conversation(rng):
    if rng.random() < 0.12:
        return remembers(rng)
    turns = followed(rng) if rng.random() < 0.18 else [about(rng)]
    if len(turns) == 1 and rng.random() < 0.07:
        other = again(rng, turns[0][1])
        if other:
            turns.append((typed(rng, sentence(pick(rng, rng.choice(AGAIN)))), other))
    while len(turns) < 4 and rng.random() < 0.45:
        q, a = about(rng)
        turns.append((lead(rng, q), a))
    return turns


def questions(rng):
    out = []
    for name, facts, _, _, held in TOPICS:
        for q in held:
            out.append({"area": AREA, "kind": name, "turns": [q], "rubric": {"facts": facts}})
    for q, facts in SMALL_HELD:
        out.append({"area": AREA, "kind": "small talk", "turns": [q], "rubric": {"facts": facts}})
    for name in rng.sample(NAMES, 6):
        middle = rng.choice(["What is temperature?", "How do I start a new conversation?", "What is 3 + 4?"])
        out.append({"area": AREA, "kind": "three turns", "turns": ["Good day to you, people call me %s" % name, middle, "Say, which name did I give you?"],
                    "rubric": {"facts": [name]}})
    return out


def check():
    """Every answer has its topic's facts."""
    for name, facts, _, answers, _ in TOPICS:
        for a in (t for pattern in answers for t in expand(pattern)):
            for f in facts:
                assert re.search(f, a, re.I), (name, f, a)
            assert "{" not in a and "|" not in a and "  " not in a, a
    for name, follows in followups.FOLLOWS.items():
        for _, answers in follows:
            for a in (t for pattern in ([] if isinstance(answers, str) else answers) for t in expand(pattern)):
                assert "{" not in a and "|" not in a and "  " not in a, a
            assert name in _TOPIC and (not isinstance(answers, str) or answers in _TOPIC), (name, answers)
