"""补录: a month entered from paper. All of it or nothing; nothing overwritten; nobody who may not."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casework.models import AbsenceRun, Obligation
from students.actions import registers
from students.actions.enrolment import record_event
from students.days import MarkKind
from students.enrolment import EventKind
from students.models import AbsenceMark, AdoptedPolicy, AuditRow, MarkCorrection, Role, RollCall, SchoolClass
from students.queries.month_sheets import school_days_of
from tests import cast
from tests.scene import FRIDAY, MONDAY, at, client_of, clock, scene, school_days

__all__ = ["clock", "scene"]
SEPTEMBER = date(2026, 9, 1)
TUESDAY, LAST = date(2026, 9, 1), date(2026, 9, 30)
DAY = timedelta(days=1)


def address(scene, month=SEPTEMBER):
    return reverse("students:enter_month", args=[scene.school_class.pk, month])


def key(day: date, slot="AM") -> str:
    return f"{day:%d}-{slot}"


def cell(child, day: date, slot="AM") -> str:
    return f"c-{child.pk}-{key(day, slot)}"


def grid(*, submission=None, reason="", versions=None, ticks=(), **cells) -> dict:
    """The fields of a grid: ``versions``: column key → version, 0 for those with a cell or a tick."""
    columns = {"-".join(name.split("-")[2:]) for name in cells} | set(ticks)
    versions = dict.fromkeys(columns, 0) | (versions or {})
    return {
        "submission": str(submission or uuid4()), "piece": "0", "reason": reason,
        **{f"v-{column}": str(version) for column, version in versions.items()},
        **{f"t-{column}": "on" for column in ticks}, **cells,
    }  # fmt: skip


@pytest.fixture
def teacher(scene):
    return client_of(scene.teacher)


@pytest.fixture
def clerk(scene):
    return client_of(scene.clerk)


def refused(response, status=422) -> str:
    assert response.status_code == status
    return response.content.decode()


class TestSaving:
    def test_signs_and_ticks_become_registers_in_one_go(self, scene, teacher):
        first, second, _ = scene.children
        fields = {cell(first, TUESDAY): "旷", cell(second, TUESDAY, "PM"): "病"}
        response = teacher.post(address(scene), grid(ticks=[key(FRIDAY)], **fields))
        assert response.url == reverse("reports:month_sheet", args=[scene.school_class.pk, SEPTEMBER])
        calls = RollCall.objects.order_by("day", "slot").values_list("day", "slot", "taken_by", "version")
        taken = [(TUESDAY, "AM"), (TUESDAY, "PM"), (FRIDAY, "AM")]
        assert list(calls) == [(*place, scene.teacher.pk, 1) for place in taken]
        assert set(AbsenceMark.objects.values_list("student", "kind", "roll_call__slot")) == {
            (first.pk, "unexcused", "AM"), (second.pk, "sick_leave", "PM"),
        }  # fmt: skip
        assert {timezone.localdate(call.taken_at) for call in RollCall.objects.all()} == {
            MONDAY
        }  # when it was entered: late

    def test_the_ladder_follows_at_once(self, scene, teacher):
        child = scene.children[0]
        days = school_days(SEPTEMBER, 4)
        fields = {cell(child, day, slot): "旷" for day in days for slot in ("AM", "PM")}
        teacher.post(address(scene), grid(**fields))
        assert AbsenceRun.objects.get(student=child).days == 4
        assert Obligation.objects.filter(student=child, tier="absence_report", withdrawn_at=None).count() == 1

    def test_a_register_filled_in_later_ends_a_run_it_lies_in(self, scene, teacher):
        for day in (2, 4):
            scene.take(SEPTEMBER.replace(day=day), first="unexcused")
        teacher.post(address(scene), grid(ticks=[key(SEPTEMBER.replace(day=3))]))
        assert sorted(AbsenceRun.objects.values_list("days", flat=True)) == [1, 1]

    def test_one_audit_row_holds_counts_and_no_names(self, scene, teacher):
        submission = uuid4()
        fields = grid(submission=submission, **{cell(scene.children[0], TUESDAY): "旷"})
        teacher.post(address(scene), fields)
        row = AuditRow.objects.get(action="register.submit_month")
        assert (row.key, row.done_by, row.subject_id) == (submission, scene.teacher, scene.school_class.pk)
        assert row.details == {"month": "2026-09", "taken": 1, "corrected": 0, "marks": 1}

    def test_sent_twice_it_is_written_once(self, scene, teacher):
        fields = grid(**{cell(scene.children[0], TUESDAY): "旷"})
        assert [teacher.post(address(scene), fields).status_code for _ in range(2)] == [302, 302]
        assert RollCall.objects.get().version == 1
        assert AuditRow.objects.filter(action="register.submit_month").count() == 1
        assert "已经保存过" in teacher.get(reverse("home")).content.decode()

    def test_nothing_filled_in_saves_nothing_and_says_so(self, scene, teacher):
        html = refused(teacher.post(address(scene), grid(versions={key(TUESDAY): 0})))
        assert "没有要保存的内容" in html
        assert not RollCall.objects.exists()

    def test_a_sending_used_elsewhere_is_refused(self, scene, teacher):
        submission = uuid4()
        registers.submit(
            by=scene.teacher, scope=cast.scope(scene.teacher), school_class=scene.school_class.pk, day=MONDAY,
            slot="AM", marks={}, submission=submission, version=0, today=MONDAY,
        )  # fmt: skip
        html = refused(teacher.post(address(scene), grid(submission=submission, ticks=[key(TUESDAY)])))
        assert "已用在另一张表上" in html

    def test_a_substitute_of_these_days_may(self, scene):
        substitute = cast.person()
        cast.post(substitute, Role.HOMEROOM_TEACHER, school_class=scene.school_class, since=MONDAY, until=MONDAY + DAY)
        assert client_of(substitute).post(address(scene), grid(ticks=[key(TUESDAY)])).status_code == 302


class TestWhatStands:
    def test_a_teacher_sees_what_is_registered_and_cannot_type_in_it(self, scene, teacher):
        scene.take(FRIDAY, first="unexcused")
        html = teacher.get(address(scene)).content.decode()
        assert f'name="v-{key(FRIDAY)}"' not in html
        assert 'aria-label="旷课"' in html
        assert f'name="v-{key(MONDAY)}"' in html

    def test_today_a_teacher_may_still_correct(self, scene, teacher):
        scene.take(MONDAY, first="unexcused")
        fields = grid(versions={key(MONDAY): 1}, **{cell(scene.children[1], MONDAY): "迟"})
        assert teacher.post(address(scene), fields).status_code == 302
        assert dict(AbsenceMark.objects.values_list("student", "kind")) == {scene.children[1].pk: "late"}
        assert set(MarkCorrection.objects.values_list("old_kind", "new_kind")) == {("unexcused", ""), ("", "late")}

    def test_a_forged_late_correction_by_a_teacher_is_refused_whole(self, scene, teacher):
        scene.take(FRIDAY, first="unexcused")
        fields = grid(versions={key(FRIDAY): 1}, ticks=[key(TUESDAY)], reason="核对更正")
        html = refused(teacher.post(address(scene), fields))
        assert "请教务处更正" in html
        assert RollCall.objects.count() == 1

    @pytest.mark.parametrize(("reason", "saved"), [("按纸质表更正", True), ("", False), ("  ", False)])
    def test_the_clerk_changes_it_with_a_reason(self, reason, saved, scene, clerk):
        scene.take(FRIDAY, first="unexcused")
        fields = grid(versions={key(FRIDAY): 1}, reason=reason, **{cell(scene.children[0], FRIDAY): "病"})
        response = clerk.post(address(scene), fields)
        assert AbsenceMark.objects.get().kind == ("sick_leave" if saved else "unexcused")
        if saved:
            correction = MarkCorrection.objects.get()
            assert (correction.reason, correction.corrected_by) == (reason, scene.clerk)
        else:
            html = refused(response)
            assert "要写明原因" in html
            assert 'value="病"' in html

    def test_what_the_clerk_leaves_as_it_is_stays_untouched(self, scene, clerk):
        scene.take(FRIDAY, first="unexcused")
        fields = grid(versions={key(FRIDAY): 1}, ticks=[key(TUESDAY)], **{cell(scene.children[0], FRIDAY): "旷"})
        assert clerk.post(address(scene), fields).status_code == 302
        assert RollCall.objects.get(day=FRIDAY).version == 1

    @pytest.mark.parametrize(("days", "open_"), [(2, False), (3, True)])
    def test_the_county_says_for_how_long_a_teacher_corrects(self, days, open_, scene, teacher):

        by = {"adopted_at": timezone.now(), "adopted_by": scene.clerk}
        AdoptedPolicy.objects.create(starts_on=SEPTEMBER, content={"correction_days": days}, **by)
        scene.take(FRIDAY)
        assert (f'name="v-{key(FRIDAY)}"' in teacher.get(address(scene)).content.decode()) is open_

    def test_a_child_moved_afterwards_keeps_its_mark_in_the_old_register(self, scene, clerk):
        other = cast.school_class(scene.school, "202302")
        scene.take(FRIDAY, first="unexcused")
        record_event(
            by=scene.clerk, student=scene.children[0], kind=EventKind.CLASS_MOVE, happened_on=FRIDAY,
            school_class=other, today=MONDAY,
        )  # fmt: skip
        fields = grid(versions={key(FRIDAY): 1}, reason="核对更正", **{cell(scene.children[1], FRIDAY): "迟"})
        assert clerk.post(address(scene), fields).status_code == 302
        kinds = dict(AbsenceMark.objects.values_list("student", "kind"))
        assert kinds == {scene.children[0].pk: "unexcused", scene.children[1].pk: "late"}


class TestConflicts:
    def test_a_register_taken_meanwhile_is_shown_beside_what_was_typed(self, scene, clerk):
        first, second, _ = scene.children
        scene.take(TUESDAY, first="unexcused")
        fields = grid(**{cell(second, TUESDAY): "病", cell(second, FRIDAY): "旷"})
        html = refused(clerk.post(address(scene), fields), 409)
        assert "什么也没有保存" in html
        assert "已登记“旷课”，你填“出勤”" in html
        assert "已登记“出勤”，你填“病假”" in html
        assert f'name="v-{key(TUESDAY)}" value="1"' in html
        assert f'id="{cell(first, TUESDAY)}" value="○"' in html
        assert f'id="{cell(second, TUESDAY)}" value="病"' in html
        assert f'id="{cell(second, FRIDAY)}" value="旷"' in html
        assert RollCall.objects.count() == 1

    def test_sent_again_from_there_it_is_a_correction(self, scene, clerk):
        first, second, _ = scene.children
        scene.take(TUESDAY, first="unexcused")
        again = {cell(first, TUESDAY): "○", cell(second, TUESDAY): "病"}
        fields = grid(versions={key(TUESDAY): 1}, reason="按纸质表更正", **again)
        assert clerk.post(address(scene), fields).status_code == 302
        assert dict(AbsenceMark.objects.values_list("student", "kind")) == {second.pk: "sick_leave"}

    def test_a_teacher_who_may_no_longer_change_it_keeps_the_rest(self, scene, teacher):
        second = scene.children[1]
        scene.take(TUESDAY, first="unexcused", by=scene.clerk)
        fields = grid(**{cell(second, TUESDAY): "病", cell(second, FRIDAY): "旷"})
        html = refused(teacher.post(address(scene), fields), 409)
        assert "要改请找教务处" in html
        assert "你填“病假”" in html
        assert f'name="v-{key(TUESDAY)}"' not in html
        assert f'id="{cell(second, FRIDAY)}" value="旷"' in html

    def test_the_same_said_by_two_is_no_conflict(self, scene, teacher):
        scene.take(TUESDAY, first="unexcused", by=scene.clerk)
        fields = grid(ticks=[key(FRIDAY)], **{cell(scene.children[0], TUESDAY): "旷"})
        assert teacher.post(address(scene), fields).status_code == 302
        assert RollCall.objects.get(day=TUESDAY).version == 1

    def test_corrections_of_different_children_are_joined(self, scene, clerk):
        first, second, third = scene.children
        scene.take(MONDAY, first="unexcused")
        scene.take(MONDAY, first="unexcused", third="late", version=1)
        fields = grid(versions={key(MONDAY): 1}, **{cell(first, MONDAY): "旷", cell(second, MONDAY): "病"})
        assert clerk.post(address(scene), fields).status_code == 302
        assert dict(AbsenceMark.objects.values_list("student", "kind")) == {
            first.pk: "unexcused", second.pk: "sick_leave", third.pk: "late",
        }  # fmt: skip

    def test_one_taken_back_meanwhile_is_said(self, scene, clerk):
        html = refused(clerk.post(address(scene), grid(versions={key(TUESDAY): 1}, reason="核对更正")))
        assert "刚被撤销" in html

    def test_a_register_begins_above_one_that_was_taken_back(self, scene, clerk):
        SchoolClass.objects.update(last_version_undone=4)
        assert clerk.post(address(scene), grid(ticks=[key(MONDAY)])).status_code == 302
        taken = RollCall.objects.get()
        assert (taken.version, taken.is_corrected) == (5, False)


class TestBadInput:
    @pytest.mark.parametrize("typed", ["逃", "旷旷", "=1+1", "<script>", "x" * 500])
    def test_a_cell_that_is_no_sign_is_named_and_everything_kept(self, typed, scene, teacher):
        first, second, _ = scene.children
        fields = grid(**{cell(first, TUESDAY): typed, cell(second, FRIDAY, "PM"): "病"}, ticks=[key(MONDAY)])
        html = refused(teacher.post(address(scene), fields))
        assert "什么也没有保存，有 1 格要改" in html
        assert f'<a href="#{cell(first, TUESDAY)}">高东 9月1日上午：' in html
        assert f'id="{cell(second, FRIDAY, "PM")}" value="病"' in html
        assert f'name="t-{key(MONDAY)}" aria-label="9月7日上午点过名" title="点过名" checked' in html
        assert "<script>" not in html.partition("<main")[2].partition("</main")[0]
        assert not RollCall.objects.exists()

    def test_many_bad_cells_are_counted_and_the_first_listed(self, scene, teacher):
        fields = {
            cell(child, day, slot): "x"
            for child in scene.children
            for day in school_days(SEPTEMBER, 5)
            for slot in ("AM", "PM")
        }
        html = refused(teacher.post(address(scene), grid(**fields)))
        assert html.count("不是考勤符号") == 30

    @pytest.mark.parametrize(
        ("day", "words"),
        [(date(2026, 9, 8), "还没有到"), (date(2026, 9, 5), "不是本班这个月的上课日"), (date(2026, 9, 30), "还没有到")],
    )
    def test_a_day_that_cannot_be_entered_is_refused_whole(self, day, words, scene, teacher):
        fields = grid(ticks=[key(TUESDAY)], **{cell(scene.children[0], day): "旷"})
        assert words in refused(teacher.post(address(scene), fields))
        assert not RollCall.objects.exists()

    def test_a_slot_that_the_school_does_not_have_is_refused(self, scene, teacher):
        assert "本校不在晚自习点名" in refused(teacher.post(address(scene), grid(ticks=[key(TUESDAY, "EV")])))

    def test_a_child_who_was_not_in_the_class_that_day_is_refused(self, scene, teacher):
        late = cast.student(scene.school_class, "苏远", since=FRIDAY)
        stranger = cast.student(cast.school_class(scene.school, "202302"), "程远")
        for child in (late, stranger):
            html = refused(teacher.post(address(scene), grid(**{cell(child, TUESDAY): "旷"})))
            assert "不在这个班" in html
        assert not RollCall.objects.exists()
        html = teacher.get(address(scene)).content.decode()
        assert f'name="{cell(late, FRIDAY)}"' in html
        assert f'name="{cell(late, TUESDAY)}"' not in html

    @pytest.mark.parametrize(
        "broken",
        [
            {"submission": "no"},
            {"submission": ""},
            {"v-01-AM": "x"},
            {"v-01-AM": "-1"},
            {"v-01-AM": "²"},
            {"v-01-AM": "9" * 30},
            {"v-31-AM": "0"},
            {"v-00-AM": "0"},
            {"t-02-AM": "on"},
            {"piece": "x"},
            {"c-1-02-AM": "旷"},
        ],
    )
    def test_a_form_that_is_broken_is_refused(self, broken, scene, teacher):
        fields = grid(**{cell(scene.children[0], TUESDAY): "旷"}) | broken
        assert "提交的内容不完整" in refused(teacher.post(address(scene), fields))
        assert not RollCall.objects.exists()

    def test_a_reason_too_long_is_said_at_its_field(self, scene, clerk):
        scene.take(FRIDAY)
        fields = grid(versions={key(FRIDAY): 1}, reason="因" * 101, **{cell(scene.children[0], FRIDAY): "旷"})
        html = refused(clerk.post(address(scene), fields))
        assert "最多100字" in html
        assert 'value="旷"' in html


class TestThePage:
    def test_it_has_a_field_for_every_child_on_every_school_day_so_far(self, scene, teacher):
        html = teacher.get(address(scene)).content.decode()
        assert html.count('class="entry-cell"') == 3 * 5 * 2
        assert 'aria-label="高东 9月1日上午"' in html
        assert "v-08-AM" not in html
        assert "v-05-AM" not in html

    def test_a_month_to_come_says_that_it_is_too_early(self, scene, teacher):
        html = teacher.get(address(scene, date(2026, 10, 1))).content.decode()
        assert "还没有可以补录的上课日" in html

    def test_a_month_without_children_says_so(self, scene, teacher):
        assert "这个月班里没有学生" in teacher.get(address(scene, date(2020, 9, 1))).content.decode()

    def test_where_everything_is_registered_there_is_nothing_to_send(self, scene, teacher):
        for day in school_days(SEPTEMBER, 4):
            for slot in ("AM", "PM"):
                scene.take(day, slot)
        html = teacher.get(address(scene)).content.decode()
        assert "保存补录" in html  # today may still be entered
        RollCall.objects.filter(day=MONDAY).delete()

    def test_many_slots_are_entered_in_pieces_that_fit_a_form(self, scene, clock, settings):
        type(scene.school).objects.filter(pk=scene.school.pk).update(slots="1,2,3,4,5,6,7,EV")
        for number in range(4, 51):
            cast.student(scene.school_class, f"学生{number}", list_position=number)
        clock.move_to(at(LAST, 18))
        teacher = client_of(scene.teacher)
        first = teacher.get(address(scene)).content.decode()
        pieces = first.count("?piece=")
        assert pieces == 3
        fields = first.count("name=")
        assert fields < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        last = teacher.get(address(scene) + f"?piece={pieces - 1}").content.decode()
        assert "v-30-EV" in last
        assert "v-30-EV" not in first
        assert teacher.get(address(scene) + "?piece=99").status_code == 200
        assert teacher.get(address(scene) + "?piece=x").status_code == 200

    @pytest.mark.parametrize("days", [1, 4])
    def test_its_queries_do_not_grow(self, days, scene, clerk, django_assert_num_queries):
        for day in school_days(SEPTEMBER, days):
            scene.take(day, first="unexcused")
        clerk.get(address(scene))
        with django_assert_num_queries(8):
            clerk.get(address(scene))


def test_a_full_month_is_saved_in_a_number_of_queries_that_does_not_grow(scene, clock):
    """Fifty children, every half-day of September: as many statements for two days as for all."""
    for number in range(4, 51):
        cast.student(scene.school_class, f"学生{number}", list_position=number)
    children = list(scene.school_class.enrolments.values_list("student", flat=True))
    clock.move_to(at(LAST, 18))
    teacher, counts = client_of(scene.teacher), []
    school_days = school_days_of(scene.school_class, SEPTEMBER)  # the Mid-Autumn Festival is none
    for days in (school_days[:2], school_days[2:]):
        columns = [key(day, slot) for day in days for slot in ("AM", "PM")]
        cells = {f"c-{child}-{column}": "" for child in children for column in columns}
        cells |= {f"c-{child}-{column}": "旷" for column in columns for child in children[:3]}
        with CaptureQueriesContext(connection) as queries:
            response = teacher.post(address(scene), grid(ticks=columns, **cells))
        assert response.status_code == 302
        counts.append(len(queries))
    assert RollCall.objects.count() == 2 * len(school_days)
    assert AbsenceMark.objects.filter(kind=MarkKind.UNEXCUSED).count() == 2 * len(school_days) * 3
    assert counts[0] <= 30
    assert counts[1] <= counts[0] + 4  # runs of three days and more open cases, all of them at once
