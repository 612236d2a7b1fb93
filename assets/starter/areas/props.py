"""What more stories are about: persons, animals, things, places and names, each for
itself and with adjectives.
"""

ANIMALS = """rat hare deer horse donkey sheep pig calf kitten puppy hen rooster chicken duckling gosling piglet camel giraffe zebra hippo rhino kangaroo koala panda gorilla crocodile snake dinosaur dragonfly butterfly moth ant
 cricket grasshopper firefly ladybird caterpillar worm crab lobster octopus dolphin shark seal walrus goldfish salmon jellyfish starfish seagull pelican stork heron robin magpie pigeon peacock eagle falcon woodpecker bat mouse fox
 wolf bear owl rabbit squirrel cat dog frog toad turtle unicorn reindeer moose bison llama sloth raccoon skunk weasel marten badger beaver hedgehog mole hamster parrot penguin tiger lion elephant whale snail spider bee goose""".split()
PEOPLE = ["boy", "girl", "child", "man", "woman", "grandfather", "grandmother", "aunt", "uncle", "mother", "father", "brother", "sister", "king", "queen", "prince", "princess", "knight", "pirate", "wizard", "witch", "fairy", "elf", "goblin", "troll", "giant", "dwarf", "dragon", "ghost", "vampire", "monster", "snowman", "scarecrow", "robot",
          "mermaid", "sailor", "captain", "fisherman", "astronaut", "pilot", "driver", "bus driver", "train driver", "mechanic", "engineer", "inventor", "scientist", "professor", "teacher", "pupil", "student", "doctor", "nurse", "dentist", "vet", "baker", "cook", "chef", "waiter", "butcher", "farmer", "gardener", "shepherd", "miller", "hunter", "woodcutter", "carpenter",
          "blacksmith", "tailor", "shoemaker", "clockmaker", "jeweller", "potter", "painter", "sculptor", "singer", "dancer", "drummer", "violinist", "pianist", "musician", "clown", "magician", "juggler", "acrobat", "poet", "writer", "librarian", "bookseller", "shopkeeper", "merchant", "postman", "policeman", "fireman", "detective", "judge", "lawyer", "mayor", "guard", "soldier", "spy",
          "thief", "beggar", "hermit", "monk", "nun", "explorer", "traveller", "tourist", "neighbour", "twin", "orphan", "lighthouse keeper", "beekeeper", "night watchman", "stranger", "programmer", "gamer", "skater", "swimmer", "runner", "football player", "photographer", "journalist", "hairdresser", "cleaner", "weaver", "chimney sweep"]
FEMALE = {"girl", "woman", "grandmother", "aunt", "mother", "sister", "queen", "princess", "witch", "fairy", "mermaid", "nun"}
MALE = {"boy", "man", "grandfather", "uncle", "father", "brother", "king", "prince", "knight", "wizard", "fisherman", "postman", "policeman", "fireman", "snowman", "monk", "night watchman"}

NAMES_HE = "Adam Albert Alex Anders Arthur Ben Carl Charlie Christian Daniel David Dennis Emil Eric Fabian Finn Frank Fred George Gustav Hans Harry Henry Hugo Ivan Jack Jacob Jan Joe John Jonas Julian Karl Leo Leon Lars Louis Lucas Mark Martin Max Michael Nick Noah Oliver Oscar Paul Peter Philip Ralph Robert Robin Sam Simon Stefan Thomas Tim Tom Victor Walter Will".split()
NAMES_SHE = "Ada Alice Amy Anna Annie Bella Betty Carla Carol Clara Daisy Diana Dora Ella Ellen Emily Emma Eva Fiona Frida Gina Grace Hannah Heidi Helen Ida Ines Jane Jenny Jill Julia Kate Laura Lena Lily Lina Lisa Lola Lucy Maria Marie Mary Maya Mia Nina Olga Olivia Paula Polly Rosa Rose Ruby Ruth Sally Sara Sophie Susan Tina Vera Zoe".split()

# Things that can be carried, and hidden in a corner.
THINGS = """key letter lantern map kite bell clock button book star seed drum mirror violin ring crown compass flute umbrella painting candle coin scarf teapot necklace balloon spoon pearl hat feather ball box bottle cup plate bowl jug jar pot pan knife fork basket bag sack suitcase backpack purse wallet chest parcel
 cake pie cookie apple pear peach plum lemon orange cherry pumpkin carrot onion potato egg loaf cheese sandwich muffin pancake pizza chocolate sweet nut acorn chestnut mushroom berry flower rose tulip daisy sunflower leaf branch stick stone pebble shell crystal diamond ruby emerald gem
 doll teddy puppet toy puzzle top marble die card chessboard rocket whistle trumpet guitar harp horn accordion piano radio telephone phone camera telescope microscope magnet watch alarm clock lamp torch flashlight bulb battery screw nail hammer saw axe shovel rake broom bucket rope ladder needle thread thimble
 coat jacket dress shirt sweater sock shoe boot slipper glove mitten cap helmet mask cape cloak belt ribbon handkerchief blanket pillow quilt carpet curtain towel chair stool table desk bench cradle drawer pen pencil brush crayon notebook diary newspaper postcard stamp ticket envelope poem recipe song sheet riddle photograph picture drawing statue vase
 sword shield arrow bow wand potion spell amulet anchor oar paddle sail net raft boat ship wagon cart sledge sled skate ski bicycle bike scooter skateboard wheel engine spring gear robot computer calculator laptop snow globe hourglass music box treasure medal trophy flag banner badge necktie comb hairpin toothbrush soap sponge kettle thermos
 fishing rod birdhouse bird cage nest bone collar leash saddle horseshoe pinecone honey pot jam jar message lullaby dream shadow snowball snowflake raindrop bubble cloud rainbow moonstone sundial weathervane pocket watch paper boat paper plane""".split("\n")
TWO = {"alarm clock", "snow globe", "music box", "fishing rod", "bird cage", "honey pot", "jam jar", "pocket watch", "paper boat", "paper plane", "song sheet"}
_words = " ".join(THINGS)
for _w in TWO:
    _words = _words.replace(_w, _w.replace(" ", "_"))
NOT_LOST = {"dream", "shadow", "snowball", "snowflake", "raindrop", "bubble", "cloud", "rainbow", "lullaby", "riddle", "spell", "cheese", "chocolate", "soap", "thread", "honey", "ski", "die", "top", "spring", "gear", "gem"}
THINGS = sorted({w.replace("_", " ") for w in _words.split()} - NOT_LOST)
ADJECTIVES = "little old new golden silver red blue green yellow white black tiny big magic strange beautiful precious shiny wooden forgotten secret mysterious broken heavy simple special famous ancient purple striped".split()
ADJECTIVES.remove("broken")

WHY = ["{Pronoun} had got it from {possessive} {grandmother|grandfather|oldest friend}", "{Nobody else had one like it|There was no other like it}", "It was not worth much, but {pronoun} loved it {more than anything|dearly}", "{Pronoun} took it along wherever {pronoun} went", "{Pronoun} {kept|guarded} it like a treasure", "It reminded {object} of {home|a happy summer|a good friend}",
       "{Every evening|Every morning} {pronoun} looked at it and smiled", "It had been a present for {possessive} birthday", "{Pronoun} had {saved|waited} a whole year for it", "{Some said|People said} that it brought luck", "{Pronoun} had made it with {possessive} own hands"]
SPOTS = ["{under|behind} {the stairs|an old bench|a fallen tree|a heap of leaves}", "behind {the door|the stove|a curtain|the clock|a big stone|the hedge}", "in {a hollow tree|an old basket|a dark corner|the tall grass|a cracked pot|an empty barrel|a nest of leaves}", "under {the bed|a blanket|a bush|a flat stone|the table|the bridge}", "{at the foot of|beside} {an old wall|the stairs|the oldest tree}", "in the {attic|cellar|shed|hay}"]

# noun: (how one is there, what else is there)
OUT = [("{The grass was high|The sun was warm|The air was fresh}, and {birds sang|bees hummed|butterflies danced} {all around|from morning to evening}", "{along the path|through the tall grass|over the hill|down the narrow path}", "{The wind was mild|Clouds sailed across the sky|It had just rained}"),
       ("{There was much to see|There was always something to see} {there|in every season}, and {few|not many} people came by", "{along the winding path|past the old wall|past the big stones}", "{The morning was bright|The evening was quiet|The sky was clear}")]
INSIDE = [("{It smelled of|There was a smell of} {wood and wax|dust and old times|tea and warm bread}, and {every sound had an echo|the floor creaked}", "{from room to room|down the stairs|from one corner to the next}", "{Rain beat on the window|Light fell through the window|It was warm and quiet}"),
          ("{There were many doors|There were many corners}, and {nobody knew them all|behind each of them was something new}", "{through all the rooms|along the walls|past the many doors}", "{It was late in the day|It was early in the morning|The lamps were lit}")]
WET = [("{The water was clear|The water glittered}, and {one could hear the waves|fish jumped now and then}", "{along the water|along the shore|from one side to the other}", "{A light wind blew|Mist lay on the water|The sun stood low}")]
FAR = [("{Everything was strange and silent there|Nobody had ever been there before}, and {the stars were near|the light was silver}", "{through the silence|under the stars}", "{The stars were out|It was a night without end}")]

PLACES = {
    "in": [("castle palace cottage hut barn tower church school museum theatre cinema hotel hospital kitchen bakery bookshop toy shop workshop factory shop inn mill library attic cellar treehouse tent house mansion temple prison office station airport supermarket train restaurant café garage", INSIDE), ("forest wood meadow garden orchard park village town city market valley field jungle swamp zoo cave canyon vineyard playground graveyard maze kingdom desert street harbour", OUT), ("spaceship galaxy", FAR), ("submarine", INSIDE)],
    "on": [("hill mountain farm bridge roof cliff rooftop balcony volcano glacier meadow playground road", OUT), ("island beach ship boat raft iceberg", WET), ("planet moon star", FAR)],
    "by": [("river lake pond sea stream waterfall well fountain canal", WET)], "at": [("market school harbour station lake fair circus zoo seaside inn", OUT)], "under": [("bridge tree roof waterfall", OUT)],
    "near": [("castle forest river lake village lighthouse mountain windmill volcano waterfall school railway", OUT)], "beside": [("lake river road well", OUT)],
}
PLACES_OF_TWO = {"toy shop", "railway station"}
ADJECTIVES_OF_PLACES = "old big small little dark quiet lonely beautiful strange green famous forgotten magic ruined haunted".split()


def places():
    """(preposition, noun, its kind) of all."""
    for preposition, groups in PLACES.items():
        for nouns, kind in groups:
            for noun in nouns.replace("toy shop", "toy_shop").split():
                yield preposition, noun.replace("_", " "), kind


THE = {"moon", "sea", "seaside", "railway"}  # there is one of it

# Sentences about a second thing: {second} with its article, {second_it} with "the".
ALSO = ["{Pronoun} took {second} along, too, for one never knows.", "In {possessive} bag {pronoun} carried {second}.", "{Pronoun} had {second} with {object} as well.", "Beside {object} lay {second}."]
ALSO_END = ["And {second_it}? That {pronoun} gave to {friend} as a present.", "{name} never went anywhere without {second_it} again.", "{second_it_} got a place of honour on the shelf.", "{second_it_} had been of use, too."]

# $w, $t, $p, $h: who, thing, place and helper with articles; without one in capitals.
ASKS = [
    "{tell|write|make up|give} me a {story|tale|short story|bedtime story} {with|about|featuring} {$w, $t and $p|$w and $t|$w, $p and $t|$t, $w and $p|$w|$t and $p}", "{a|one} {story|tale} {with|about} {$w, $t and $p|$w and $t|$w|$t}{ in it|, please|}", "{I need|I want|I'd love|I would like|can I have|could I get|may I have} a {story|tale|bedtime story|little story} {with|about|that has} {$w, $t and $p|$w and $t|$w and $p|$t and $p|$t|$w}{ in it|}",
    "{story|tale|short story|bedtime story}{:| about| with} {$W, $T, $P|$W, $T|$W and $T|$T, $P|$W + $T + $P|$W $T $P}", "{write|make|tell} a {story|tale} {using|from|out of|with} {the words|these words|these three words|these things|the following}: {$W, $T, $P|$T, $P, $W|$T, $W, $P}", "{use|take} the words {$W, $T and $P|$W and $T} {in|for} a {story|tale|little story}",
    "{$w|$w named {name}|$w called {name}} {where} {with $t|who has $t|who {verb} $t}{, please| - a story|. Tell it.|: tell me that story|}", "{tell|write} {me |us |}about {$w named {name}|$w called {name}|a certain {name}, $w,} {and $t|and $p|who {verb} $t|{where}}", "{tell|write} {me |us |}{a story|a tale|something} {where|in which} {$w {verb} $t {where}|$w meets $h|$w and $h look for $t|$t {gets lost|is found|is important}}",
    "{story|tale} of {$w and $h|$w and $t|$t}{ {where}|}{, please|}", "{can you|could you|will you|would you} {tell|write|invent|make up|think of|come up with} {me |us |}{something|a story|a tale|a short story|one} {with|about} {$w and $t|$t|$w {where}|$w, $h and $t}", "{it should have|it has to have|I want it to have|include|please include|there should be|don't forget} {$w, $t and $p|$w and $t|$t and $p}{ in it|}. {A story, please.|Now write.|Tell a story.|Write the story.}",
    "{my kid|my daughter|my son|my niece|our little one|the boy|grandma} {wants|would like|asks for|begs for} {a story|a tale|one} {about|with} {$w and $t|$t|$w {where}|$w and $h|$w}", "{we|I} {like|love} {stories|tales} {about|with} {$w and $t|$t|$W and $T}{. Tell one.|, tell one|. Do you know one?|, can you make one}", "{setting|place|where}: {$p|$P}. {hero|character|who}: {$w|$W}. {object|thing|item}: {$t|$T}.",
    "{what if|suppose} {$w {verb} $t {where}|$w found $t|$w had $t|$w met $h {where}}? {Tell me a story.|Write it.|Make a story of that.}", "{$w|$w {where}} {loses|lost|finds|found|is looking for|looks for|searches for|hides|needs} $t{. Write the story.|, tell me that|...| - story please|}", "{let's hear|we want} {a story|a tale|one} about {$w and {his|her|its} $T|$w with $t|$w and $h}",
    "{my|our} {daughter|son|kid|niece|grandson|little sister|class}{'s|'s} favourite {animal|figure|hero} is $w. {Can you|Could you|Please} {make up|tell|invent|write} {a story|one|something} for {her|him|them|us}{?|, please.|.}", "{I|we|my kids} {want|would like|would love|feel like} {to read|to hear|reading|hearing|to listen to} {something |a story |a tale |}about {$w|$w and $t|$w {where}|$w and $h}", "{there is|there was|here comes|imagine} $w{ {where}|}{. Tell me about it.|. What happens?|, and then?|. Go on.}", "{a very short|a nice|a sweet|a calm|an exciting|a mysterious|a happy|a sad} {story|tale} {about|with} {$w and $t|$w {where}|$t|$w|$w, $h and $t}", "{entertain me|distract me|I'm bored|I can't sleep|cheer me up}{:|,|.} {a story|tell me one|a tale} {about|with} {$w and $t|$t and $p|$w|$w {where}}", "{how about|what about|why not} {a story|something|a tale} {with|about} {$w and $t|$w, $t and $p|$t {where}|$h and $w}",
    "{once|once upon a time} {$w|$w called {name}} {lived|was} {where}{ and had $t|}{. Go on.|... continue|. And then?|. What happened?|}", "{about|of} {$w and $t|$w {where}}{, a story| please, a story|: story}", "{fairy tale|fable|legend|adventure} {about|with|of} {$w and $t|$w|$t|$w {where}}", "{create|produce|think up|come up with|dream up} {a story|a tale|an adventure|a short story} {about|with|around|on} {$w and $t|$w, $t and $p|$t|$w}",
    "{the story|a story} {should be|must be|has to be} about {$w|$t|$w and $t}, {where}", "{please|pls} {story|write story|tell story} {about|with} {$w|$W} and {$t|$T}", "{something|anything} {about|with} {$t|$w and $t|$w, $t and $p}{ for the kids| to fall asleep| for bedtime|, short please|}",
]

# With a second thing, $s and $S.
TWO_ASKS = [
    "{tell|write|make up|give} me a {story|tale|short story|bedtime story} {with|about|featuring} {$w, $t and $s|$t and $s|$s and $t|$w, $s and $t|$w with $t and $s}", "{a|one} {story|tale} {with|about} {$w, $t and $s|$t and $s|$s and $t}{ in it|, please|}", "{I need|I want|I'd love|can I have|could I get} a {story|tale|bedtime story} {with|about|that has} {$w, $t and $s|$t and $s}{ in it|}",
    "{story|tale|short story}{:| about| with} {$W, $T, $S|$W, $S and $T|$T, $S|$W + $T + $S|$W $T $S}", "{write|make|tell} a {story|tale} {using|from|with} {the words|these words|these three words|the following}: {$W, $T, $S|$T, $S, $W|$S, $T, $P}", "{use|take} the words {$W, $T and $S|$T and $S} {in|for} a {story|tale}",
    "{it should have|it has to have|please include|there should be|don't forget} {$w, $t and $s|$t and $s}{ in it|}. {A story, please.|Now write.|Tell a story.|Write the story.}", "{can you|could you|will you} {tell|write|invent|make up} {a story|a tale|one} {with|about} {$w {where} with $t and $s|$w, $t and $s|$t, $s and $w {where}}", "{we|the kids|I} {like|love|want} {stories|a story|tales} {about|with} {$t and $s|$w, $t and $s}{. Tell one.|, tell one|. Please!|}",
    "{something|a tale|a story} {where|in which} $w {has|owns|needs} {$t and $s|$s and $t}{, {where}|}{, please|}",
]
