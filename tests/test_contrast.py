"""The colours of the site can be read: WCAG contrast, computed from the tokens as they stand in the files."""

import math
import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parent.parent / "static" / "css"
TOKEN = re.compile(r"--([\w-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\);")
COLOUR = r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(|oklch\(\d"
MEANINGS = ["ok", "note", "warn", "alarm", "mute", "brand"]
ENOUGH_FOR_TEXT = 7  # WCAG 2.2 SC 1.4.6
ENOUGH_FOR_EDGES_AND_HINTS = 4.5  # SC 1.4.3; more than the 3 that SC 1.4.11 asks of a control's edge


def tokens(name: str) -> dict[str, tuple[float, float, float]]:
    """Token → linear sRGB, of the last block of the file that gives it."""
    found = TOKEN.findall((CSS / name).read_text())
    return {token: linear_srgb(*map(float, values)) for token, *values in found}


def linear_srgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """OKLCH to linear sRGB, by the matrices of CSS Color 4."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def luminance(colour: tuple[float, float, float]) -> float:
    return sum(weight * min(1, max(0, part)) for weight, part in zip((0.2126, 0.7152, 0.0722), colour, strict=True))


def contrast(one, other) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


themes = pytest.mark.parametrize("theme", ["tokens.css", "dark.css"])


def test_black_on_white_is_twenty_one_to_one():
    assert contrast(linear_srgb(0, 0, 0), linear_srgb(1, 0, 0)) == pytest.approx(21, abs=0.01)


@themes
@pytest.mark.parametrize("meaning", MEANINGS)
def test_a_meaning_is_readable_on_its_soft_ground_on_the_sheet_and_on_the_ground(theme, meaning):
    colours = tokens(theme)
    for ground in (f"{meaning}-soft", "sheet", "ground"):
        assert contrast(colours[meaning], colours[ground]) >= ENOUGH_FOR_TEXT, ground


@themes
@pytest.mark.parametrize("ink", ["ink-1", "ink-2", "ink-3"])
def test_ink_is_readable_wherever_text_stands(theme, ink):
    colours = tokens(theme)
    for ground in ("sheet", "ground", "brand-soft"):
        wanted = ENOUGH_FOR_TEXT if ground != "brand-soft" or ink != "ink-3" else ENOUGH_FOR_EDGES_AND_HINTS
        assert contrast(colours[ink], colours[ground]) >= wanted, ground


@themes
def test_the_faintest_ink_is_enough_for_hints_and_edges(theme):
    colours = tokens(theme)
    assert contrast(colours["ink-4"], colours["sheet"]) >= ENOUGH_FOR_EDGES_AND_HINTS
    assert contrast(colours["ink-4"], colours["ground"]) >= ENOUGH_FOR_EDGES_AND_HINTS


@themes
def test_text_on_a_toast_is_readable(theme):
    colours = tokens(theme)
    assert contrast(colours["sheet"], colours["ink-1"]) >= ENOUGH_FOR_TEXT


@themes
def test_every_colour_exists_on_an_old_monitor(theme):
    for name, colour in tokens(theme).items():
        assert all(-0.001 <= part <= 1.001 for part in colour), name


def test_dark_swaps_exactly_the_colours_that_light_has():
    assert tokens("dark.css").keys() == tokens("tokens.css").keys()


def test_no_stylesheet_of_a_page_names_a_colour_of_its_own():
    pages = [path for path in CSS.glob("*.css") if "@layer" in path.read_text()]  # a paper's stylesheet has no layers
    named = {path.name for path in pages if re.search(COLOUR, path.read_text().split("@media print")[0])}
    assert named == {"tokens.css", "dark.css"}
