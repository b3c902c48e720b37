"""A short term of two classes that lost nobody, and how its awards are confirmed and changed, in one line each."""

from datetime import date

from scoring.actions import award_lists
from scoring.award_rules import AwardKind
from scoring.models import AwardList, ScoreFreeze
from scoring.queries.award_lists import changes_of, proposal_of
from students.actions import corrections, enrolment
from students.enrolment import EventKind
from students.models import Role, Term
from tests import cast
from tests.scene import MONDAY, at
from tests.scoring.appealing import amend, freeze_scores, opened, principal_of, sign

DAYS = (date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 3), date(2026, 9, 4), MONDAY)
TODAY = date(2026, 9, 10)
NOTE = "9月10日局长办公会审定"
CLASS, GRADE, SCHOOL, PERSON = AwardKind


def short_term(scene, clock):
    """The first term ends on Monday 7 September; every register of the class and of the one below it was taken."""
    Term.objects.filter(number=1).update(end=MONDAY)
    scene.below = cast.school_class(scene.school, "202401")
    cast.student(scene.below, "赵宁")
    scene.below_teacher = cast.person("石一", role=Role.HOMEROOM_TEACHER, school_class=scene.below)
    for room in (scene.school_class, scene.below):
        take_all(scene.clerk, room)
    clock.move_to(at(TODAY))
    return scene


def take_all(clerk, room) -> None:
    """Every register of the term."""
    for day in DAYS:
        for slot in ("AM", "PM"):
            cast.take_register(clerk, room, day, slot, today=MONDAY)


def freeze(school_scene, bureau, head=None) -> ScoreFreeze:
    """The term, signed and frozen."""
    row = sign(opened(school_scene, bureau, today=TODAY), head or principal_of(school_scene), today=TODAY)
    return freeze_scores(row, bureau, today=TODAY)


def lose(scene, child=None):
    """A child of the class leaves on the term's last day, as is written only now."""
    given = {"kind": EventKind.DROP_OUT, "happened_on": MONDAY, "today": TODAY}
    return enrolment.record_event(by=scene.clerk, student=child or scene.children[2], **given)


def bring_back(scene, child=None) -> None:
    """That it left was a mistake."""
    gone = (child or scene.children[2]).events.get(kind="drop_out")
    corrections.void(by=scene.clerk, event=gone, reason="登记错了人", today=TODAY)


def term() -> Term:
    return Term.objects.get(number=1)


def confirm(kind, who, *, note: str = NOTE, **more) -> AwardList:
    """评定 what the page would show."""
    proposal = proposal_of(kind, term(), TODAY)
    given = {"rule": proposal.field.rule.key, "mark": proposal.mark} | more
    return award_lists.confirm(by=who, scope=cast.scope(who), term=term(), kind=kind, note=note, today=TODAY, **given)


def change(row: AwardList, who, *, reason: str = "定分更正", seen: int = 0, **more):
    """变更 by what the page would show."""
    given = {"mark": changes_of(row, TODAY).mark} | more
    scope = cast.scope(who)
    return award_lists.change(by=who, scope=scope, award_list=row, reason=reason, seen=seen, today=TODAY, **given)


def amended(row: ScoreFreeze, bureau, *, seen: int = 0):
    return amend(row, bureau, seen=seen)


def names(row: AwardList) -> list[str]:
    """Who stands on a list."""
    return [award.full_name for award in row.awards.filter(withdrawal=None).order_by("number")]
