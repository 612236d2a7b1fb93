"""What people say beside the question: sentences that the answer does not depend on,
and words that fill a sentence."""

ASIDES = [
    "{My|Our|The neighbour's|Grandma's} {cat|dog|daughter|son|boss|brother|sister|teacher|husband|wife|friend|uncle|baby|parrot} {is|was} {asleep|hungry|waiting|in the garden|at work|on the phone|ill|singing|late|beside me|in a hurry}.",
    "{I|We} {just|finally|only|} {came home|had lunch|woke up|got up|sat down|came back from work|finished the dishes|made tea|moved house|bought this machine|opened the window|had a long day|missed the bus}.", "{It is|It's} {late|early|Monday|Friday|raining|snowing|sunny|cold here|very hot|winter|almost noon|nearly midnight|my break|the weekend}.",
    "{I|We} {don't|do not} have much {time|patience|experience|sleep|light here}.", "{I|We} {promised|told} {my son|the kids|a colleague|my mother|the boss|grandpa} {an answer|to ask|to find out|I'd try}.", "{I'm|I am} {on the train|in the kitchen|in bed|at school|at the office|in a café|sitting in the dark|preparing for tomorrow|a bit lost|tired|curious}.",
    "{This|That} {has bothered me all day|came up at dinner|is for a friend|is important to me|is for school|should be easy for you|is a small thing|may be an odd question|is the last thing for today}.", "{Yesterday|This morning|Last week|An hour ago} {I tried it myself|a colleague asked me|I read about it|we talked about it|I had another computer|nothing worked|I was at the sea}.",
    "{You seem|I hear you are|They say you are} {clever|patient|fast|nice|good at this|the right one to ask}.", "{I hope|hoping} {you can help|this is the right place|it isn't too much|you know}.",
]
AFTER = ["{That's|That is} {all I need|what I want|it|my question|what they want from me}.", "{I|We} {would be glad|need it soon|have been trying for an hour|have no idea|couldn't find it anywhere|will be back in a minute}.", "{My|Our} {boss|teacher|son|daughter|neighbour} {is waiting|wants to know|will be happy|asked for it}.", "{It's|It is} {for tomorrow|urgent|not urgent|for school|for fun|a bet|for my homework}.", "{What do you say|Any idea|Can you do that|Do you know|Possible|Okay}?"]
FILLERS = "just actually maybe perhaps basically somehow really like well simply quite kindly again ehm uh possibly exactly honestly".split()
