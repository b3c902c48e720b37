"""不符: a child marked present and not found; what settles it, until when, and that no point moves by it."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from casework.actions import cases
from casework.models import Obligation
from casework.steps import Concern
from inspections.actions.mismatches import ExplanationRefused, explain
from inspections.models import Explanation
from inspections.queries.mismatches import counts_seen, mismatches, to_explain
from scoring.actions.scores import keep_scores
from scoring.models import KeptScore
from students.models import AuditRow, HeadCount, Role, RollCall
from tests import cast
from tests.inspections.drawing import count_of
from tests.scene import MONDAY, at


@pytest.fixture
def inspector(scene):
    return cast.person("苏远", role=Role.INSPECTOR, township=scene.school.township)


@pytest.fixture
def counted(scene, inspector, clock):
    """At nine the first child is not in the room; the morning's register has everybody present."""
    scene.take(MONDAY)
    clock.move_to(at(MONDAY, 9))
    return count_of(inspector, scene.school_class, scene.children[0])


def found(today=MONDAY):
    return mismatches(HeadCount.objects.all(), today)


def explained(scene, count, *, by=None, text="在医务室", seen=None, child=0, today=MONDAY):
    who = by or scene.clerk
    place = {"head_count": count.pk, "student": scene.children[child].pk, "today": today}
    return explain(by=who, scope=cast.scope(who), text=text, seen=seen, **place)


class TestAMismatch:
    def test_is_a_child_not_found_whom_the_register_of_the_slot_has_present(self, scene, counted):
        [mismatch] = found()
        assert mismatch.row.student == scene.children[0]
        assert (mismatch.call.day, mismatch.call.slot, mismatch.state) == (MONDAY, "AM", "open")
        assert mismatch.due_on == MONDAY + timedelta(days=3)

    @pytest.mark.parametrize("kind", ["unexcused", "unverified", "sick_leave", "official"])
    def test_is_none_where_the_register_has_the_child_absent(self, kind, scene, inspector, clock):
        scene.take(MONDAY, first=kind)
        clock.move_to(at(MONDAY, 9))
        count_of(inspector, scene.school_class, scene.children[0])
        assert found() == []

    def test_is_one_where_the_child_came_late_by_the_register(self, scene, inspector, clock):
        scene.take(MONDAY, first="late")
        clock.move_to(at(MONDAY, 9))
        count_of(inspector, scene.school_class, scene.children[0])
        assert len(found()) == 1

    def test_is_none_where_the_child_was_elsewhere_in_the_school(self, scene, inspector):
        scene.take(MONDAY)
        count_of(inspector, scene.school_class, scene.children[0], reason="elsewhere")
        assert found() == []

    def test_is_none_without_a_register_and_one_once_it_is_taken(self, scene, inspector, clock):
        clock.move_to(at(MONDAY, 9))
        count_of(inspector, scene.school_class, scene.children[0])
        assert found() == []
        clock.move_to(at(MONDAY, 10))
        scene.take(MONDAY)
        assert len(found()) == 1

    @pytest.mark.parametrize(("hour", "minute", "slot"), [(7, 40, "AM"), (13, 59, "AM"), (14, 0, "PM"), (16, 0, "PM")])
    def test_is_held_against_the_register_of_the_slot_of_the_count(self, hour, minute, slot, scene, inspector, clock):
        scene.take(MONDAY)
        scene.take(MONDAY, "PM", first="unexcused")
        clock.move_to(at(MONDAY, hour, minute))
        count_of(inspector, scene.school_class, scene.children[0])
        assert [each.call.slot for each in found()] == ([slot] if slot == "AM" else [])


class TestWhatSettlesIt:
    def test_the_register_put_right_with_its_duties(self, scene, counted, clock):
        clock.move_to(at(MONDAY, 10))
        scene.take(MONDAY, version=1, first="unexcused")
        [mismatch] = found()
        assert (mismatch.state, mismatch.became) == ("settled", "点名已更正为旷课")
        assert Obligation.objects.filter(student=scene.children[0], tier="contact").exists()

    def test_a_correction_does_not_make_it_undone(self, scene, counted, clock):
        """It stays on the list: what the register said when somebody was there, it said."""
        clock.move_to(at(MONDAY, 9, 50))
        scene.take(MONDAY, version=1, first="sick_leave")
        assert len(found()) == 1

    def test_a_correction_of_the_count_neither(self, scene, counted, inspector, clock):
        """Somebody was in the room at nine: a note written later moves neither the time nor the slot."""
        clock.move_to(at(MONDAY, 9, 50))
        scene.take(MONDAY, version=1, first="sick_leave")
        scene.take(MONDAY, "PM", first="sick_leave")
        for hour in (10, 15):
            clock.move_to(at(MONDAY, hour))
            seen = HeadCount.objects.get().recorded_at
            again = count_of(inspector, scene.school_class, scene.children[0], note=f"{hour}点补记", seen=seen)
            assert (again.counted_at, again.recorded_at) == (at(MONDAY, 9), at(MONDAY, hour))
            [mismatch] = found()
            assert (mismatch.call.slot, mismatch.became) == ("AM", "点名已更正为病假")

    def test_a_concern(self, scene, counted):
        teacher = scene.teacher
        cases.raise_concern(
            by=teacher, scope=cast.scope(teacher), student=scene.children[0], concern=Concern.FAMILY_CHANGE, note="",
            today=MONDAY,
        )  # fmt: skip
        assert found()[0].became == "9月7日已报预警"

    def test_an_explanation(self, scene, counted):
        explained(scene, counted)
        assert (found()[0].state, found()[0].became) == ("settled", "学校说明：在医务室")

    @pytest.mark.parametrize(("days", "state"), [(2, "open"), (3, "open"), (4, "late")])
    def test_is_late_after_its_day(self, days, state, counted):
        assert found(MONDAY + timedelta(days=days))[0].state == state

    def test_what_is_open_stands_first(self, scene, counted, inspector, clock):
        tuesday = MONDAY + timedelta(days=1)
        clock.move_to(at(tuesday, 9))
        cast.take_register(scene.teacher, scene.school_class, tuesday)
        count_of(inspector, scene.school_class, scene.children[1], today=tuesday)
        explained(scene, counted, today=tuesday)
        assert [each.row.student for each in found(tuesday)] == [scene.children[1], scene.children[0]]


class TestAnExplanation:
    def test_is_kept_with_an_audit_row(self, scene, counted):
        made = explained(scene, counted)
        assert (made.text, made.explained_by) == ("在医务室", scene.clerk)
        assert AuditRow.objects.get(action="head_count.explain").details == {"student": scene.children[0].pk}

    def test_sent_twice_is_one(self, scene, counted):
        made = explained(scene, counted)
        assert explained(scene, counted, seen=made.pk).pk == made.pk
        assert explained(scene, counted).pk == made.pk
        assert Explanation.objects.count() == 1

    def test_is_not_overwritten_by_somebody_who_did_not_see_it(self, scene, counted):
        head = cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)
        made = explained(scene, counted)
        with pytest.raises(ExplanationRefused, match="何静刚说明过：在医务室。没有保存"):
            explained(scene, counted, by=head, text="在操场")
        explained(scene, counted, by=head, text="在操场", seen=made.pk)
        assert [each.text for each in Explanation.objects.all()] == ["在医务室", "在操场"]
        assert found()[0].became == "学校说明：在操场"

    def test_is_refused_where_a_page_says_that_it_showed_one_that_never_was(self, scene, counted):
        with pytest.raises(ExplanationRefused, match="提交的内容不完整，没有保存"):
            explained(scene, counted, seen=5)
        assert not Explanation.objects.exists()

    def test_is_the_school_s_and_never_of_one_s_own_class(self, scene, counted, inspector):
        for who in (inspector, scene.teacher, cast.person(role=Role.BUREAU_OFFICER)):
            with pytest.raises(ExplanationRefused, match="由教务处和校领导"):
                explained(scene, counted, by=who)
        cast.post(scene.teacher, Role.DEPUTY_HEAD, school=scene.school)
        with pytest.raises(ExplanationRefused):
            explained(scene, counted, by=scene.teacher)

    def test_is_of_a_child_who_was_not_found(self, scene, counted):
        with pytest.raises(ExplanationRefused, match="没有不符"):
            explained(scene, counted, child=1)

    @pytest.mark.parametrize("verb", ["update", "delete"])
    def test_is_never_changed(self, verb, scene, counted):
        explained(scene, counted)
        rows = Explanation.objects.all()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(text="无") if verb == "update" else rows._raw_delete(rows.db)


class TestWhoSeesThem:
    def test_is_school_and_area_not_the_class_s_own_teacher(self, scene, counted, inspector):
        seen = {who: counts_seen(cast.scope(who), MONDAY).count() for who in (scene.clerk, inspector, scene.teacher)}
        assert seen == {scene.clerk: 1, inspector: 1, scene.teacher: 0}

    def test_counts_for_the_school_what_waits(self, scene, counted, inspector):
        assert to_explain(cast.scope(scene.clerk), MONDAY) == 1
        assert to_explain(cast.scope(inspector), MONDAY) == 0
        explained(scene, counted)
        assert to_explain(cast.scope(scene.clerk), MONDAY) == 0

    @pytest.mark.parametrize("settled", [False, True])
    def test_have_those_of_an_earlier_term_while_they_are_open(self, settled, scene, counted):
        spring = date(2027, 3, 1)
        if settled:
            explained(scene, counted)
        scope = cast.scope(scene.clerk)
        assert list(counts_seen(scope, spring - timedelta(days=1))) == [counted]
        assert list(counts_seen(scope, spring)) == ([] if settled else [counted])
        assert to_explain(scope, spring) == (0 if settled else 1)

    def test_read_only_the_registers_that_counts_met(self, scene, counted, inspector, clock):
        """A county has hundreds of counts: class and day are not crossed, and other slots are left alone."""
        beside, tuesday = cast.school_class(scene.school, "202302"), MONDAY + timedelta(days=1)
        child = cast.student(beside)
        clock.move_to(at(tuesday, 9))
        for day in (MONDAY, tuesday):
            for slot in ("AM", "PM"):
                cast.take_register(scene.clerk, beside, day, slot=slot)
        count_of(inspector, beside, child, today=tuesday)
        read = []
        original = RollCall.from_db.__func__
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(RollCall, "from_db", classmethod(lambda cls, *row: read.append(1) or original(cls, *row)))
            assert len(found(tuesday)) == 2
        assert len(read) == 2

    def test_asks_once_where_nobody_was_missing(self, scene, inspector, django_assert_num_queries):
        count_of(inspector, scene.school_class)
        scope = cast.scope(scene.clerk)
        with django_assert_num_queries(1):
            assert to_explain(scope, MONDAY) == 0


def test_no_point_moves_by_a_count_or_by_what_is_explained(scene, counted, clock):
    def scores():
        keep_scores(today=MONDAY + timedelta(days=1))
        return list(KeptScore.objects.values_list("school_class", "total"))

    HeadCount.objects.filter(pk=counted.pk).update(present=counted.present)
    before = scores()
    explained(scene, counted)
    assert scores() == before
    bare = list(HeadCount.objects.values_list("pk", flat=True))
    assert bare == [counted.pk]
