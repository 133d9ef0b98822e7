"""Pictures: each is made by the script, shown by a page, and of a size that a page can carry."""

import struct

import pytest

from scripts.screenshots import NAMES
from tests.docs.pages import IMAGES, Picture, pictures

MOST_BYTES = 300_000
MOST_BYTES_TOGETHER = 3_000_000
MOST_PIXELS = (1440, 900)


def size_of(name: str) -> tuple[int, int]:
    """Return width and height, which a PNG has in its first bytes."""
    head = (IMAGES / f"{name}.png").read_bytes()[:24]
    assert head.startswith(b"\x89PNG"), f"{name} is no PNG"
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def test_the_script_makes_each_picture_once_and_there_are_no_others() -> None:
    assert sorted(NAMES) == sorted(path.stem for path in IMAGES.iterdir())


def test_every_picture_is_shown_and_every_one_shown_is_there() -> None:
    shown = {picture.path for picture in pictures()}
    assert shown == {IMAGES / f"{name}.png" for name in NAMES}


@pytest.mark.parametrize("picture", pictures(), ids=lambda one: f"{one.page.stem}-{one.path.stem}")
def test_a_picture_says_what_it_shows(picture: Picture) -> None:
    assert len(picture.alt.split()) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_no_larger_than_a_page_can_carry(name: str) -> None:
    width, height = size_of(name)
    assert width <= MOST_PIXELS[0]
    assert height <= MOST_PIXELS[1]
    assert (IMAGES / f"{name}.png").stat().st_size < MOST_BYTES


def test_all_pictures_together_are_no_burden() -> None:
    assert sum(path.stat().st_size for path in IMAGES.iterdir()) < MOST_BYTES_TOGETHER
