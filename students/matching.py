"""比对 (matching): which registered resident may be which student (domain.md §9). Pure.

An identity number decides by itself (``students.actions.residents``). For those left over, name, birth date, guardian
and a number that is nearly the same speak for a pair with a *confidence*, and a person decides. Whatever the order in
which the children are given, the answer is the same, and nobody is paired twice.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from students.pinyin import name_index

PHONE_DIGITS = 7  # a shorter number is an extension or a slip, and proves nothing


class Confidence(StrEnum):
    """How sure a proposed pair is (可信程度)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def label(self) -> str:
        return {"high": "很可能", "medium": "可能", "low": "存疑"}[self]


CONFIDENCES = list(Confidence)  # the surest first


class Child(NamedTuple):
    """A child of either list: ``numbers`` are its identity numbers, the one inside a 学籍号 G… included."""

    pk: int
    name: str
    birth_date: date
    sex: str
    numbers: frozenset[str]
    guardians: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()


class Pair(NamedTuple):
    """A resident and a student who may be one child; ``rivals``: other pairs of either that are as likely."""

    resident: int
    student: int
    confidence: Confidence
    reasons: tuple[str, ...]
    rivals: int = 0


def propose(
    residents: Iterable[Child], students: Iterable[Child], *, refused: Collection[tuple[int, int]] = ()
) -> list[Pair]:
    """Pairs for a person to look at: the surest first, then the next among those still without one.

    Every child is in one pair at most; a pair in ``refused`` is not proposed again.
    """
    likely = []
    for resident, student in _worth_a_look(residents, students):
        judged = judge(resident, student)
        if judged and (resident.pk, student.pk) not in refused:
            likely.append(Pair(resident.pk, student.pk, *judged))
    of_resident = Counter((pair.resident, pair.confidence) for pair in likely)
    of_student = Counter((pair.student, pair.confidence) for pair in likely)
    kept, paired = [], set()
    for pair in sorted(likely, key=_surest_first):
        ends = {("resident", pair.resident), ("student", pair.student)}
        if not ends & paired:
            paired |= ends
            alike = of_resident[pair.resident, pair.confidence] + of_student[pair.student, pair.confidence]
            kept.append(pair._replace(rivals=alike - 2))
    return kept


def _surest_first(pair: Pair) -> tuple:
    return CONFIDENCES.index(pair.confidence), -len(pair.reasons), pair.resident, pair.student


def _worth_a_look(residents: Iterable[Child], students: Iterable[Child]) -> Iterator[tuple[Child, Child]]:
    """Pairs born on one day or of one name; all others have too little in common to be one child."""
    born, named = defaultdict(list), defaultdict(list)
    for student in students:
        born[student.birth_date].append(student)
        named[student.name].append(student)
    for resident in residents:
        for student in born[resident.birth_date]:
            yield resident, student
        for student in named[resident.name]:
            if student.birth_date != resident.birth_date:
                yield resident, student


def judge(resident: Child, student: Child) -> tuple[Confidence, tuple[str, ...]] | None:
    """How sure it is that the two are one child, with the reasons in words; None where too little speaks for it.

    A different sex takes a step off the confidence.
    """
    same_name = resident.name == student.name
    sounds_alike = not same_name and sound_alike(resident.name, student.name)
    same_birth = resident.birth_date == student.birth_date
    slipped = any(one_digit_apart(a, b) for a in resident.numbers for b in student.numbers)
    family = _shared_family(resident, student)
    level = _level(same_name, sounds_alike, same_birth, slipped, bool(family))
    if level is None:
        return None
    reasons = ["姓名相同"] if same_name else ["姓名读音相同"] if sounds_alike else []
    reasons += ["出生日期相同"] if same_birth else []
    reasons += family
    reasons += ["身份证件号只差一位"] if slipped else []
    if resident.sex != student.sex:
        reasons.append("但性别不同")
        level += 1
    return (CONFIDENCES[level], tuple(reasons)) if level < len(CONFIDENCES) else None


def _level(same_name: bool, sounds_alike: bool, same_birth: bool, slipped: bool, family: bool) -> int | None:
    """0 很可能, 1 可能, 2 存疑, None nothing."""
    if same_name and same_birth:
        return 0 if family or slipped else 1
    if same_name:  # another birth date: a slip of the pen, or a namesake
        return 1 if slipped else 2 if family else None
    if sounds_alike and same_birth:
        return 1 if family or slipped else 2
    return 2 if same_birth and slipped else None


def _shared_family(resident: Child, student: Child) -> list[str]:
    shared = ["监护人姓名相同"] if resident.guardians & student.guardians else []
    return shared + (["监护人电话相同"] if resident.phones & student.phones else [])


def one_digit_apart(first: str, second: str) -> bool:
    """Whether two numbers differ in one digit, or in two neighbours that changed places.

    The last character checks the others and differs with them, so it does not count.
    """
    first, second = first[:-1], second[:-1]
    if len(first) != len(second):
        return False
    apart = [place for place, (a, b) in enumerate(zip(first, second, strict=True)) if a != b]
    if len(apart) == 2:
        left, right = apart
        return right == left + 1 and first[left] == second[right] and first[right] == second[left]
    return len(apart) == 1


def sound_alike(first: str, second: str) -> bool:
    """Whether two names of the same length may be read alike: 子涵 and 梓涵."""
    return len(first) == len(second) and not readings(first).isdisjoint(readings(second))


@lru_cache(maxsize=65536)
def readings(name: str) -> frozenset[str]:
    """The full pinyin of every likely reading of a name; its initials are left out."""
    return frozenset(reading for reading in name_index(name).split() if len(reading) > len(name))


def phone_digits(*phones: str) -> frozenset[str]:
    """Telephone numbers as digits alone, those too short to prove anything left out."""
    digits = ("".join(filter(str.isdigit, phone)) for phone in phones)
    return frozenset(number for number in digits if len(number) >= PHONE_DIGITS)
