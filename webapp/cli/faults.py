"""Faults as the command says them."""


def sentence(words: str) -> str:
    """The end of a sentence ("the database needs ...") as one that stands alone."""
    return words[0].upper() + words[1:]
