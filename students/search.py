"""检索词: what a child is found by, and what lists of children are sorted by. Pure.

A person types the beginning of a name, of a given name, of its pinyin or initials, or the end of a number. Every such
beginning is kept as a key, so a search is a walk through an index; for the end of a number the key is its last four
characters.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from students.pinyin import COMPOUND_SURNAMES, name_index, syllables_of

LONGEST_KEY = 80  # characters, the width of the column
LONGEST_PLACE_KEY, LONGEST_NAME_KEY = 60, 120
ENDING = 4  # characters of a number that people know by heart
DOTS = dict.fromkeys(map(ord, "•‧・∙⋅．"), "·")  # as in 买买提·吐尔逊, however it was typed
TWO_CHARACTER_SURNAMES = {
    *COMPOUND_SURNAMES, "上官", "东方", "东郭", "公孙", "南宫", "司徒", "司马", "呼延", "夏侯", "宇文", "慕容", "拓跋",
    "欧阳", "独孤", "申屠", "皇甫", "端木", "西门", "诸葛", "赫连", "轩辕",
}  # fmt: skip
WITHOUT_POSITION = 99_999  # stands after every 班内学号


class Query(NamedTuple):
    """What somebody typed: the ``beginning`` of a key, and the ``ending`` of a number where more than four were."""

    beginning: str
    ending: str = ""


def read_query(text: str) -> Query:
    """What to look for. Case, spaces and full-width letters do not matter; with a digit in it, it is a number."""
    typed = _plain(text)
    if len(typed) < ENDING or not typed.isascii() or not re.search(r"\d", typed):
        return Query(typed[:LONGEST_KEY])
    return Query(typed[-ENDING:], typed.upper() if len(typed) > ENDING else "")


def keys_of(name: str, numbers: Iterable[str | None]) -> set[str]:
    """The keys of a child: name, given name, pinyin and initials of every reading, the end of every number."""
    keys = {_plain(name), *_given_names(_plain(name)), *name_index(name).split()}
    keys |= {_plain(number)[-ENDING:] for number in numbers if number}
    return _without_repetition({key[:LONGEST_KEY] for key in keys if key})


def name_key(name: str) -> str:
    """Sorts by pinyin, syllable by syllable: 0 stands before every letter, and no collation passes over it."""
    return "0".join(syllables_of(name))[:LONGEST_NAME_KEY]


def place_key(*, school: str, stage: str, cohort: int, class_number: str, list_position: int | None, name: str) -> str:
    """Sorts by school, grade (the youngest first), class, 班内学号, then pinyin; digits of a fixed width throughout."""
    position = WITHOUT_POSITION if list_position is None else list_position
    grade = f"{0 if stage == 'primary' else 1}{9999 - cohort:04d}"
    return f"{school}{grade}{class_number:0>20}{position:05d}{name_key(name)}"[:LONGEST_PLACE_KEY]


def _plain(text: str) -> str:
    """One spelling for all: no spaces, lower case, half-width letters and digits, one kind of dot."""
    return "".join(unicodedata.normalize("NFKC", text.translate(DOTS)).split()).lower()


def _given_names(name: str) -> list[str]:
    """小勇 of 单小勇; 娜娜 of 欧阳娜娜 (阳娜娜 too, should 欧 be the surname); what stands after each dot."""
    if "·" in name:
        return name.split("·")[1:]
    if name.isascii():
        return []
    return [name[1:], name[2:]] if name[:2] in TWO_CHARACTER_SURNAMES else [name[1:]]


def _without_repetition(keys: set[str]) -> set[str]:
    """A key that begins another one finds nothing more."""
    ordered = sorted(keys)
    return {key for key, following in zip(ordered, [*ordered[1:], ""], strict=True) if not following.startswith(key)}
