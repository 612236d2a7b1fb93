"""Little stories from a prompt.

A story is drawn as a whole before a word of it is written: who, where, what is
wanted, what stands in the way, who helps and how it ends. The sentences are then
written from that, so that its end fits its beginning.
"""

import zlib

from areas import more, props
from areas.wording import article, pick, sentence, typed

AREA = "story"

# kind: (pronoun, possessive, object, names)
HE, SHE, IT = ("he", "his", "him"), ("she", "her", "her"), ("it", "its", "it")
ANIMALS = "fox bear mouse owl rabbit hedgehog cat dog otter crow badger snail duck frog squirrel donkey goose mole turtle goat wolf lion elephant penguin monkey parrot spider bee whale pony lamb beaver raven swan hamster lizard cow sparrow tiger beetle".split()
PEOPLE = ["lighthouse keeper", "baker", "clockmaker", "gardener", "fisherman", "postman", "miller", "tailor", "king", "painter", "sailor", "boy", "shepherd", "wizard", "robot", "knight", "pirate", "dragon",
          "girl", "queen", "witch", "princess", "grandmother", "teacher", "librarian", "musician", "astronaut", "inventor", "farmer", "ghost", "doctor", "nurse", "cook", "hunter", "carpenter", "blacksmith", "thief", "giant", "dwarf", "elf", "mermaid", "prince", "monk", "nun", "soldier", "dancer", "singer",
          "weaver", "beekeeper", "student", "captain", "judge", "clown", "poet", "detective", "train driver"]
FEMALE = {"girl", "queen", "witch", "princess", "grandmother", "librarian", "musician", "inventor", "teacher", "astronaut", "nurse", "mermaid", "nun", "dancer", "weaver"}
NAMES_HE = "Tobin Oskar Milo Anton Henrik Pip Jasper Bruno Linus Theo Rufus Felix Otto Barnaby Casper Edgar".split()
NAMES_SHE = "Mira Elsa Nora Tilda Juna Flora Agnes Greta Ottilie Luise Pia Runa Selma Wilma Hanna Iris".split()

PLACES = {  # where: (what is seen there, the way back, the weather that fits)
    "by the sea": ("The waves came and went, and the gulls {cried|circled} over the {sand|rocks}", "along the beach", "A wind came from the water"),
    "in a deep forest": ("The trees stood close, and {moss|fern} grew between the roots", "between the old trees", "Light fell through the leaves"),
    "in a small village": ("There was one street, one well and a {bakery|church} with a crooked roof", "down the only street", "Smoke rose from the chimneys"),
    "on a high mountain": ("The air was thin, and the {clouds|eagles} were below rather than above", "down the steep path", "Snow lay in the shade of the rocks"),
    "in an old castle": ("The halls were long and every step had an echo", "through the long halls", "The wind sang in the towers"),
    "in a big city": ("The houses were tall, and {trams|lamps} lit up the evening", "through the busy streets", "Rain shone on the pavement"),
    "on a little island": ("You could walk around it in an hour and see {boats|whales} from every side", "around the whole island", "The sky was wide and blue"),
    "at the edge of a desert": ("The sand {glowed|shone} in the evening and was cold at night", "over the dunes", "Not a cloud was to be seen"),
    "by a slow river": ("Reeds grew at the bank, and the water told long stories", "along the bank", "Mist lay on the water"),
    "on a far planet": ("Two moons stood in the sky, and the {stones|hills} were as blue as ink", "under the two moons", "The night was full of stars"),
    "in a lighthouse": ("The stairs went round and round, and at the top the great lamp turned", "up and down the stairs", "The sea was grey and loud"),
    "on a night train": ("The wheels {hummed|sang} on the rails, and villages went by like sparks", "from one wagon to the next", "It was dark behind the windows"),
    "in a quiet library": ("The shelves reached up to the ceiling, and it smelled of paper", "between the shelves", "Dust danced in the light"),
    "in a snowy valley": ("Everything was white, and every sound was soft", "through the deep snow", "Flakes fell without a sound"),
    "in an old mill": ("The wheel turned day and night, and flour lay on everything like snow", "past the mill pond", "The wind was fresh and smelled of grain"),
    "at a busy harbour": ("Ships came and went, and ropes and nets lay on the stones", "along the quay", "It smelled of salt and tar"),
    "under a bridge": ("Carts {rolled|rumbled} overhead, and the water made rings on the wall", "along the water", "It was cool in the shade"),
    "on a farm": ("There were hens in the yard and hay up to the roof", "across the yard", "The morning was clear and bright"),
    "in a cave": ("Drops fell from the ceiling, and the stones shone like glass", "through the dark tunnels", "It was cool and very quiet"),
    "at a railway station": ("The big clock {ticked|showed the hours}, and people came and went with bags", "along the platform", "Steam hung in the air"),
    "in a tall tower": ("From the window one saw the land as far as the hills", "down the winding stairs", "Clouds went past the window"),
    "at a quiet lake": ("The water was as smooth as glass, and swallows flew low over it", "around the lake", "The evening was mild"),
    "in a circus": ("There were coloured lamps, a round tent and a smell of sawdust", "between the wagons", "Music came from the tent"),
    "in a garden": ("There were {roses|beans}, an apple tree and a bench that nobody used", "past the apple tree", "Bees hummed in the warm air"),
}

THINGS = {  # what: (why it matters, where it turns up)
    "a golden key": ("It opened the little box with all that {pronoun} held dear", "in the pocket of the old coat"),
    "a letter": ("It was from a friend, and it had not been read yet", "between the pages of a book"),
    "a lantern": ("Without its light the evenings were long and dark", "under the stairs"),
    "a map": ("It showed the way to a place that no one else knew", "behind the clock"),
    "a music box": ("Its tune was the one {possessive} mother had sung", "in a nest of leaves"),
    "a red kite": ("It flew higher than all the others", "at the top of the tallest tree"),
    "a silver bell": ("When it rang, all the friends came together", "under a flat stone"),
    "a clock": ("It had never been wrong, not even by a minute", "behind the kitchen door"),
    "a blue button": ("It was the last one of {possessive} best coat", "in the grass by the gate"),
    "a little boat": ("{Pronoun} had built it with {possessive} own hands", "in a quiet bay"),
    "a book": ("There was one page in it that {pronoun} had not read yet", "on the lowest shelf"),
    "a pair of boots": ("With them no way was too long", "beside the stove"),
    "a star": ("It had fallen in the night and was still warm", "at the bottom of the well"),
    "a seed": ("It was small, but a whole tree was asleep in it", "in a crack of the wall"),
    "a drum": ("Its sound could be heard from one end to the other", "under the bed"),
    "a mirror": ("It showed things as they could be", "at the back of the cupboard"),
    "a violin": ("Nobody else knew how to make it sing", "in the attic"),
    "a ring": ("It had belonged to {possessive} family for a hundred years", "in the crumbs under the table"),
    "a crown": ("It was only made of paper, but nobody looked finer in it", "in a box with old hats"),
    "a compass": ("It always showed the way home", "at the foot of the stairs"),
    "a flute": ("When {pronoun} played on it, even the birds listened", "under the roof"),
    "an umbrella": ("No rain had ever come through it", "at the back of the shop"),
    "a painting": ("It showed the house where {pronoun} was born", "behind a curtain"),
    "a candle": ("It burned for a whole winter without getting smaller", "in a drawer of the old desk"),
    "a coin": ("It brought luck to whoever gave it away", "between two stones of the path"),
    "a scarf": ("{Pronoun} had knitted it through a long winter", "on a branch of the pear tree"),
    "a teapot": ("Tea from it tasted of summer", "behind the flour in the pantry"),
    "a necklace": ("It had a stone as green as the sea", "in the hollow of a tree"),
    "a balloon": ("It was yellow and as round as the moon", "high up under the ceiling"),
    "a spoon": ("Soup stirred with it was never burnt", "in the bottom of the basket"),
    "a pearl": ("It had come from the deepest part of the sea", "in an old shoe"),
    "a hat": ("It had a pocket inside for secrets", "on the head of a scarecrow"),
    "a feather": ("It was as light as a thought and wrote by itself", "on the window sill"),
}

TRAITS = "curious brave shy clever patient kind lonely cheerful careful stubborn quiet dreamy".split()
PROBLEMS = ["lost", "found", "stolen", "broken"]
HELPERS = ANIMALS + ["old woman", "child", "stranger", "traveller", "neighbour"]
LESSONS = ["{that a friend is worth more than {thing}|that asking for help is no shame}", "{that the longest way can be the right one|that small steps lead far, too}", "{that what is shared gets bigger|that kindness comes back}",
           "{that nothing is ever quite lost|that it pays to look twice}", "{that courage is being afraid and going on|that one can be brave and small at once}"]

ASKS = ["{tell|write} {me |}a {story|little story|short story|tale|fairy tale} about {who}", "{tell|write} {me |}a {story|little story|short story} about {who} {where}", "{tell|write} {me |}a {story|little story|short story} about {who} and {thing}",
        "{tell|write} {me |}a {story|short story|tale} about {who} who {verb} {thing}", "{can you|could you|please} {tell|write} {me |}a {story|little story} {about|with} {who} and {thing}", "a story about {who}{ please|}", "{I want|I would like} a {story|bedtime story} about {who} {where}",
        "{make up|invent} a {story|tale} {about|with} {who}, {thing} and {helper}", "{write|tell} a {story|tale} that {happens|takes place} {where}", "{a bedtime story|tell me a story|tell me a bedtime story|write a story|a story please|story}", "{tell|write} {me |}a {story|tale} about {thing}"]
HELD_ASKS = ["I'd enjoy hearing a tale in which {who} {verb} {thing}.", "Compose a few lines of fiction: {who}, {thing}, {where}.", "For my kids: something with {who} {where}, if you like.", "Imagine {who} {where} and narrate what happens."]
VERBS = {"lost": "{loses|has lost}", "found": "{finds|discovers}", "stolen": "{misses|has lost}", "broken": "{breaks|must mend}"}


def choice(rng, key):
    return rng.choice(sorted(key))


def plan(rng):
    """What a story is about; p["told"] is what of it the prompt may name."""
    kind = rng.choice([ANIMALS, PEOPLE])
    who = rng.choice(kind)
    female = who in FEMALE if kind is PEOPLE and who in FEMALE | {"king", "boy", "wizard", "knight", "fisherman", "postman"} else rng.random() < 0.5
    p = {"who": who, "animal": kind is ANIMALS, "where": choice(rng, PLACES), "thing": choice(rng, THINGS), "problem": rng.choice(PROBLEMS), "trait": rng.choice(TRAITS),
         "name": rng.choice(NAMES_SHE if female else NAMES_HE), "words": SHE if female else HE}
    p["helper"] = rng.choice([h for h in HELPERS if h != who])
    p["helper_name"] = rng.choice([n for n in NAMES_HE + NAMES_SHE if n != p["name"]])
    p["sight"], p["way"], p["weather"] = PLACES[p["where"]]
    p["why"], p["spot"] = THINGS[p["thing"]]
    return p


def noun(phrase):
    """ "in an old castle" → "castle", "a music box" → "music box" """
    words = phrase.split()
    return " ".join(words[-2:]) if " ".join(words[-2:]) in props.TWO or " ".join(words[-2:]) in props.PLACES_OF_TWO else words[-1]


PLACES_OF = {noun(where): where for where in PLACES}
THINGS_OF = {noun(thing): thing for thing in THINGS}


def adorned(rng, adjectives, word, share):
    """The noun with its article, sometimes with an adjective."""
    if word in props.THE:
        return "the " + word
    return article(rng.choice(adjectives) + " " + word if rng.random() < share else word)


def wider(rng):
    """A plan with many more persons, things and places, each with an adjective and without."""
    while True:
        p = plan(rng)
        if rng.random() < 0.65:
            p["animal"] = rng.random() < 0.45
            p["who"] = who = rng.choice(props.ANIMALS if p["animal"] else props.PEOPLE)
            female = who in props.FEMALE or who not in props.MALE and rng.random() < 0.5
            p["words"], p["name"] = (SHE, rng.choice(NAMES_SHE)) if female else (HE, rng.choice(NAMES_HE))
        if rng.random() < 0.7:
            p["name"] = rng.choice(props.NAMES_SHE if p["words"] == SHE else props.NAMES_HE)
        if rng.random() < 0.5:
            p["trait"] = rng.choice(MORE_TRAITS)
        if rng.random() < 0.25:  # a place from above, but with another adjective or none
            where = rng.choice([w for w in PLACES if w.split()[1] in ("a", "an")])
            p["where"], (p["sight"], p["way"], p["weather"]) = where.split()[0] + " " + adorned(rng, props.ADJECTIVES_OF_PLACES, noun(where), 0.2), PLACES[where]
        elif rng.random() < 0.75:
            preposition, word, kind = rng.choice(ALL_PLACES)
            p["where"], (p["sight"], p["way"], p["weather"]) = preposition + " " + adorned(rng, props.ADJECTIVES_OF_PLACES, word, 0.3), [pick(rng, x) for x in rng.choice(kind)]
        if rng.random() < 0.25:  # the same for things
            thing = choice(rng, THINGS)
            if noun(thing) != "boots":
                p["thing"], (p["why"], p["spot"]) = adorned(rng, props.ADJECTIVES, noun(thing), 0.35), THINGS[thing]
        elif rng.random() < 0.85:
            p["thing"], p["why"], p["spot"] = adorned(rng, props.ADJECTIVES, rng.choice(props.THINGS), 0.35), rng.choice(props.WHY), pick(rng, rng.choice(props.SPOTS))
        if rng.random() < 0.15:
            p["second"] = adorned(rng, props.ADJECTIVES, rng.choice(props.THINGS), 0.2)
        if rng.random() < 0.4:
            p["helper"] = rng.choice(props.ANIMALS + props.PEOPLE)
            p["helper_name"] = rng.choice(props.NAMES_HE + props.NAMES_SHE)
        if p["helper"] in props.FEMALE | {"old woman"}:
            p["helper_name"] = rng.choice(props.NAMES_SHE)
        elif p["helper"] in props.MALE:
            p["helper_name"] = rng.choice(props.NAMES_HE)
        apart = len({p["who"], noun(p["thing"]), noun(p["where"]), p["helper"], noun(p.get("second", "a nothing"))}) == 5
        if apart and p["name"] != p["helper_name"] and not is_held(dict(p, where=PLACES_OF.get(noun(p["where"]), p["where"]), thing=THINGS_OF.get(noun(p["thing"]), p["thing"]))):
            return p


ALL_PLACES = list(props.places())
MORE_TRAITS = "young old sleepy hungry happy sad friendly funny grumpy lazy wise poor rich tired nervous proud gentle honest bold forgetful".split()


def is_held(p):
    """One of so many combinations of who, where and what is in no training text."""
    return zlib.crc32(repr((p["who"], p["where"], p["thing"])).encode()) % 12 == 0


def fill(rng, pattern, p):
    pronoun, possessive, obj = p["words"]
    values = {"second": p.get("second", ""), "second_it": the(p.get("second", "a nothing")), "second_it_": sentence(the(p.get("second", "a nothing"))), "who": article(p["who"]), "where": p["where"], "thing": p["thing"], "helper": article(p["helper"]), "name": p["name"], "verb": VERBS[p["problem"]],
              "pronoun": pronoun, "Pronoun": sentence(pronoun), "possessive": possessive, "object": obj, "it": the(p["thing"]), "creature": p["who"], "trait": p["trait"], "friend": p["helper_name"], "help": p["helper"],
              "way": p["way"], "spot": p["spot"]}
    for key, value in values.items():
        pattern = pattern.replace("{%s}" % key, value)
    return pick(rng, pattern)


def the(thing):
    return "the " + thing.split(" ", 1)[1]


BEGIN = ["{Once upon a time there was|There once was|Long ago there lived|Many years ago there was} %s {creature} {called|named|whose name was} {name}, who lived {where}.", "{name} was %s {creature} and lived {where}.", "{There lived|Once there lived} {where} %s {creature} {called|by the name of} {name}."]
HAD = ["{name} had {thing}. %s.", "{The dearest thing that {name} had was|What {name} loved most was} {thing}. %s."]
LOSE = ["One {morning|evening|windy day|day in autumn} {it} was gone. {name} looked {everywhere|in every corner}, but {pronoun} could not find it.", "But one {morning|day|evening} {name} {woke up|came home} and {it} was not in its place. {Pronoun} searched the whole day, {way}, in vain."]
STEAL = ["One night {somebody|a thief} came and took {it}. In the morning {name} {found|saw} only footprints.", "Then, {on a dark night|while {pronoun} slept}, {it} was stolen. {name} {sat down and was sad|did not know what to do}."]
BREAK = ["One day {it} {fell down|slipped from {possessive} grasp} and was {damaged|broken}. {name} could have cried.", "But then, on a {grey|cold} {day|morning}, {it} broke, and {name} did not know how to mend it."]
FIND = ["One {morning|evening|day} {name} found {thing} {spot}. {Pronoun} had never seen {such a thing|anything like it}, and {pronoun} {wondered|wanted to know} whose it was.", "On a {rainy|bright|quiet} {day|morning} {name} looked {spot}, and there lay {thing}. Whose could it be?"]
MEET = ["{Pronoun} set out {way}, and {after a while|before long|at the first bend} {pronoun} met %s {called|named} {friend}.", "So {pronoun} went {way}. There sat %s whose name was {friend}.", "{Then|Just then} there came %s, {friend} by name."]
TALK = {"lost": ["\"{Why are you so sad|What are you looking for|What is the matter}?\" asked {friend}. \"I have lost {thing},\" said {name}."], "stolen": ["\"{Why are you so sad|What has happened|What is the matter}?\" asked {friend}. \"Somebody has taken {it} from me,\" said {name}."],
        "broken": ["\"{Why are you so sad|What has happened|What is the matter}?\" asked {friend}. \"I have broken {it},\" said {name}, \"and I cannot mend it.\""], "found": ["\"{What do you have there|What is that|What are you carrying}?\" asked {friend}. \"I found {thing} and do not know whose it is,\" said {name}."]}
HELP = {"lost": ["\"{Let us look together|Two see more than one|Four eyes see more than two},\" said {friend}. They {looked|searched} {until evening|all day|until the moon came up}, {way}, and {laughed|talked} a lot on the way."], "stolen": ["\"{Let us follow the footprints|Footprints lead somewhere|Then we shall go and ask for it},\" said {friend}. They followed {them|the trail} {way} {until evening|for hours}, and {friend} {sang|told jokes} so that {name} was not afraid."],
        "broken": ["\"{Two can do what one cannot|Show me|Let us try together},\" said {friend}. {friend} held the pieces, {name} {had the ideas|did the careful work}, and they worked {until evening|until the stars came out}."], "found": ["\"{Then let us ask|Somebody must miss it|Let us find out},\" said {friend}. They asked {everyone they met|at every door}, {way}, and {nobody knew|all shook their heads}."]}
TURN = {"lost": ["At last {name} looked {spot}, and there was {it}! It {had been there all the time|must have been there from the start}."], "stolen": ["At the end of the trail sat a {magpie|young thief|lonely giant} with {it}. \"I only wanted {somebody to come|to look at it once},\" {came the answer|said the thief}, and gave it back."],
        "broken": ["When they were done, {it} was whole again, {and better than before|with only a fine line where it had been broken}."], "found": ["{In the end|At last} {friend} {grew quiet|blushed|smiled}. \"I think it was my grandmother's,\" {friend} said, and showed {an old picture with the same {noun} in it|a drawing of it}. So {name} gave it to {friend} {gladly|at once}."]}
CLOSE = ["From that day {name} and {friend} were {the best of|good} friends{, and they met every evening|}.", "{That evening|In the evening} they {sat together|drank tea|ate warm bread}, and {name} {was happy|had not been so happy for a long time}.", "{They went home|Together they went back} {way}, and {the whole way was full of laughter|even the dark was friendly}."]
LEARN = ["And {name} had learned %s.", "{name} never forgot %s.", "That is how {name} {found out|came to know} %s."]
LAST = ["{The end.|And if they have not gone away, they live {where} still.|And that was that.|}"]


def story(rng, p, short=None):
    """The story of a plan, in four paragraphs; more than half of them are short."""
    short = rng.random() < 0.6 if short is None else short
    say = lambda patterns: fill(rng, rng.choice(patterns), p)  # noqa: E731
    trait = article(p["trait"])
    start = sentence(say([b % trait for b in BEGIN])) + ("" if short else " " + pick(rng, p["sight"]) + ".")
    if not short and rng.random() < 0.5:
        start += " " + pick(rng, p["weather"]) + "."
    problem = p["problem"]
    trouble = {"lost": LOSE, "stolen": STEAL, "broken": BREAK, "found": FIND}[problem]
    if problem != "found":
        start += " " + say([h % p["why"] for h in HAD])
    helper = article(rng.choice(["old", "friendly", "young", "funny", "wise"]) + " " + p["helper"])
    middle = say(trouble) + " " + say([m % helper for m in MEET])
    if "second" in p:
        middle += " " + sentence(say(props.ALSO))
    talk = say(TALK[problem]) + " " + say(HELP[problem])
    turn = say([t.replace("{noun}", p["thing"].split()[-1]) for t in TURN[problem]])
    lesson = rng.choice(LESSONS) if problem != "found" else "{that giving can be better than keeping|that a thing is happiest where it belongs}"
    close, learned, last = say(CLOSE), say([x % lesson for x in LEARN]), say(LAST)
    ending = close + " " + learned if not short else rng.choice([close, learned])
    if "second" in p:
        ending += " " + say(props.ALSO_END)
    return "\n\n".join(sentences(t) for t in (start, middle, talk + " " + turn, (ending + " " + last).strip()))


def sentences(text):
    """The text with a capital after every end of a sentence."""
    out, begin = [], True
    for i, c in enumerate(text):
        out.append(c.upper() if begin and c.isalpha() else c)
        if c.isalpha():
            begin = False
        elif c == " " and i and text[i - 1] in ".!":
            begin = True
    return "".join(out)


def wished(rng, pattern, p):
    """The parts of the plan that a prompt names."""
    return [w for key, w in (("{who}", p["who"]), ("{where}", p["where"].split()[-1]), ("{thing}", p["thing"].split()[-1]), ("{helper}", p["helper"])) if key in pattern]


MORE = ["{another one|one more|another story|tell me another one|more|again|encore|next one|and another|another please|a new one|can I have another|do you have another one|tell me one more}{ please|, please|}{!|.|?|}", "{and|now} {a different one|another}", "{that was nice|lovely|thanks}{, another|, one more|. Another one?| - more}"]
MORE_WITH = ["{and|now|ok, now|and now|next:} {one|a story} {about|with} {who}{ please|}", "{the same with|now with|another one with|one more, about|and what about|how about} {who}{?|}", "{now|and} {one|another one} {about|with} {thing}{ please|}"]
SHORTER = ["{shorter|shorter please|a shorter version|make it shorter|can you make it shorter|too long|that's too long, shorter please|the short version|in short please|a bit shorter|keep it shorter}{!|?|.|}"]
LONGER = ["{longer|longer please|a longer version|make it longer|too short|that's too short|more details please|with more detail|a bit longer|tell it in more detail}{!|?|.|}"]


def new_ask(rng, p):
    """A prompt from props.py, with all that it names in the plan."""
    who = article(p["trait"] + " " + p["who"]) if rng.random() < 0.25 else article(p["who"])
    place = p["where"].split(" ", 1)[1]
    pattern = rng.choice(props.TWO_ASKS if "second" in p else props.ASKS)
    bare = lambda x: x.split(" ", 1)[1]  # noqa: E731
    for key, value in (("$w", who), ("$W", p["who"]), ("$t", p["thing"]), ("$T", bare(p["thing"])), ("$p", place), ("$P", bare(place)), ("$h", article(p["helper"])), ("$s", p.get("second", "")), ("$S", bare(p.get("second", "a nothing")))):
        pattern = pattern.replace(key, value)
    return fill(rng, pattern, p)


def first(rng):
    p = wider(rng)
    if "second" in p or rng.random() < 0.55:
        ask = new_ask(rng, p)
    else:
        ask = fill(rng, rng.choice(ASKS if rng.random() < 0.4 else more.STORY_ASKS), p)
    if ask[-1] not in ".!?":
        ask += rng.choice([".", "", "!"])
    return p, (typed(rng, sentence(ask), True, False), story(rng, p))


def recall(rng, p):
    """A question about the story before."""
    kind = rng.randrange(4)
    if kind == 0:
        return fill(rng, "{what was|what is|tell me} the {creature}'s name{?|}", p), fill(rng, "The {creature} was called {name}.", p)
    if kind == 1:
        return fill(rng, "{who helped|who was the friend of} {name}{?|}", p), fill(rng, "It was {friend}, the {help}.", p)
    if kind == 2:
        return fill(rng, "where did {name} live{?|}", p), fill(rng, "{name} lived {where}.", p)
    return fill(rng, "what {was the story about|is it about}{?|}", p), fill(rng, "It was about {name} the {creature} and {thing}.", p)


def conversation(rng):
    p, turn = first(rng)
    turns = [turn]
    if rng.random() < 0.3:
        turns.append(recall(rng, p))
    r = rng.random()
    if r < 0.12:
        turns = [(turns[0][0], story(rng, p, short=False)), (pick(rng, rng.choice(SHORTER)), story(rng, p, short=True))]
    elif r < 0.16:
        turns = [(turns[0][0], story(rng, p, short=True)), (pick(rng, rng.choice(LONGER)), story(rng, p, short=False))]
    elif r < 0.3:
        p = wider(rng)
        turns.append((pick(rng, rng.choice(MORE)) if rng.random() < 0.5 else fill(rng, rng.choice(MORE_WITH), p), story(rng, p)))
    if rng.random() < 0.2:
        turns.append((pick(rng, "{thanks|thank you|nice|lovely|beautiful|that was nice}{!|.|}"), pick(rng, "{I'm glad you liked it|You're welcome}! {Shall I tell you another one?|Just ask for another one.}")))
    return turns


def questions(rng):
    out, seen = [], set()
    while len(out) < 48:
        p = plan(rng)
        if not is_held(p) or (p["who"], p["where"]) in seen:
            continue
        seen.add((p["who"], p["where"]))
        pattern = (HELD_ASKS + ASKS[1:5])[len(out) % 8]
        out.append({"area": AREA, "kind": p["problem"], "turns": [sentence(fill(rng, pattern, p))], "rubric": {"story": wished(rng, pattern, p)}})
    return out


def check():
    """Stories name what the plan has and leave no pattern unfilled."""
    import random
    rng = random.Random(9)
    for i in range(3000):
        p = plan(rng) if i % 3 == 0 else wider(rng)
        text = story(rng, p)
        ask = new_ask(rng, p)
        assert not set(ask) & set("{}|%$"), ask
        for word in (p["who"], p["name"], p["thing"].split()[-1], p["where"].split()[-1], p["helper"], p.get("second", "").split(" ")[-1]):
            assert word in text, (word, text)
        assert not set(text) & set("{}|%"), text
        assert "  " not in text and 70 <= len(text.split()) <= 320, text
