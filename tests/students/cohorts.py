"""Two schools at the year's turn: a primary school whose last class leaves, and the junior school that awaits it."""

from datetime import date

from django.utils import timezone

from students.actions import hand_over as arriving
from students.actions import year_turn as turns
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import Area, HandOver, HandOverChild, Resident, Role, School
from students.queries.year_turn import outcome_of
from tests import cast
from tests.scene import MONDAY

YEAR = 2026
EVE, FIRST, DUE = date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 16)


class Primary:
    """A primary school with a third and a sixth grade, a junior school near it, and people."""

    def __init__(self):
        cast.terms()
        self.school = cast.school()
        self.junior = cast.school("东坪中学", kind=School.Kind.JUNIOR)
        self.third, self.beside = cast.school_class(self.school, "202301"), cast.school_class(self.school, "202302")
        self.second, self.fourth = cast.school_class(self.school, "202401"), cast.school_class(self.school, "202201")
        self.final = cast.school_class(self.school, "202001")
        self.children = [cast.student(self.third, name) for name in ("高东", "袁然远", "胡涛")]
        self.leaving = [cast.student(self.final, name, since=date(2020, 9, 1)) for name in ("陈子宁", "林一远")]
        self.clerk = cast.person("何静", role=Role.REGISTRY_CLERK, school=self.school)
        self.head = cast.person("罗宁", role=Role.PRINCIPAL, school=self.school)

    def begin(self):
        return turns.begin(by=self.clerk, school=self.school, school_year=YEAR)

    def carry_out(self, year_turn, *, by=None, today=MONDAY, seen=None):
        seen = outcome_of(year_turn).mark if seen is None else seen
        return turns.carry_out(by=by or self.clerk, year_turn=year_turn, seen=seen, today=today)


class Junior:
    """A junior school that awaits three graduates of a primary school, with one class of the entering cohort."""

    def __init__(self):
        cast.terms()
        self.primary = cast.school()
        self.school = cast.school("东坪中学", kind=School.Kind.JUNIOR)
        self.far = cast.school("西岭中学", kind=School.Kind.JUNIOR, township=cast.township("西岭镇"))
        final = cast.school_class(self.primary, "202001")
        self.room = cast.school_class(self.school, "202601", stage="junior")
        self.clerk = cast.person("何静", role=Role.REGISTRY_CLERK, school=self.school)
        self.children = [cast.student(final, name, since=date(2020, 9, 1)) for name in ("陈子宁", "林一远", "黄宁")]
        for child in self.children:
            record_event(by=None, student=child, kind=EventKind.GRADUATE, happened_on=date(2026, 8, 31), today=MONDAY)
        self.hand_over = HandOver.objects.create(
            kind="to_junior",
            from_class=final,
            from_school=self.primary,
            to_school=self.school,
            school_year=2026,
            due_on=DUE,
            sent_at=timezone.now(),
            sent_by=cast.person(role=Role.REGISTRY_CLERK, school=self.primary),
        )
        self.rows = [HandOverChild.objects.create(hand_over=self.hand_over, student=child) for child in self.children]

    def receive_all(self, **more):
        given = {"school_class": self.room, "day": FIRST, "today": MONDAY} | more
        return arriving.receive_all(by=self.clerk, hand_over=self.hand_over, **given)

    def answer(self, row, state, **more):
        given = {"seen": "awaited", "today": MONDAY} | more
        return arriving.answer(by=self.clerk, child=row, state=state, **given)

    def states(self):
        return list(self.hand_over.children.order_by("pk").values_list("state", flat=True))


def a_village(township: Area, name: str = "青石村") -> Area:
    return Area.objects.create(
        code=f"{township.code[:9]}2{Area.objects.count():02d}", name=name, level="village", parent=township
    )


def resident(of: Area, name: str = "杜一宁", *, birth_date: date = date(2020, 3, 4), **fields) -> Resident:
    return Resident.objects.create(
        name=name,
        id_number=cast.identity_number(birth_date),
        sex="男",
        birth_date=birth_date,
        village=of,
        township=of.parent,
        guardian_name="丁远",
        phone="13800005678",
        **fields,
    )
