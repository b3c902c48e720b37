"""A school after its October cut-off, and how its people prepare, sign, file and decide, in one line each."""

from datetime import date

from returns.actions import amending, filing
from returns.models import Edition
from returns.queries.editions import filing_of
from returns.queries.live import live_figures
from returns.queries.periods import filing_month
from students.actions import enrolment
from students.enrolment import EventKind
from students.models import Role
from tests import cast

OCTOBER = date(2026, 10, 1)
CODE = "2026-10"  # of October, as addresses name it
CUT_OFF = date(2026, 10, 25)
TODAY = date(2026, 10, 27)  # a Tuesday; the deadline is Wednesday, the 28th


def october():
    return filing_month(OCTOBER)


def principal_of(scene):
    return cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)


def leave(scene, child: int = 2, day: date = date(2026, 10, 12), *, today: date = TODAY, kind=EventKind.DROP_OUT):
    """A child of the scene drops out."""
    student = scene.children[child]
    return enrolment.record_event(by=scene.clerk, student=student, kind=kind, happened_on=day, today=today)


def state(scene, period=None):
    return filing_of(scene.school, period or october())


def seen(scene, period=None) -> int:
    """The version of the edition in hand that the page shows."""
    work = state(scene, period).work
    return work.version if work else 0


def mark(scene, today: date = TODAY, period=None) -> str:
    return live_figures(scene.school, period or october(), today=today).mark


def given(scene, who, today: date = TODAY, period=None) -> dict:
    place = {"school": scene.school, "period": period or october(), "today": today}
    return place | {"by": who, "scope": cast.scope(who)}


def prepare(
    scene, who=None, *, remark: str = "", reason: str = "", today: date = TODAY, period=None, **more
) -> Edition:
    told = {"remark": remark, "reason": reason, "seen": seen(scene, period)} | more
    return filing.prepare(**given(scene, who or scene.clerk, today, period), **told)


def sign(scene, who, *, today: date = TODAY, period=None, **more) -> Edition:
    shown = {"mark": mark(scene, today, period), "seen": seen(scene, period)}
    return filing.sign(**given(scene, who, today, period), **(shown | more))


def file_return(scene, who=None, *, today: date = TODAY, period=None, **more) -> Edition:
    told = {"seen": seen(scene, period)} | more
    return filing.file_return(**given(scene, who or scene.clerk, today, period), **told)


def file_zero(scene, who, *, today: date = TODAY, period=None, **more) -> Edition:
    shown = {"mark": mark(scene, today, period), "seen": seen(scene, period)}
    return filing.file_zero(**given(scene, who, today, period), **(shown | more))


def take_back(scene, who=None, **more) -> Edition:
    return filing.take_back(**given(scene, who or scene.clerk), **({"seen": seen(scene)} | more))


def reword(scene, who=None, *, remark: str = "", reason: str = "", **more) -> Edition:
    told = {"remark": remark, "reason": reason, "seen": seen(scene)} | more
    return amending.reword(**given(scene, who or scene.clerk), **told)


def close(scene, who=None, reason: str = "登记错了人，已经作废", **more) -> Edition:
    found = state(scene).returned
    told = {"seen": found.pk if found else 0} | more
    return amending.close(**given(scene, who or scene.clerk), reason=reason, **told)


def awaited(scene, period=None) -> int:
    found = state(scene, period).awaited
    return found.pk if found else 0


def accept(scene, who, *, today: date = TODAY, period=None, **more) -> Edition:
    return filing.accept(**given(scene, who, today, period), **({"seen": awaited(scene, period)} | more))


def send_back(scene, who, reason: str = "请核对转出", *, today: date = TODAY, period=None, **more) -> Edition:
    told = {"seen": awaited(scene, period)} | more
    return filing.send_back(**given(scene, who, today, period), reason=reason, **told)


def filed(scene, head, *, reason: str = "", today: date = TODAY, period=None) -> Edition:
    """Prepared, signed and filed."""
    prepare(scene, reason=reason, today=today, period=period)
    sign(scene, head, today=today, period=period)
    return file_return(scene, today=today, period=period)
