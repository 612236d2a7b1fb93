"""Questions that only the turn before makes clear: "how do I make one?" means a mixture
after a mixture was explained, a smaller file after quantization was. And, for the same
two topics and for essays, short commands that were taken for something else.

FOLLOWS: topic asked first -> (questions, topic whose answers fit, or answers of their
own). Written from the topics and their answers alone, not from the held-out questions.
"""

_ONE = "{how do I|how can I|how would I|how does one|how to|can I, and how do I}"
_MAKE = "{make|build|create|get|produce|put together}"
_IT = "{it|that|this}"
_END = "{?| myself?| here?| then?|, please?}"
_WHERE = ["{where|and where} {do I|can I} {set|change|find|see|adjust|switch} " + _IT + "{?| here?| in Beyonder?}", "{how|and how} {do I|can I} {set|change|adjust|turn off|switch off|use} " + _IT + "{?| here?}",
          "where is {it|that|the setting|this setting|the slider|that setting}{?| then?}", "{where|how}{?| exactly?| please?}"]
_LOAD = [_ONE + " {load|open|add|use|install|start} {it|one|that|such a file|such a model|this}" + _END, "{and then|what then|what next|what do I do with it|I have it, what now|and when I have it|I downloaded it, what now}{?}"]
_GET = ["{where|from where} {do I|can I} {get|find|download} {one|it|that|such a model|such a file|a good one}{?| from?}", "{where are they|where do they come from|is there a download|can I download it|can you download it|download it how}{?}"]

_SETTINGS = "In the settings: press Ctrl+. {or click the gear at the top right|to open them}. {It holds from the next reply on.|Each setting is explained where it stands.|A change holds from the next reply on.}"
_ADVANCED = "In the settings, under Advanced: press Ctrl+. {or click the gear at the top right|to open them}, then Advanced. {It holds from the next reply on.|Each one is explained where it stands.}"

FOLLOWS = {
    "mixture of experts": [
        ([_ONE + " " + _MAKE + " {one|one of those|one of these|such a thing|such a model|my own|a mixture|one of my own}" + _END, "{can I|could I|may I} " + _MAKE + " {one|my own|such a model}{ myself| with Beyonder| here|}?", "{and|so} {how is one|how are they|how is such a model} {made|built|created|trained}?",
          "{I want|I'd like|let me} {one|to make one|make one|to build one|to have my own|make my own}{.|!|, how?}", "{make|build|create} {one|one for me|me one}{.|!| please|}", "how were you made{ then|}?", "{with which|which|what} {command|tool|program} {makes|builds} {one|them|it}?"], "merge"),
        (["{where|from where} {do I|can I} {get|find|download} {one|such a model|a big one|Beyonder-4x7B-v2}?", "is there one to download?"], "download"),
        (["{which one|which of them|what model} {should I take|is good|do you recommend|runs here}?"], "which model"),
        (["{is it|are they} {faster|slower|better}{?| than a dense model?}"], ["For its size it is fast: only two experts compute for each token. {But all of them must be in memory.|It needs the memory of all of them, though.}"]),
    ],
    "quantization": [
        ([_ONE + " {do|make|use|try|run} {it|that|this|one|so|such a file|a smaller one|a smaller file}" + _END, "{which|what} command {does|is} {it|that}?", "{can I|could I} do {it|that|this} {myself|here|with Beyonder|on my machine}?", "{make|do|show me} {it|one|that}{.|!| please|}"], "how to quantize"),
        (["{which one|which of them|what|which} {should I take|is best|do I need|is good|do you recommend}?"], "which file"),
    ],
    "which file": [(_LOAD, "add a model"), (_GET, "download"), ([_ONE + " {make|produce|create} {one|it|such a file|that myself}?"], "how to quantize")],
    "which model": [(_LOAD, "add a model"), (_GET, "download"), (["{how much memory|how much RAM|how many GB} {does it|do they|would it|does that} {need|take|want}?", "does {it|that} fit{ in my memory| on my laptop|}?"], "memory")],
    "gguf": [(_LOAD, "add a model"), (_GET, "download"), (["{what is in|how do I look into|can I see what is in} {it|one|such a file}?"], "inspect"), ([_ONE + " make {it|one} smaller?"], "how to quantize")],
    "download": [(_LOAD, "add a model"), (["{which one|what|which file} {should I take|do I take|is best|do I need}?"], "which file"), (["{where|in which folder} {is it|does it go|is it kept|does it land}{ then|}?"], "models folder")],
    "only the Starter": [([_ONE + " {get|add|load|use|have} {a bigger one|one|a better one|one of those|the bigger one}?", "{and |}how do I {do that|get one}?", "{okay|ok|fine}, how?"], "add a model"), (["{which one|what|which bigger one|which model} {should I take|is good|do you recommend|would be better}?"], "which model"), (_GET, "download")],
    "who are you": [(["{and |so }what can you do{ for me|}?", "what {are you good at|do you know|can I ask you}?"], "what can you do"), ([_ONE + " {get|add|load|use} {a bigger one|one|a bigger model|a better one}?"], "add a model"), (["how {were you|was that} {made|built}?", _ONE + " make {one|such a model}?"], "merge")],
    "add a model": [(_GET, "download"), (["{which one|what|which model} {should I take|do you recommend|is good|fits}?"], "which model"), (["{how do I|how can I} {switch back|go back to you|change back|switch between them|choose between them}?"], "choose a model")],
    "why slow": [(["{which one|what|which file|which smaller one} {should I take|is faster|is small|do you recommend}{ then|}?"], "which file"), (["{can I|how do I} {measure|test} {it|that|this}?"], "bench"), (["{and |}{does|can|would} {my|a} {graphics card|GPU} help?"], "gpu")],
    "memory": [(["{and |}if it {does not|doesn't} fit?", "{what if|and if} {I have less|it is too big|it does not fit|I don't have that much}?", "{which one|what} {should I take|fits} then?"], "which file")],
    "system prompt": [(_WHERE, ["In the settings, under This conversation: press Ctrl+. {and write it there|and type it there}. It holds from the next reply on."])],
    "presets": [(_WHERE, ["They are at the top of the settings: press Ctrl+. and {choose|pick} one."])],
    "context window": [(["{what happens|and|what} {when|if} {it is full|it's full|that is full|it overflows|I reach the end}?", "{and when it is full|is it cut then|does it forget then}?"], "context policy")],
    "where are my chats": [(["{and |}{can|who can} {anybody|anyone|others|somebody} {read|see} {them|it}?", "{do they|does anything} leave {my computer|the machine}?"], "private"), ([_ONE + " {delete|remove|throw away} {one|them|it}?", "{what if|and if} I delete one?"], "delete and undo")],
    "delete and undo": [(["{how do I|can I|how can I} {get it back|restore it|undo that|undo it|bring it back|get them back}?", "{is it|are they} gone{ for good|}?", "{and if|what if} {it was|that was} a mistake?"], "delete and undo")],
    "new conversation": [([_ONE + " {rename|name} {it|one|the old one}?"], "rename"), ([_ONE + " {delete|remove} {it|the old one|one}?"], "delete and undo"), (["where {is the old one|are the old ones|are they kept}?"], "where are my chats")],
    "imatrix": [([_ONE + " " + _MAKE + " {one|it|such a file|my own}" + _END, "{which|what} command {makes|writes} {one|it}?"], ["{Run|Use} beyonder imatrix TEXT OUT.gguf -m FILE: it reads {a text|a text of your own} with the model and writes the importance matrix. Then beyonder quantize takes it with --imatrix."])],
    "assistants": [([_ONE + " " + _MAKE + " {one|my own|a new one}" + _END, "{can I|could I} " + _MAKE + " {one|my own}?"], ["Press Ctrl+Shift+A {for the list of assistants|to open the assistants} and {make a new one|add one}: a name, a system prompt, settings and perhaps a model."])],
    "merge": [(["{which|what} {models|ones} {can I take|fit|work|go together}?", "{must they|do they have to} {be alike|have the same shape|fit together}?"], ["All models must have the same shape: the same width, layers and heads{, as Mistral models do|}. {They may be GGUF files or safetensors folders.|Fine-tunes of one base fit best.}"]),
              (["{what|and what} {goes|stands|must be} in {the file|the YAML|the configuration|it}?"], "merge"), ([_ONE + " {use|load|open} {it|the result|that} {then|afterwards|}?"], "add a model")],
    "how to quantize": [(["{which|what} type {should I take|is best|is good}?", "{which one|which} is best?"], "which file"), (["what does {it|that} {cost|lose|do}?", "{is|does} {it worse|quality suffer}{ then|}?"], "quantization")],
}
for _name in ("temperature", "top-p", "repeat penalty", "longest reply", "min-p", "seed"):
    FOLLOWS[_name] = [(_WHERE, [_SETTINGS])]
FOLLOWS["top-k"] = [(_WHERE, [_ADVANCED])]

_MIX = "{a mixture of experts|a mixture|mixtures of experts|a MoE|a MoE model|my own mixture|a mixture of four models|my own mixture of experts}"
_NOUNS = "{ants|apples|autumn|bears|birds|boats|bread|bridges|butterflies|castles|cats|cheese|clocks|clouds|coffee|cows|dogs|dolphins|ducks|elephants|fire|fish|flowers|forests|foxes|frogs|gardens|ghosts|gold|honey|horses|ice|islands|kites|lighthouses|lions|mice|mountains|music|owls|penguins|pirates|rabbits|rain|rivers|robots|salt|sheep|ships|snow|spiders|spring|stars|storms|summer|tea|teeth|the desert|the moon|the sea|the sun|the weather|tigers|time|trains|trees|turtles|water|whales|wheels|wind|winter|wolves|worms}"
ASKS = {
    "merge": [_ONE + " {make|build|create|assemble|prepare} " + _MIX + "{?| myself?| of my own?| with Beyonder?| on my computer?}", "{make|build|create|assemble|merge|let's make} {me |us |}" + _MIX + "{!| please|, please|.|}", "{I want|I'd like|I would like|I plan} to {make|build|create|have|try} " + _MIX + "{.| myself|, how?|. How?|}",
              _ONE + " make one{?| myself?| of my own?|}", "{can|could|may|will} {I|you|we|one} {make|build|create} " + _MIX + "{?| here?| for me?}", "{making|building|creating} " + _MIX + "{: how|?|, how does it go|}"],
}
BEYOND = ["{write|write me|please write|can you write|I need|make me|compose|do} {an essay|a report|an article|a paper|a speech|homework|a school essay|a long text|a blog post|a summary} {about|on} " + _NOUNS + "{.| please|?|}", "{essay|report|article|homework|speech}{:| about| on} " + _NOUNS + "{ please|}",
          "{what do you know|tell me facts|give me facts|what are the facts|explain to me something|teach me} about " + _NOUNS + "{?|}",
          "{who|which team|which country|which film} {won|got|lost} the {world cup|Super Bowl|Champions League|Wimbledon final|election|Nobel prize|Oscar|gold medal|Tour de France|marathon} {in|of} {1954|1966|1974|1986|1990|1998|2002|2006|2010|2012|2014|2016|2018|2020|2022|2024}{?|}",
          "{what|which} {happened|was invented|was built|film came out} in {1492|1789|1815|1848|1914|1929|1945|1969|1989|2001|2008|2016}{?|}", "{how many|what number of} {people live|inhabitants are} in {Paris|London|China|Norway|New York|Berlin}{?|}"]
