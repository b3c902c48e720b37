"""居民身份证号 (resident identity number) and 学籍号 (student number): shape, check character, what they say.

Sources: GB 11643 for the identity number; domain.md §2 for the student number. Pure.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK = "10X98765432"
ID_SHAPE = re.compile(r"\d{17}[\dX]", re.ASCII)
STUDENT_NUMBER_SHAPE = re.compile(r"[GJL]\d{17}[\dX]", re.ASCII)
NUMBER_TYPED = re.compile(r"[A-Za-z]*\d(?:[\s\-–—.,·_/]*[\dA-Za-z])*")
RESIDENT_ID = "居民身份证"
MALE, FEMALE = "男", "女"


@dataclass(frozen=True)
class IdentityFacts:
    """What an identity number says of its holder."""

    region: str
    birth_date: date
    sex: str


def normalise_number(text: str) -> str:
    """Upper case, without spaces: people write a lower-case x and group the digits."""
    return re.sub(r"\s", "", text).upper()


def check_character(first_seventeen: str) -> str:
    return ID_CHECK[sum(int(digit) * weight for digit, weight in zip(first_seventeen, ID_WEIGHTS, strict=True)) % 11]


def read_identity_number(number: str) -> IdentityFacts:
    """Read an identity number; ``ValueError`` carries a Chinese sentence on what is wrong with it."""
    if not ID_SHAPE.fullmatch(number):
        raise ValueError("身份证号应为18位：前17位是数字，末位是数字或X")
    expected = check_character(number[:17])
    if number[17] != expected:
        raise ValueError(f"身份证号校验码不对：末位应为{expected}，请核对有没有抄错")
    try:
        birth_date = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ValueError("身份证号里的出生日期不存在，请核对") from None
    return IdentityFacts(number[:6], birth_date, MALE if int(number[16]) % 2 else FEMALE)


def check_student_number(number: str) -> None:
    """Check a student number; ``ValueError`` carries a Chinese sentence.

    ``G`` + the identity number is formal, ``J`` is formal without one, ``L`` is temporary and has no check digit.
    """
    if not STUDENT_NUMBER_SHAPE.fullmatch(number):
        raise ValueError("学籍号应为19位：以G、J或L开头，后面是18位号码")
    if number[0] == "G":
        try:
            read_identity_number(number[1:])
        except ValueError as error:
            raise ValueError(f"学籍号G后面应是有效的身份证号（{error}）") from None


def formal_number(identity: str) -> str:
    """The formal 学籍号 that an identity number gives."""
    return f"G{identity}"


def identity_numbers(id_number: str | None, student_number: str | None) -> frozenset[str]:
    """The numbers by which a student is known as a person: the 身份证件号, and the one inside a formal 学籍号."""
    inside = student_number[1:] if student_number and student_number[0] == "G" else None
    return frozenset({id_number, inside} - {None})


def masked_number(number: str) -> str:
    """3501********1234 (domain.md §10), of an identity number or a 学籍号, which keeps its letter.

    Anything shorter than twelve characters, a foreign document for one, shows its last two only.
    """
    letter = number[:1] if STUDENT_NUMBER_SHAPE.fullmatch(number) else ""
    digits = number.removeprefix(letter)
    if len(digits) >= 12:
        return f"{letter}{digits[:4]}********{digits[-4:]}"
    return f"********{digits[-2:] if len(digits) > 4 else ''}"


class Searched(str):
    """What somebody looked for, in the words of a filter: a paper repeats it, a log keeps that there was a search."""


def masked_search(text: str) -> str:
    """What somebody looked for, as a paper may repeat it: of a number only the last four, by which it is found.

    A number may be typed in full width, in groups or with its letter; up to four digits are no number of anybody's.
    """

    def masked(run: re.Match) -> str:
        characters = re.sub(r"[\W_]", "", run[0])
        return f"********{characters[-4:]}" if sum(map(str.isdecimal, characters)) > 4 else run[0]

    plain = unicodedata.normalize("NFKC", text)
    found = NUMBER_TYPED.sub(masked, plain)
    return text if found == plain else found


def masked_phone(phone: str) -> str:
    """138****5678 (domain.md §10); a number too short to hide the middle of shows its last two figures only."""
    digits = "".join(character for character in phone if character.isdigit())
    if len(digits) > 9:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:] if len(digits) > 4 else ''}"
