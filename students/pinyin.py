"""拼音索引: the pinyin under which a child's name is found, all readings of tricky characters included. Pure.

A clerk types ``sxy``, ``dxy`` or ``shanxiaoyong`` for 单小勇. The library's first reading is wrong for half of the
tricky surnames, so a table of surnames stands first and every other reading of every character is kept beside it.
"""

import os
from collections.abc import Iterator
from functools import cache
from itertools import product

MAX_LENGTH = 400  # characters, the width of the column
READINGS_KEPT = 4  # a character; rarer readings occur in no name
COMBINATIONS_KEPT = 64  # a name; more would not fit the column anyway
SURNAMES = {
    "仇": "qiu", "佴": "nai", "冼": "xian", "区": "ou", "单": "shan", "句": "gou", "召": "shao", "员": "yun",
    "宁": "ning", "宓": "mi", "尹": "yin", "幺": "yao", "应": "ying", "折": "she", "撒": "sa", "曲": "qu",
    "曾": "zeng", "朴": "piao", "查": "zha", "殷": "yin", "洗": "xian", "燕": "yan", "牟": "mu", "盖": "ge",
    "盛": "sheng", "相": "xiang", "祭": "zhai", "种": "chong", "秘": "bi", "繁": "po", "纪": "ji", "缪": "miao",
    "翟": "zhai", "能": "nai", "葛": "ge", "薄": "bo", "覃": "qin", "解": "xie", "訾": "zi", "谌": "chen",
    "车": "che", "过": "guo", "逄": "pang", "那": "na", "郇": "xun", "郗": "xi", "都": "du", "重": "chong",
    "阚": "kan", "隗": "wei", "黑": "he", "乐": "yue", "乜": "nie", "仉": "zhang", "任": "ren", "华": "hua",
    "哈": "ha", "妫": "gui", "晁": "chao", "瞿": "qu", "褚": "chu", "要": "yao", "钭": "tou", "靳": "jin",
}  # fmt: skip
COMPOUND_SURNAMES = {
    "万俟": ("mo", "qi"),
    "乐正": ("yue", "zheng"),
    "令狐": ("ling", "hu"),
    "单于": ("chan", "yu"),
    "尉迟": ("yu", "chi"),
    "澹台": ("tan", "tai"),
    "长孙": ("zhang", "sun"),
}


def name_index(name: str) -> str:
    """Initials and full pinyin of every likely reading, separated by spaces, at most 400 characters.

    The likeliest readings come first, so what a name of many readings loses at the end is the least likely.
    """
    syllables, combinations = [], 1
    for spellings in _readings_of(name):
        if combinations * len(spellings) > COMBINATIONS_KEPT:
            spellings = spellings[:1]
        if spellings:
            syllables.append(tuple(enumerate(spellings)))
            combinations *= len(spellings)
    if not syllables:
        return ""
    readings = sorted(product(*syllables), key=_rarity)
    full = ["".join(syllable for _, syllable in reading) for reading in readings]
    initials = ["".join(syllable[0] for _, syllable in reading) for reading in readings]
    tokens = dict.fromkeys([initials[0], full[0], *initials, *full])
    return _joined(tokens)


def syllables_of(name: str) -> list[str]:
    """The likeliest reading, syllable by syllable; a character without one stands as it is."""
    return [
        spellings[0] if spellings else character
        for character, spellings in zip(name, _readings_of(name), strict=True)
        if spellings or character.isalnum()
    ]


def _rarity(reading: tuple[tuple[int, str], ...]) -> int:
    return sum(rank for rank, _ in reading)


def _readings_of(name: str) -> Iterator[list[str]]:
    """The readings of each character, the likeliest first; separators (·, spaces) have none."""
    compound = COMPOUND_SURNAMES.get(name[:2])
    for position, character in enumerate(name):
        known = list(_spellings(character))
        if compound and position < 2:
            known.insert(0, compound[position])
        elif position == 0 and character in SURNAMES:
            known.insert(0, SURNAMES[character])
        kept = list(dict.fromkeys(known))[:READINGS_KEPT]
        # People type lv or lyu for lü.
        yield kept + [spelling.replace("v", "yu") for spelling in kept if "v" in spelling and not character.isascii()]


@cache
def _spellings(character: str) -> tuple[str, ...]:
    """All readings of one character without tones; a Latin letter or digit reads as itself."""
    if character.isascii():
        return (character.lower(),) if character.isalnum() else ()
    # Single characters are all that is asked for; the library's dictionary of phrases would take 40 MB.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(spelling for spelling in found[0] if spelling.isascii()) if found else ()


def _joined(tokens: dict[str, None]) -> str:
    kept, length = [], 0
    for token in tokens:
        length += len(token) + 1
        if length - 1 > MAX_LENGTH:
            break
        kept.append(token)
    return " ".join(kept)
