"""A school after its October cut-off, and how its people prepare, sign, file and decide, in one line each."""

from datetime import date

from returns.actions import filing
from returns.models import Edition
from returns.queries.editions import filing_of
from returns.queries.live import live_figures
from returns.queries.months import filing_month
from students.actions import enrolment
from students.enrolment import EventKind
from students.models import Role
from tests import cast

OCTOBER = date(2026, 10, 1)
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


def state(scene):
    return filing_of(scene.school, october())


def seen(scene) -> int:
    """The version of the edition in hand that the page shows."""
    work = state(scene).work
    return work.version if work else 0


def mark(scene, today: date = TODAY) -> str:
    return live_figures(scene.school, october(), today=today).mark


def given(scene, who, today: date = TODAY) -> dict:
    place = {"school": scene.school, "month": october(), "today": today}
    return place | {"by": who, "scope": cast.scope(who)}


def prepare(scene, who=None, *, remark: str = "", reason: str = "", today: date = TODAY, **more) -> Edition:
    told = {"remark": remark, "reason": reason, "seen": seen(scene)} | more
    return filing.prepare(**given(scene, who or scene.clerk, today), **told)


def sign(scene, who, *, today: date = TODAY, **more) -> Edition:
    return filing.sign(**given(scene, who, today), **({"mark": mark(scene, today), "seen": seen(scene)} | more))


def file_return(scene, who=None, *, today: date = TODAY, **more) -> Edition:
    return filing.file_return(**given(scene, who or scene.clerk, today), **({"seen": seen(scene)} | more))


def file_zero(scene, who, *, today: date = TODAY, **more) -> Edition:
    return filing.file_zero(**given(scene, who, today), **({"mark": mark(scene, today), "seen": seen(scene)} | more))


def take_back(scene, who=None, **more) -> Edition:
    return filing.take_back(**given(scene, who or scene.clerk), **({"seen": seen(scene)} | more))


def awaited(scene) -> int:
    found = state(scene).awaited
    return found.pk if found else 0


def accept(scene, who, **more) -> Edition:
    return filing.accept(**given(scene, who), **({"seen": awaited(scene)} | more))


def send_back(scene, who, reason: str = "请核对转出", **more) -> Edition:
    return filing.send_back(**given(scene, who), reason=reason, **({"seen": awaited(scene)} | more))


def filed(scene, head, *, reason: str = "", today: date = TODAY) -> Edition:
    """Prepared, signed and filed."""
    prepare(scene, reason=reason, today=today)
    sign(scene, head, today=today)
    return file_return(scene, today=today)
