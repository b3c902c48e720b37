"""One cell in, one value out. Every parser takes a cell that is not blank and raises ``CellError`` in Chinese. Pure.

Cells arrive as the reader gives them: text, a number (always a float), a date, a time, a truth value.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from students.days import SLOT_LABELS, SLOT_ORDER, Slot
from students.identity import check_student_number, normalise_number
from students.workbook.codes import without_code

Parser = Callable[[object], object]

FIRST_YEAR, LAST_YEAR = 1900, 2200  # what lies outside is a slip of the hand
ID_DIGITS = 15  # a number has 15 exact digits in Excel; an identity number has more
DATE_WAYS = "日期请写成2026-09-01、2026/9/1、2026.9.1、20260901或2026年9月1日"
MONTH_WAYS = "年月请写成202609"
DATE_TEXT = re.compile(
    r"(\d{4})(?:(?P<mark>[-/.])(\d{1,2})(?P=mark)(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))"
    r"(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?",
    re.ASCII,
)
MONTH_TEXT = re.compile(r"(\d{4})(?:[-/.年]?(\d{1,2})月?)", re.ASCII)
TIME_TEXT = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
SCHOOL_YEAR_TEXT = re.compile(r"(\d{4})[-–—~至](\d{4})(?:学年)?", re.ASCII)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Characters without width and those that turn the direction of writing: copied from web pages, seen by nobody.
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
HAN_SPACES = re.compile(r"(?<=[^\x00-\xff])\s+(?=[^\x00-\xff])")


class CellError(ValueError):
    """What is wrong with a cell, and what to do about it."""

    def __init__(self, message: str, remedy: str = ""):
        super().__init__(message)
        self.remedy = remedy


def explained(hint: str, *, words: Sequence[str] = (), as_text: bool = False) -> Callable[[Parser], Parser]:
    """What a blank workbook tells of the cells of a parser: how to fill them in, and the words to choose from.

    ``as_text``: a column that Excel must not turn into numbers or dates.
    """

    def keep(parse: Parser) -> Parser:
        parse.hint, parse.words, parse.as_text = hint, tuple(words), as_text
        return parse

    return keep


class Valueless(str):
    """A cell with an error (#N/A) or a formula that was never computed, as it is shown; it has no value to read."""

    __slots__ = ("is_error",)

    def __new__(cls, written: str, *, is_error: bool):
        found = super().__new__(cls, written)
        found.is_error = is_error
        return found

    @property
    def fault(self) -> CellError:
        what = "这一格是公式错误，没有值" if self.is_error else "这一格的公式没有保存计算结果，没有值"
        return CellError(what, "请改成实际的内容")


def visible(written: str) -> str:
    """A text without its characters that nobody sees."""
    return written if written.isascii() else INVISIBLE.sub("", written)


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing to read; one without a value has a mistake all the same."""
    if isinstance(value, str):
        return value.__class__ is Valueless or not visible(value).strip()
    return value is None


def shown(value: object) -> str:
    """A cell as a person sees it in Excel, near enough to find it by."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else CONTROL.sub("", visible(str(value))).strip()


def _plain(value: object) -> str:
    """Text of a cell: an integral number without its ``.0``, full-width letters and digits made narrow."""
    if isinstance(value, str):
        text = value.strip()
        return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**ID_DIGITS:
        return str(int(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return shown(value)


def text(limit: int) -> Parser:
    """Free text of at most ``limit`` characters, as it stands but for control characters and outer spaces."""

    @explained(f"文字，最多{limit}个字")
    def parse(value: object) -> str:
        found = value.strip() if isinstance(value, str) else _plain(value)
        if CONTROL.search(found):
            raise CellError("含有看不见的控制字符", "请删掉这一格，重新输入")
        if len(found) > limit:
            raise CellError(f"太长了：最多{limit}个字，现有{len(found)}个字", "请缩短")
        return found

    return parse


def word(limit: int, codes: Mapping[str, str] | None = None) -> Parser:
    """A word that the national system writes with its code before it (``01-汉族``), or as the code alone."""
    plain = text(limit)

    @explained(plain.hint)
    def parse(value: object) -> str:
        found = plain(value)
        return (codes or {}).get(found.upper()) or without_code(found)

    return parse


def name(limit: int) -> Parser:
    """A person's name; spaces that only align two characters with three are dropped, all middle dots made one."""
    plain = text(limit)

    @explained("姓名全称，不加空格")
    def parse(value: object) -> str:
        found = plain(value)
        if found.isascii() and not any(character.isalpha() for character in found):
            raise CellError("不像姓名", "请核对是不是填错了列")
        return re.sub("[•・．‧∙]", "·", HAN_SPACES.sub("", found))

    return parse


def code(limit: int) -> Parser:
    """A code as text or number (``2162000001.0`` is ``2162000001``)."""

    @explained(f"编码，最多{limit}个字符", as_text=True)
    def parse(value: object) -> str:
        if value.__class__ is str and value.isalnum() and value.isascii() and len(value) <= limit:
            return value  # nearly always
        if isinstance(value, float) and (not value.is_integer() or value >= 10**ID_DIGITS):
            raise CellError("编码存成了数值，末几位已经丢失或带小数", "请把这一列设为“文本”格式，重新填写")
        found = re.sub(r"\s", "", _plain(value))
        if len(found) > limit or CONTROL.search(found):
            raise CellError(f"不是有效的编码：最多{limit}个字符", "请核对")
        return found

    return parse


def digits(count: int, called: str) -> Parser:
    """A code of exactly ``count`` digits."""
    plain = code(60)

    @explained(f"{count}位数字", as_text=True)
    def parse(value: object) -> str:
        found = plain(value)
        if not (len(found) == count and found.isascii() and found.isdigit()):
            raise CellError(f"{called}应为{count}位数字", "请核对有没有漏写或多写")
        return found

    return parse


@explained("6位、9位或12位行政区划代码", as_text=True)
def area_code(value: object) -> str:
    """户口所在地行政区划: 6 digits for a county, 9 or 12 for what lies below."""
    found = code(60)(value)
    if not re.fullmatch(r"\d{6}(\d{3}(\d{3})?)?", found, re.ASCII):
        raise CellError("行政区划应为6位、9位或12位数字代码", "请填代码，不要填地名")
    return found


@explained("完整的号码，不要写成数值", as_text=True)
def identity(value: object) -> str:
    """学籍号 or 身份证件号 as text. Stored as a number it has lost its last digits for good."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10 ** (ID_DIGITS - 1):
        raise CellError(
            "号码存成了数值，Excel只保留前15位，末几位已经丢失", "请把这一列设为“文本”格式，再重新填写完整的号码"
        )
    found = normalise_number(_plain(value))
    if len(found) > 40 or CONTROL.search(found):
        raise CellError("不是有效的号码：最多40个字符", "请核对")
    return found


@explained("19位：以G、J或L开头，后面是18位号码", as_text=True)
def student_number(value: object) -> str:
    """学籍号, its shape and check character verified."""
    found = identity(value)
    try:
        check_student_number(found)
    except ValueError as error:
        raise CellError(str(error), "请对照学籍系统核对") from None
    return found


@explained(DATE_WAYS, as_text=True)
def day(value: object) -> date:
    """A date: a real one, or one of the five ways of writing it."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return _plausible(value)
    if isinstance(value, float) and value.is_integer() and 10_000_000 <= value < 100_000_000:
        value = str(int(value))
    if not isinstance(value, str):
        raise CellError("不是日期", DATE_WAYS)
    return _day_of(_plain(value))


@lru_cache(maxsize=8192)
def _day_of(found: str) -> date:
    match = DATE_TEXT.fullmatch(found)
    if not match:
        raise CellError("不是日期", DATE_WAYS)
    year, _, *rest = match.groups()
    month, day_of_month = (int(part) for part in rest if part is not None)
    try:
        return _plausible(date(int(year), month, day_of_month))
    except CellError:
        raise
    except ValueError:
        raise CellError("没有这一天", "请核对月份和日子") from None


def _plausible(found: date) -> date:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise CellError("年份不合情理", "请核对")
    return found


@explained(MONTH_WAYS, as_text=True)
def month(value: object) -> date:
    """入学年月 (``202609``, or any date in that month) → the first day of the month."""
    if isinstance(value, date):
        return _plausible(date(value.year, value.month, 1))
    # A number 2026.1 may have been 2026.10.
    found = _plain(value) if isinstance(value, str) or (isinstance(value, float) and value.is_integer()) else ""
    match = MONTH_TEXT.fullmatch(found)
    if match and len(found) >= 6:
        try:
            return _plausible(date(int(match[1]), int(match[2]), 1))
        except CellError:
            raise
        except ValueError:
            raise CellError("没有这个月份", MONTH_WAYS) from None
    try:
        return day(value).replace(day=1)
    except CellError:
        raise CellError("不是年月", MONTH_WAYS) from None


@explained("时间，写成08:05，或2026-09-01 08:05", as_text=True)
def moment(value: object) -> datetime | time:
    """点名时间: a time of day, or a date with its time."""
    if isinstance(value, datetime | time):
        return value
    if isinstance(value, timedelta) and timedelta(0) <= value < timedelta(days=1):
        return time(*(value.seconds // unit % 60 for unit in (3600, 60, 1)))
    if isinstance(value, str):
        day_part, _, time_part = _plain(value).replace("T", " ").rpartition(" ")
        if match := TIME_TEXT.fullmatch(time_part):
            try:
                found = time(*(int(part) for part in match.groups(default="0")))
                return datetime.combine(_day_of(day_part), found) if day_part else found
            except ValueError:
                pass
    raise CellError("不是时间", "时间请写成08:05，或2026-09-01 08:05")


def integer(least: int, most: int) -> Parser:
    """A whole number from ``least`` to ``most``."""

    @explained(f"{least}到{most}之间的整数")
    def parse(value: object) -> int:
        found = _plain(value)
        if not re.fullmatch(r"\d{1,9}", found, re.ASCII):
            raise CellError("应为整数", f"请填{least}到{most}之间的整数")
        if not least <= int(found) <= most:
            raise CellError(f"超出范围：应在{least}到{most}之间", "请核对")
        return int(found)

    return parse


def choice(options: Mapping[str, object], codes: Mapping[str, str] | None = None) -> Parser:
    """One of a few words; ``options``: word → value; ``codes``: national code → word."""
    words = "、".join(options)

    @explained(f"从“{words}”中选一个", words=tuple(options))
    def parse(value: object) -> object:
        if value.__class__ is str and value in options:  # nearly always
            return options[value]
        found = without_code(shown(value) if isinstance(value, bool) else _plain(value))
        found = (codes or {}).get(found, found)
        if found not in options:
            raise CellError("不在可填的内容里", f"请从“{words}”中选一个")
        return options[found]

    return parse


yes_no = choice({"是": True, "否": False})


@explained("相连的两年，写成2026-2027", as_text=True)
def school_year(value: object) -> int:
    """学年 ``2026-2027`` → 2026."""
    match = SCHOOL_YEAR_TEXT.fullmatch(re.sub(r"\s", "", _plain(value)))
    if not match or int(match[2]) != int(match[1]) + 1 or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise CellError("学年应为相连的两年", "请写成2026-2027")
    return int(match[1])


SLOT_WORDS: dict[str, Slot] = {label: slot for slot, label in SLOT_LABELS.items()}
SLOT_WORDS |= {word: slot for slot in Slot if slot.isdigit() for word in (str(slot), f"第{slot}节")}


@explained("上午、下午、晚自习，或1到9中的一个数字", as_text=True)
def slot(value: object) -> Slot:
    """A 节次: 上午, 下午, 晚自习, or a period written 1, 第1节 or 第一节."""
    found = re.sub(r"\s", "", _plain(value))
    if found not in SLOT_WORDS:
        raise CellError("不是节次", "请填上午、下午、晚自习或1到9中的一个数字")
    return SLOT_WORDS[found]


@explained("写成“上午,下午”，或“1,2,3,4,5,6,7”，不填就是上午、下午", as_text=True)
def slots(value: object) -> str:
    """点名节次 of a school: slots in any order → their codes in the order of the day, joined by commas."""
    parts = [part for part in re.split(r"[,，、;；\s]+", _plain(value)) if part]
    if not parts:
        raise CellError("没有写节次", "请写成“上午,下午”，或“1,2,3,4,5,6,7”")
    found = {slot(part) for part in parts}
    return ",".join(sorted(found, key=SLOT_ORDER.__getitem__))
