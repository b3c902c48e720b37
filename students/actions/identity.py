"""A child's identity: corrected, given a new 学籍号, and shown in full to whoever says why."""

from collections.abc import Mapping
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from students.actions import audit
from students.actions.listing import index_children
from students.actions.meanwhile import refuse_changed
from students.actions.standings import StandingChange, first_days, keep_former
from students.identity import RESIDENT_ID, check_student_number, normalise_number, read_identity_number
from students.models import FormerNumber, FormerStanding, Student
from students.templatetags.chinese import cdate

EARLIEST_BIRTH = date(1990, 1, 1)
FIELDS = (
    "name", "sex", "birth_date", "id_type", "id_number", "ethnicity", "standing", "attendance_mode",
    "home_area_code", "address", "phone", "list_position",
)  # fmt: skip
FORMAL = "GJ"


class IdentityRefused(Exception):
    """Nothing was saved; ``field`` names what is wrong, the message is a Chinese sentence."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field


class NumberTaken(IdentityRefused):
    """The number is another child's; ``holder`` is that child. The two are never made one."""

    def __init__(self, field: str, holder: Student):
        super().__init__(field, "这个号码已登记在另一名学生名下，没有保存。请对照下面两边的情况核对。")
        self.holder = holder


@transaction.atomic
def correct(
    *, by, student: Student, values: Mapping[str, object], opened: str, standing_since: date | None, today: date
) -> list[str]:
    """Correct what is known of a child; the names of the fields that changed. ``values`` holds all of ``FIELDS``.

    ``standing_since``: from when on another 就读身份 holds; None where the old one was put down wrongly.
    ``opened``: see ``students.actions.meanwhile``. Raises ``ChangedMeanwhile``, ``NumberTaken`` or
    ``IdentityRefused``; nothing is saved then.
    """
    row = Student.objects.select_for_update(no_key=True).get(pk=student.pk)
    changed = [field for field in FIELDS if getattr(row, field) != values[field]]
    if not changed:
        return []  # the same form sent twice
    refuse_changed(row, FIELDS, opened)
    _check_facts(row, values, today)
    held = Q(id_number=values["id_number"]) if values["id_number"] else Q(pk=None)
    _refuse_taken("id_number", row, held)
    told: dict[str, object] = {"fields": changed}
    if "standing" in changed:
        told |= _change_standing(by, row, str(values["standing"]), standing_since, today)
    for field in changed:
        setattr(row, field, values[field])
    _save(row, "id_number", held, changed)
    audit.record(by=by, action="identity.correct", subject=row, **told)
    index_children({row.pk})
    return changed


def _check_facts(row: Student, values: Mapping[str, object], today: date) -> None:
    """Dates of a child's life, and an identity number that agrees with them (domain.md §2)."""
    born = values["birth_date"]
    if born > today:
        raise IdentityRefused("birth_date", "出生日期还没有到，没有保存。请核对年份。")
    if born < EARLIEST_BIRTH:
        raise IdentityRefused("birth_date", "出生日期早于1990年，不会是在读学生，没有保存。请核对年份。")
    if born > row.admitted_on:
        admitted = f"{row.admitted_on.year}年{row.admitted_on.month}月"
        raise IdentityRefused("birth_date", f"出生日期晚于入学年月（{admitted}），没有保存。请核对。")
    if values["id_type"] != RESIDENT_ID:
        return
    if not values["id_number"]:
        raise IdentityRefused("id_number", "证件类型是居民身份证，号码不能空着，没有保存。请补上号码。")
    try:
        said = read_identity_number(values["id_number"])
    except ValueError as error:
        raise IdentityRefused("id_number", f"{error}，没有保存。") from None
    if said.birth_date != born:
        message = f"与身份证件号不符：号码里是{cdate(said.birth_date)}，没有保存。请核对两处。"
        raise IdentityRefused("birth_date", message)
    if said.sex != values["sex"]:
        raise IdentityRefused("sex", f"与身份证件号不符：号码里是{said.sex}，没有保存。请核对两处。")


def _change_standing(by, row: Student, new: str, since: date | None, today: date) -> dict[str, str | None]:
    """Keep what the child was; what the log has to say of it: what was put down from which day on, what stands in its
    place, and from when on that holds; None where the old one was put down wrongly.
    """
    last = FormerStanding.objects.filter(student=row).order_by("until").last()
    begun = first_days([row.pk]).get(row.pk, row.admitted_on)
    if since:
        _check_since(row, last, since, today)
    keep_former(by=by, changes=[StandingChange(row.pk, row.standing, new)], since=since, at=timezone.now())
    return {
        "standing_before": row.standing,
        "standing_from": (last.until if last else begun).isoformat(),
        "standing_after": new,
        "standing_since": since and since.isoformat(),
    }


def _check_since(row: Student, last: FormerStanding | None, since: date, today: date) -> None:
    """A change happens while the child is at school, not before the one that came last, and by today. Of a child that
    is still to come nothing has held yet, so that any day will do."""
    if since > today:
        raise IdentityRefused("standing_since", "这一天还没有到，没有保存。请填今天或以前的日期。")
    first = last.until if last else row.admitted_on
    if since < first <= today:
        begun = f"{cdate(first)}起才是“{row.get_standing_display()}”" if last else f"{cdate(first)}才入学"
        remedy = f"请填{cdate(first)}或以后的日期；原来登记错了的，请选“原来登记错了”。"
        raise IdentityRefused("standing_since", f"这名学生{begun}，没有保存。{remedy}")


def _refuse_taken(field: str, row: Student, held: Q) -> None:
    holder = Student.objects.filter(held).exclude(pk=row.pk).first()
    if holder:
        raise NumberTaken(field, holder)


def _save(row: Student, field: str, held: Q, columns: list[str]) -> None:
    """Save; where another clerk has just given the number to another child, say whose it is."""
    try:
        with transaction.atomic():
            row.save(update_fields=columns)
    except IntegrityError:
        _refuse_taken(field, row, held)
        raise


@transaction.atomic
def change_number(*, by, student: Student, number: str, opened: str) -> bool:
    """Give a child its 学籍号 or a new one (L→G); the old one is kept. Whether anything changed.

    Raises ``ChangedMeanwhile``, ``NumberTaken`` or ``IdentityRefused``.
    """
    number = normalise_number(number)
    row = Student.objects.select_for_update(no_key=True).get(pk=student.pk)
    old = row.student_number or ""
    if number == old:
        return False  # the same form sent twice
    refuse_changed(row, ("student_number",), opened)
    _check_number(row, old, number)
    _refuse_taken("student_number", row, Q(student_number=number) | Q(former_numbers__number=number))
    if old:
        FormerNumber.objects.create(student=row, number=old, replaced_at=timezone.now(), replaced_by=by)
    row.student_number = number
    _save(row, "student_number", Q(student_number=number), ["student_number"])
    audit.record(by=by, action="identity.change_number", subject=row, before=old[:1], after=number[:1])
    index_children({row.pk})
    return True


def _check_number(row: Student, old: str, number: str) -> None:
    """The number by itself, against the child's own identity number, and against the one it replaces."""
    try:
        check_student_number(number)
    except ValueError as error:
        raise IdentityRefused("student_number", f"{error}，没有保存。请对照学籍系统核对。") from None
    own = row.id_number if row.id_type == RESIDENT_ID else None
    if number[0] == "G" and own is None:
        message = "这名学生没有登记居民身份证号，不能用G开头的学籍号，没有保存。请先在基本信息里补上证件号。"
        raise IdentityRefused("student_number", message)
    if number[0] == "G" and number[1:] != own:
        message = "学籍号G后面的号码与本人身份证件号不同，没有保存。请核对是哪一个抄错了。"
        raise IdentityRefused("student_number", message)
    if old and old[0] in FORMAL and number[0] == "L":
        raise IdentityRefused("student_number", "正式学籍号不能换成临时学籍号，没有保存。请对照学籍系统核对。")
    if old[:1] == "G" and old[1:] == own:
        message = "现在的学籍号与身份证件号一致，是正式号，不用更换，没有保存。证件号有误请先更正基本信息。"
        raise IdentityRefused("student_number", message)


@transaction.atomic
def reveal(*, by, student: Student, reason: str, page: str) -> None:
    """Keep that ``by`` is shown a child's numbers in full, why, and where."""
    audit.record(by=by, action="identity.reveal", subject=student, reason=reason, page=page)
