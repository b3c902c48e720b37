"""Numbers that belong to nobody: area codes, identity numbers, student numbers and telephone numbers. Pure.

- Area 660121: GB/T 2260 gives no province the number 66 (the north-west ends with 64 and 65), so no village of this
  county exists and no identity number beginning with 66 was ever issued.
- Telephone 154…: the one block of the 15x series that no operator has been given; a number in it has eleven digits
  like any other and reaches nobody when somebody tries the dialling button. Blocks such as 11x and 12x would be worse
  than real ones: 110, 119, 120 and 122 are emergency calls.
"""

from collections import Counter
from datetime import date

from students.identity import FEMALE, check_character

COUNTY = "660121"
NEIGHBOURS = ("660122", "660123", "660124")
PHONE_PREFIX = "154"
SCATTER = 73_687_873  # odd and no multiple of 5, so every count gives another eight digits


class Papers:
    """Hands out numbers, none of them twice."""

    def __init__(self):
        self._born: Counter[tuple[str, date, str]] = Counter()
        self._phones = 0
        self._unregistered = 0

    def identity_number(self, region: str, birth_date: date, sex: str) -> str:
        """A valid identity number; the order code is odd for boys and even for girls."""
        key = (region, birth_date, sex)
        order = self._born[key] * 2 + (10 if sex == FEMALE else 11)
        self._born[key] += 1
        if order > 999:
            raise ValueError(f"{birth_date}出生的同性别儿童超过了身份证号所能编的人数，请减少学生人数")
        return _with_check(f"{region}{birth_date:%Y%m%d}{order:03d}")

    def number_without_identity(self, letter: str, region: str, birth_date: date) -> str:
        """A student number that begins with J or L: it holds no identity number."""
        self._unregistered += 1
        return letter + _with_check(f"{region}{birth_date:%Y%m%d}{self._unregistered % 1000:03d}")

    def phone(self) -> str:
        """A telephone number in the block that rings nowhere."""
        self._phones += 1
        return f"{PHONE_PREFIX}{self._phones * SCATTER % 10**8:08d}"


def _with_check(first_seventeen: str) -> str:
    return first_seventeen + check_character(first_seventeen)
