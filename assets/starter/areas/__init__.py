"""The four areas of the Starter's training text, each a module of its own.

A conversation is a list of (question, answer) pairs. Every module has

    AREA                       its name
    conversation(rng)          one conversation; problems that are held out never
                               occur, wordings that are the corpus builder sorts out
    questions(rng)             the held-out questions: dicts as score.py reads them
    check()                    fails if a text of the area is not what it should be
"""
