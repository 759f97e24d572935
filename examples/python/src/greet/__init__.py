from shout import shout

GREETING = "fresh plaster"


def greet() -> str:
    return shout(GREETING)
