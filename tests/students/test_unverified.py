"""待核实: every one is asked about, however long it takes, and settled in one tap for the whole day."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import Obligation
from students.actions import leave, registers
from students.days import MarkKind
from students.models import AbsenceMark, AuditRow, DayOverride, MarkCorrection, ReferenceStamp, Role, Term
from students.queries.unverified import ANSWERS
from students.queries.waiting import WAITING
from tests import cast
from tests.scene import FRIDAY, MONDAY, PHONE, at, client_of

LIST, HOME = reverse("students:unverified"), reverse("home")
THURSDAY = FRIDAY - timedelta(days=1)


def address(scene, child=0, day=FRIDAY):
    return reverse("students:verify", args=[scene.school_class.pk, scene.children[child].pk, day])


def kinds(scene, day=FRIDAY) -> dict[str, str]:
    """Slot → what stands of the first child on a day."""
    marks = AbsenceMark.objects.filter(student=scene.children[0], roll_call__day=day)
    return dict(marks.values_list("roll_call__slot", "kind"))


@pytest.fixture
def friday(scene):
    """The first child is 待核实 in both slots of Friday, the second is 旷课."""
    scene.take(FRIDAY, first="unverified", second="unexcused")
    scene.take(FRIDAY, "PM", first="unverified", third="late")
    return scene


class TestADayClosedAfterwards:
    """The register stands, but there was no school to miss."""

    @pytest.mark.parametrize("where", ["county", "school", "class"])
    def test_is_not_asked_about(self, where, friday):
        friday.take(MONDAY, first="unverified")
        place = {"county": {}, "school": {"school": friday.school}}.get(
            where, {"school": friday.school, "school_class": friday.school_class}
        )
        off = DayOverride.objects.create(day=FRIDAY, is_taught=False, is_closure=True, **place)
        client = client_of(friday.teacher)
        assert [line.day for line in client.get(LIST).context["lines"]] == [MONDAY]
        assert [line.day for line in client.get(HOME).context["home"].unverified] == [MONDAY]
        assert WAITING["students:unverified"](cast.scope(friday.teacher), MONDAY) == 1
        off.delete()
        assert WAITING["students:unverified"](cast.scope(friday.teacher), MONDAY) == 2

    def test_of_another_class_is(self, friday):
        other = cast.school_class(friday.school, "202302")
        DayOverride.objects.create(day=FRIDAY, is_taught=False, school=friday.school, school_class=other)
        assert WAITING["students:unverified"](cast.scope(friday.teacher), MONDAY) == 1

    def test_outside_every_term_is_not_either(self, friday):
        Term.objects.filter(start__lte=FRIDAY, end__gte=FRIDAY).update(start=MONDAY)
        ReferenceStamp.objects.update(stamp=F("stamp") + 1)
        assert WAITING["students:unverified"](cast.scope(friday.teacher), MONDAY) == 0


class TestAnAnswer:
    @pytest.mark.parametrize(("kind", "words"), ANSWERS)
    def test_settles_both_slots_after_the_day_and_keeps_what_was(self, friday, kind, words):
        page = client_of(friday.teacher).post(address(friday), {"kind": kind}, follow=True).content.decode()
        assert f"已核实高东9月4日：{words}。" in page
        assert kinds(friday) == ({"AM": kind, "PM": kind} if kind else {})
        corrections = MarkCorrection.objects.values_list("old_kind", "new_kind", "reason", "corrected_by")
        assert set(corrections) == {("unverified", kind, "核实", friday.teacher.pk)}
        assert AuditRow.objects.get(action="register.verify").details["slots"] == 2

    def test_leaves_the_other_children_alone(self, friday):
        client_of(friday.teacher).post(address(friday), {"kind": "sick_leave"})
        others = AbsenceMark.objects.exclude(student=friday.children[0])
        assert set(others.values_list("student", "kind")) == {
            (friday.children[1].pk, "unexcused"),
            (friday.children[2].pk, "late"),
        }

    def test_leaves_a_slot_of_the_day_that_is_known(self, scene):
        scene.take(FRIDAY, first="unexcused")
        scene.take(FRIDAY, "PM", first="unverified")
        client_of(scene.teacher).post(address(scene), {"kind": "sick_leave"})
        assert kinds(scene) == {"AM": "unexcused", "PM": "sick_leave"}

    @pytest.mark.parametrize(("kind", "still_owed"), [("unexcused", True), ("sick_leave", False), ("", False)])
    def test_is_followed_at_once(self, friday, kind, still_owed):
        owed = Obligation.objects.standing().filter(student=friday.children[0], tier="contact")
        assert owed.exists()
        client_of(friday.teacher).post(address(friday), {"kind": kind})
        assert owed.exists() == still_owed
        if not still_owed:
            withdrawn = Obligation.objects.get(student=friday.children[0], tier="contact")
            assert withdrawn.withdrawn_reason.startswith("9月4日")
            assert withdrawn.withdrawn_reason.endswith(f"待核实改为{'病假' if kind else '出勤'}")

    def test_pressed_twice_is_one_and_somebody_quicker_is_not_overwritten(self, friday):
        client_of(friday.clerk).post(address(friday), {"kind": "sick_leave"})
        page = client_of(friday.teacher).post(address(friday), {"kind": "unexcused"}, follow=True).content.decode()
        assert "已经没有待核实，没有改动" in page
        assert kinds(friday) == {"AM": "sick_leave", "PM": "sick_leave"}
        assert AuditRow.objects.filter(action="register.verify").count() == 1

    @pytest.mark.parametrize("sent", [{}, {"kind": "unverified"}, {"kind": "nonsense"}])
    def test_that_is_none_changes_nothing(self, friday, sent):
        page = client_of(friday.teacher).post(address(friday), sent, follow=True).content.decode()
        assert "没有收到核实的结果，没有保存" in page
        assert kinds(friday) == {"AM": "unverified", "PM": "unverified"}

    def test_of_a_child_of_another_class_is_not_found(self, friday):
        stranger = cast.student(cast.school_class(cast.school("西岭小学")), "何远")
        url = reverse("students:verify", args=[friday.school_class.pk, stranger.pk, FRIDAY])
        assert client_of(friday.teacher).post(url, {"kind": ""}).status_code == 404

    @pytest.mark.parametrize("role", [Role.SUBJECT_TEACHER, Role.PRINCIPAL])
    def test_is_not_for_whoever_only_looks(self, friday, role):
        place = {"school_class": friday.school_class} if role == Role.SUBJECT_TEACHER else {"school": friday.school}
        client = client_of(cast.person(role=role, **place))
        assert client.post(address(friday), {"kind": ""}).status_code == 403
        assert kinds(friday) == {"AM": "unverified", "PM": "unverified"}

    def test_brings_the_version_on_so_that_an_open_register_sees_it(self, friday):
        client_of(friday.teacher).post(address(friday), {"kind": "sick_leave"})
        with pytest.raises(registers.RegisterRefused):
            friday.take(FRIDAY, version=3, first="unexcused")
        history = client_of(friday.teacher).get(
            reverse("students:register_history", args=[MarkCorrection.objects.first().roll_call_id])
        )
        assert "高东：待核实改为病假" in history.content.decode()


class TestTheList:
    @pytest.mark.parametrize("page", [LIST, HOME])
    def test_has_a_child_once_a_day_with_whom_to_ring_and_how_long_it_has_waited(self, friday, page):
        html = client_of(friday.teacher).get(page).content.decode()
        shown = html.partition('class="unverified"')[2].partition("</ul>")[0]
        assert shown.count("9月4日上午、下午待核实") == 1
        assert "已等1个上课日" in html
        assert f'href="tel:{PHONE}"' in html

    @pytest.mark.parametrize(
        ("days_later", "words"), [(0, "今天"), (1, "已等1个上课日"), (5, "已等5个上课日"), (6, "已等5个上课日")]
    )
    def test_counts_school_days(self, scene, clock, days_later, words):
        scene.take(MONDAY, first="unverified")
        clock.move_to(at(MONDAY + timedelta(days=days_later)))
        days = {5: 4, 6: 4}.get(days_later, days_later)
        line = client_of(scene.teacher).get(LIST).context["lines"][0]
        assert line.waited == days
        assert line.waited_words == (f"已等{days}个上课日" if days else words)

    def test_leaves_out_a_day_that_a_leave_covers(self, friday):
        leave.approve(
            by=friday.teacher,
            student=friday.children[0],
            first_day=FRIDAY,
            last_day=FRIDAY,
            kind=MarkKind.SICK_LEAVE,
            today=MONDAY,
        )
        assert client_of(friday.teacher).get(LIST).context["lines"] == []

    def test_of_the_school_is_the_clerks_with_search_and_filter(self, friday):
        beside = cast.school_class(friday.school, "202302")
        child = cast.student(beside, "任雪")
        cast.take_register(friday.clerk, beside, FRIDAY, today=MONDAY, child=(child, "unverified"))
        client = client_of(friday.clerk)
        assert {line.student.name for line in client.get(LIST).context["lines"]} == {"高东", "任雪"}
        assert [line.student.name for line in client.get(LIST, {"q": "rx"}).context["lines"]] == ["任雪"]
        found = client.get(LIST, {"school_class": friday.school_class.pk}).context["lines"]
        assert [line.student.name for line in found] == ["高东"]
        assert "没有符合条件的待核实" in client.get(LIST, {"q": "none"}).content.decode()

    def test_shows_the_principal_no_button(self, friday):
        html = client_of(cast.person(role=Role.PRINCIPAL, school=friday.school)).get(LIST).content.decode()
        assert "高东" in html
        assert 'name="kind"' not in html

    def test_empty_says_so(self, scene):
        assert "没有待核实" in client_of(scene.teacher).get(LIST).content.decode()

    def test_the_home_shows_three_and_leads_to_the_rest(self, scene):
        others = [cast.student(scene.school_class, f"林子{n}") for n in "一二三四五六"]
        marks = {f"m{n}": (child, "unverified") for n, child in enumerate(others)}
        cast.take_register(scene.teacher, scene.school_class, MONDAY, **marks)
        html = client_of(scene.teacher).get(HOME).content.decode()
        assert html.count("9月7日上午待核实") == 3
        assert "全部待核实" in html

    def test_asks_as_often_for_many_as_for_one(self, friday):
        client = client_of(friday.teacher)
        client.get(LIST)

        def queries() -> int:
            with CaptureQueriesContext(connection) as asked:
                client.get(LIST)
            return len(asked)

        few = queries()
        others = [cast.student(friday.school_class, f"林子{n}") for n in "一二三四五六"]
        marks = {f"m{n}": (child, "unverified") for n, child in enumerate(others)}
        cast.take_register(friday.teacher, friday.school_class, MONDAY, **marks)
        assert queries() == few <= 9
