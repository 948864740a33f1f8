import pytest
from hypothesis import given
from hypothesis import strategies as st

from emails.brand import BadColour, contrast, readable, text_on, tint

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == pytest.approx(1)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(colours)
def test_text_on_any_colour_can_be_read(colour: str) -> None:
    assert contrast(text_on(colour), colour) >= 4.5


@given(colours, st.sampled_from(["#ffffff", "#26302d", "#000000"]))
def test_any_colour_can_be_made_readable(colour: str, ground: str) -> None:
    assert contrast(readable(colour, on=ground), ground) >= 4.5


def test_a_readable_colour_stays_as_it_is() -> None:
    assert readable("#1F5F5B") == "#1f5f5b"


def test_a_pale_colour_is_darkened_only_as_far_as_needed() -> None:
    darkened = readable("#ffcc00")

    assert contrast(darkened, "#ffffff") < 5


def test_a_tint_keeps_a_share_of_the_colour() -> None:
    assert tint("#000000", 0) == "#ffffff"
    assert tint("#123456", 1) == "#123456"


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "#1234567", "", "#123456;x"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(BadColour):
        contrast(colour, "#ffffff")
