"""More wordings of the problems of sums.py, and word problems.

$a, $b … are a problem's numbers, in the order of its key; the rest are patterns as
in wording.py.
"""

_ASK = "{what is|what's|whats|what would be|what do you get for|calculate|compute|how much is|how much would be|work out|tell me|give me|find|figure out|solve|determine|evaluate|do you know|can you do|could you work out|I need|I'd like to know|help me with|please calculate|quick:|quick question:|sum:|exercise:|homework:|result of|the result of|}"

ASKS = {
    "add": [
        _ASK + " $a {+|plus|and|added to|and then} $b", "$a{+|+ | +}$b", "{what do|how much do} $a {and|plus} $b {make|give|come to|add up to}", "{add up|add|total|sum up|put together} $a and $b{ for me| please|}",
        "{what's|what is|give me|tell me|find} the {sum|total} of $a and $b", "{if I add|when I add|if you add|adding} $b to $a, {what do I get|what comes out|what is it|what's the result}", "{I have|I've got|there are} $a and {get|add|then} $b more, {how many is that|how much is it|what's the total}",
        "$a plus $b {equals|is|makes|=}{ what| how much| ...|}", "increase $a by $b", "{how much|how many} {do|are} $a and $b {make|together|in total|altogether}",
    ],
    "subtract": [
        _ASK + " $a {-|minus|less|take away} $b", "$a{-|- | - }$b", "{subtract|take|take away|deduct} $b from $a{ please|}", "{what's|what is|give me|find} the difference {between|of} $a and $b", "{how much|what} {is left|remains|is left over} {if|when} {I|you} take $b {from|away from} $a",
        "{if I take|when I take|if you subtract} $b {from|off} $a, {what do I get|what's left|what remains}", "$a minus $b {equals|is|makes|=}{ what| how much|}", "{decrease|reduce|lower} $a by $b", "{how much|how many} more is $a than $b", "{what must I add|how much do I have to add} to $b to get $a", "from $b to $a, {how much is missing|how many is it}",
    ],
    "multiply": [
        _ASK + " $a {×|times|*|x|multiplied by|by} $b", "$a{*|×|x| x | * }$b", "{multiply|take} $a {by|times} $b{ please| for me|}", "{what's|what is|give me|find|compute} the product of $a and $b", "{if I multiply|when you multiply|multiplying} $a by $b, {what do I get|what's the result|what comes out}",
        "$a times $b {equals|is|makes|=}{ what| how much|}", "how much {is|are} $a {groups|lots} of $b", "$a times the number $b",
    ],
    "divide": [
        _ASK + " $a {/|divided by|÷|over|:} $b", "$a{/|÷| : }$b", "divide $a by $b", "{divide|split} $a into $b{ equal| equally large|} parts", "{how often|how many times} does $b {go into|fit into|fit in} $a", "{what's|what is|find|compute} the quotient of $a and $b", "{if I divide|when I divide|dividing} $a by $b, {what do I get|what comes out|what's the result}",
        "$a divided by $b {equals|is|makes|=}{ what| how much|}", "{share|split} $a {among|between} $b",
    ],
    "percent": [
        _ASK + " $a{ %|%| percent| per cent} of $b", "$a{ %|%| percent} {of|from} $b", "{how much|what} {is|are|would be|do I get from} $a{ %|%| percent} of {a total of |the number |}$b", "{take|find|calculate|compute} $a{ %|%| percent} of $b{ please|}",
        "{I have|we have|there are|out of} $b, {give me|I want|I need} $a{ %|%| percent} of {it|them|that}", "{of|out of} $b, {how much is|what is|what's} $a{ %|%| percent}", "{a tip of|the tax is|a fee of|interest of|commission of} $a{ %|%| percent} {on|of} $b, {how much is that|what is that|how much}",
        "{what do|how much do} $a{ %|%| percent} of $b {make|come to}", "{my bill is|the bill is|the dinner was} $b {euros|dollars} and I {want to leave|tip} $a{ %|%| percent}. How much is the tip", "$b {people|pupils|pages|trees|guests}, $a{ %|%| percent} of them {how many|how many is that|are how many}",
    ],
    "cheaper": [
        "{$b minus $a{ %|%| percent}|$b less $a{ %|%| percent}}", "{a|the} {jacket|bag|sofa|watch|dress|printer|ticket|pair of shoes} {for|at} $b {euros|dollars} is $a{ %|%| percent} off. {What do I pay|What's the new price|How much is it now|What will it cost}", "{what's the sale price of|how much do I pay for} something that costs $b with a {discount|rebate} of $a{ %|%| percent}",
        "{reduce|lower|decrease|cut} $b by $a{ %|%| percent}", "{I get|there is|with} $a{ %|%| percent} {discount|off} on $b {euros|dollars}, what {do I pay|is left|is the price}", "{price|original price} $b, discount $a{ %|%| percent}, {new price|what do I pay}", "$b {euros|dollars} with $a{ %|%| percent} off",
    ],
    "dearer": [
        "$b plus $a{ %|%| percent}", "{increase|raise} $b by $a{ %|%| percent}", "{my|the} rent was $b {euros|dollars} and {rises|goes up|went up} by $a{ %|%| percent}. {What is it now|What do I pay now|How much is that}", "{a|the} price of $b {rises|goes up|is raised} by $a{ %|%| percent}, what is {the new price|it then}",
        "{salary|a wage} of $b {grows by|plus} $a{ %|%| percent}, {what is it now|how much is that}", "$b {euros|dollars} plus $a{ %|%| percent} {tax|tip|VAT}, {how much in all|what's the total|what do I pay}",
    ],
    "convert": [
        _ASK + " $a $b in $c", "{how many|how much} $c {are in|make|is|are there in|do I get from} $a $b", "{convert|turn|change|express|give} $a $b {to|into|in|as} $c{ please|}", "$a $b {to|into|as|=} $c", "$a $b, {how many $c|how much in $c|that in $c}", "{I have|it says|the label says|it takes} $a $b, {what is that|how much is that|how many is that} in $c", "{I need|please give me} $a $b in $c",
    ],
    "celsius": [_ASK + " $a {°C|degrees Celsius|degrees C|Celsius|C} {in|to} {°F|Fahrenheit|degrees Fahrenheit|F}", "{it's|it is} $a {°C|degrees Celsius} {outside|here|today}, {what is that in|how much in} {°F|Fahrenheit}", "{how many|how much} {degrees |}Fahrenheit {is|are} $a {degrees |}Celsius", "$a{°C| C| celsius} {to|in|into} {fahrenheit|F}"],
    "fahrenheit": [_ASK + " $a {°F|degrees Fahrenheit|degrees F|Fahrenheit|F} {in|to} {°C|Celsius|degrees Celsius|C}", "{it's|it is} $a {°F|degrees Fahrenheit} {outside|here|today}, {what is that in|how much in} {°C|Celsius}", "{how many|how much} {degrees |}Celsius {is|are} $a {degrees |}Fahrenheit", "the {oven|recipe} says $a {°F|degrees Fahrenheit}, {what is that in|how much in} {°C|Celsius}"],
    "average": ["{average|mean} of $list", "{the|my} {grades|scores|points|temperatures|numbers} {are|were} $list. {What's the average|What is the mean|Average|How much is that on average}", "{find|give me|compute|determine|I need} the {average|mean|mean value} of {these numbers: |}$list", "{what do|how much do} $list {make|come to} on average", "on average, {how much are|what is} $list", "$list - {average|mean}"],
}

# Parts of word problems, put together in all ways.
PARTS = {
    "{SETUP}": "{$who {has|had|owns|owned|keeps|counted|carries|bought|made|brought} $a $what|There {are|were} $a $what {in the box|on the table|in the garden|in the shop|in stock|on the shelf|in the basket|in the room|at the start|}|{I|We} {have|had|own|counted|bought|made|brought|started with|got} $a $what|{A|The} {shop|school|farmer|baker|museum|library|box|basket} {has|had|holds} $a $what|$a $what {are|were} {there|here|on my desk|in a bag}|At first {there were|I had} $a $what}",
    "{EVENT_MORE}": "{{then |later |now |after lunch |}{another|a further|} $b {more |}{are added|arrive|come in|are delivered|are found|turn up|join them}|{then |later |now |}{a friend|my aunt|$other|somebody|the neighbour} {brings|gives us|adds|puts in|sends|donates} {another |}$b{ more|}|{then |later |}{I|we|they} {get|find|buy|add|receive|pick} {another |}$b{ more|}|$b {come|are put} on top}",
    "{EVENT_LESS}": "{{then |later |now |during the night |}$b {of them |}{are gone|are sold|get lost|break|are eaten|are taken|are missing|disappear|are given away|fall down}|{then |later |}{I|we|they} {sell|lose|use|eat|give away|need|take out|throw away|lend} $b{ of them|}|{then |later |}{a friend|$other|somebody|the dog} {takes|borrows|buys|eats|loses} $b{ of them|}}",
    "{TOTAL}": "{how many {are there|are there now|is that|is it|does that make|are there altogether|are there in the end}|{the total is|the sum is|together that is|in all that makes|so altogether}|what's the total{ now|}|how many $what {now|then|in the end|altogether|in total|does that make}|how large is the number now}",
    "{REST}": "{how many {are left|remain|are there now|stay|are still there|are left over|is that now|does that leave}|what {is left|remains|is the rest}|{the rest is|so there are|left over}|how many $what {are left|remain|now|are still there}}",
    "{EACH}": "{{There are|I see|We have|I bought|$who packs|Somebody left} $a {boxes|bags|shelves|baskets|rows|packets|crates|jars|piles|tables}{,| and| and there are|, with} $b $what {in each|in every one|each|per piece}|{Each|Every} of {my|the|our} $a {friends|children|guests|boxes|bags|cousins} {has|gets|holds|brings|takes} $b $what|$a times {I buy|we get|they bring|a box with|a bag of} $b $what|$a {bags|packs|boxes} {with|of|holding} $b $what each}",
    "{ALL}": "{how many $what {are there|is that|in all|altogether|in total|do I have|are needed}|how many {is that|are there}{ in all| in total| altogether|}|{total number|what's the total|all in all how many|together}}",
    "{TO_SHARE}": "{$a $what {for|are for|go to|among|are divided among|must be split between|are handed to} $b {children|friends|people|guests|pupils|cousins}|{I|we} {want to|have to|will|must} {split|share|divide|hand out} $a $what {between|among} $b {children|friends|people|guests|cousins}|$b {of us|people|friends|kids} {share|split|divide} $a $what {fairly|equally|evenly|}}",
    "{EVERY}": "{how many {for each|does each get|per head|does everyone get|does each one have|is that each|per person}|{each one gets|everyone gets|per person that is}|what is {the share of each|each one's share|one share}}",
}

# (kind, pattern, unit): $a and $b are numbers, $who and $other names, $what things.
WORDS = [
    ("has more", "{SETUP}. {EVENT_MORE}. {TOTAL}?", "$what"), ("has more", "{SETUP} and {EVENT_MORE}, {TOTAL}?", "$what"), ("has more", "{SETUP}. {EVENT_MORE}. {TOTAL}?", "$what"),
    ("has less", "{SETUP}. {EVENT_LESS}. {REST}?", "$what"), ("has less", "{SETUP} and {EVENT_LESS}, {REST}?", "$what"), ("has less", "{SETUP}, {EVENT_LESS}. {REST}?", "$what"),
    ("boxes", "{EACH}. {ALL}?", "$what"), ("boxes", "{EACH}, {ALL}?", "$what"), ("share", "{TO_SHARE}. {EVERY}?", "$what"), ("share", "{TO_SHARE}, {EVERY}?", "$what"),
    ("has more", "$who {has|owns|collected|picked} $a $what and {her|his} {mother|friend|uncle|sister} {gives|brings|sends} $b more. {How many $what are there now|How many are there now|How many in total}?", "$what"),
    ("has more", "{I have|I've got|I own} $a $what. {I buy|I get|I find|My friend gives me} {another|} $b{ more|}. How many {$what |}{do I have|have I got}{ now| in total| altogether|}?", "$what"),
    ("has more", "{In|On} the {first|left|big} {box|shelf|bag} there are $a $what, {in|on} the {second|right|small} one $b. How many {are there |}{together|in all|in total|altogether}?", "$what"),
    ("has more", "{Yesterday|On Monday|In the morning} {I|we|$who} {read|wrote|printed} $a pages, {today|on Tuesday|in the afternoon} $b. How many pages is that{ in total| altogether|}?", "pages"),
    ("has more", "A bus has $a passengers. At the {stop|station} $b {more |}get on. How many {passengers |}are {on the bus|in the bus} now?", "passengers"),
    ("has more", "{$who is|My cousin is|I am} $a years old. How old {will {he|she|I} be|is that} in $b years?", "years"),
    ("has more", "{The|A} {shirt|lamp|meal} costs $a {euros|dollars} and the {shoes|chair|drink} $b. {What do they cost together|How much is that in all|What do I pay for both}?", ""),
    ("has more", "{In|At} a school there are $a girls and $b boys. How many {children|pupils|kids} {are there|is that}{ in all|}?", "children"),
    ("has more", "{We drove|The hikers walked|A truck drives} $a km before lunch and $b km after{ it| lunch|}. How {far|many km} is that {in all|altogether|in total}?", "km"),
    ("has less", "$who {has|had} $a $what and {gives|gave|hands} $b {of them |}to $other. How many {$what |}{are left|remain|does $who have left|does $who still have}?", "$what"),
    ("has less", "{I have|I had|There were} $a $what, {I ate|I sold|I lost|I gave away|we used} $b{ of them|}. {How many are left|What is left|How many remain|How many do I have left}?", "$what"),
    ("has less", "{I pay|$who pays|We pay} with {a note of |}$a {euros|dollars} for {something|a thing|a meal} that costs $b. How much {change|money} {comes|is there|do I get} back?", ""),
    ("has less", "{A book has|My novel has} $a pages, {I have read|I'm on page|$who has read} $b. How many {pages |}are left?", "pages"),
    ("has less", "{$who is|I am} $a{ years old|} and {my brother|$other} is $b. {How much older am I|What is the difference|How many years lie between us}?", "years"),
    ("has less", "{I need|A bike costs|The game costs} $a {euros|dollars}, {I have|I've saved|so far I have} $b. How much {is missing|more do I need|do I still need}?", ""),
    ("has less", "$a {people|guests|passengers} {are on the train|came to the party|sit in the hall}, $b {get off|leave|go home}. How many {stay|are left|remain}?", ""),
    ("has less", "{A rope|A board|A ribbon} is $a {m|cm} long, {I cut off|$who cuts off} $b. How long is {the rest|what is left|it now}?", ""),
    ("has less", "{How many more|How many} $what {does|must} $who {need|get} to have $a if {he|she} has $b?", "$what"),
    ("boxes", "{There are|We have|I see} $a {rows|tables|shelves|crates|packets|trays} {with|of} $b $what {each|in each|on each}. {How many $what is that|How many in total|How many $what are there}?", "$what"),
    ("boxes", "{One|A} {ticket|book|pizza|ball|cup} costs $b {euros|dollars}. {What do|How much do|How much are} $a {of them |}{cost}?", ""),
    ("boxes", "{I buy|$who buys} $a {tickets|notebooks|plants|cakes} {for|at} $b {euros|dollars} {each|apiece}. {What does it cost|How much is that|What's the total|How much do I pay}?", ""),
    ("boxes", "{I save|$who saves|We put aside} $b {euros|dollars} {a|every|each} {week|month|day}. How much {is it|is that|do I have|money is it} after $a {weeks|months|days}?", ""),
    ("boxes", "{A|One} {box|bag|carton} {holds|has} $b $what. How many {$what |}{are in|do I get from|fit in} $a {boxes|bags|cartons}?", "$what"),
    ("boxes", "{Each|Every} {child|guest|person} {gets|eats|takes} $b $what. How many {$what |}{do I need|are needed|does it take} for $a {children|guests|people}?", "$what"),
    ("boxes", "{I walk|$who runs|We cycle} $b km {every day|each day|a day}. How {far|many km} is that in $a days?", "km"),
    ("boxes", "{A|The} {hall|cinema|theatre|bus} has $a rows {of|with} $b seats. How many {is that|are there|in total}?", ""),
    ("boxes", "{$who earns|I earn|They pay} $b {euros|dollars} an hour. {How much is that|What do I get} for $a hours?", ""),
    ("boxes", "{What's|What is|Find} the area of a {rectangle|room|garden} {of $a by $b m|that is $a m long and $b m wide}?", "m²"),
    ("share", "{We|They|$who and {his|her} friends} share $a $what. {There are|We are|They are} $b {people|of us|children}. How many {does each get|for each|per person}?", "$what"),
    ("share", "{How many|What number of} $what {does each get|for each} if $a are {divided|split|shared} among $b{ people| kids|}?", "$what"),
    ("share", "$b {friends|people|colleagues} {split|share} a bill of $a {euros|dollars}. {What does each pay|How much for each|How much does each one pay}?", ""),
    ("share", "{I pack|$who packs|We put} $a $what into {bags|boxes|packs} of $b. How many {bags|boxes|packs} {is that|do I need|are needed|do I get}?", ""),
    ("share", "{A|The} book has $a pages and I read $b {a day|every day|each day}. {How many days do I need|How long does it take|When am I done}?", "days"),
    ("share", "$b {tickets|apples|pens} cost $a {euros|dollars}. {What does one cost|How much is one|What is the price of one}?", ""),
    ("share", "{A|The} {train|car|ship} {covers|drives|makes} $a km in $b hours. {How fast is it|What is its speed|How many km is that in an hour}?", "km"),
    ("share", "$a {pupils|players|children} {form|make|build} {groups|teams} of $b. How many {groups|teams} {are there|is that}?", ""),
    ("share", "{I want to save|I need|The phone costs} $a {euros|dollars} and {I put aside|I can save} $b {a|every} {week|month}. How {long|many {weeks|months}} {does it take|do I need}?", ""),
    ("speed", "{I drive|$who drives|We ride|A bike goes} {at |}$a km {an|per} hour. {How far|How many km} {is it|is that|do we get} in $b hours?", "km"),
    ("speed", "{How far|What distance} {does|will} {a|the} {train|plane|boat|truck} {go|travel|get} in $b hours at $a km{/h| per hour| an hour}?", "km"),
]
