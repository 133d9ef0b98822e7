"""Raises, with an error whose text raises, too."""


class Unspeakable(Exception):
    """Cannot even say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


raise Unspeakable
