"""Children given attention 关注学生: proposed by teachers, confirmed by the school with a person and a date, ended."""

from datetime import date, timedelta

import pytest

from casework.actions import watches
from casework.actions.watches import NotYourWatch, WatchChanged, WatchRefused
from casework.causes import Reason
from casework.models import Case, CaseEvent, Watch, WatchEvent
from casework.queries.visits import key_children
from casework.queries.watches import staff_of_child, watch_card, with_care
from casework.watching import WatchEnd
from students.actions import groups
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import AuditRow, Notice, Posting, Role, SpecialGroup
from tests import cast
from tests.casework.watching import TERM_END, by, confirmed, ended, proposed
from tests.scene import MONDAY


@pytest.fixture
def subject(scene):
    return cast.person("任军", role=Role.SUBJECT_TEACHER, school_class=scene.school_class)


@pytest.fixture
def principal(scene):
    return cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)


@pytest.fixture
def child(scene):
    return scene.children[0]


@pytest.fixture
def wavering(scene, child):
    """The first child is a confirmed 动摇生 in the care of its 班主任."""
    return confirmed(scene.clerk, proposed(scene.teacher, child), scene.teacher)


def leave(scene, child, kind=EventKind.TRANSFER_OUT, day=MONDAY):
    record_event(by=scene.clerk, student=child, kind=kind, happened_on=day, note="", today=day)


def notices_of(person, kind) -> int:
    return Notice.objects.filter(person=person, kind=kind, seen_at=None).count()


class TestProposing:
    @pytest.mark.parametrize("who", ["teacher", "subject", "clerk", "principal"])
    def test_is_for_whoever_teaches_the_child_or_runs_its_school(self, scene, subject, principal, child, who):
        person = {"subject": subject, "principal": principal}.get(who) or getattr(scene, who)
        row = proposed(person, child, "hardship", grounds="父亲久病，伙食费交不上")
        assert (row.state, row.proposed_by, row.proposed_on) == ("proposed", person, MONDAY)
        assert [event.action for event in row.events.all()] == ["propose"]
        assert AuditRow.objects.get(action="watch.propose").details == {"student": child.pk, "kind": "hardship"}

    def test_is_not_for_others(self, scene, child):
        beside = cast.person(role=Role.HOMEROOM_TEACHER, school_class=cast.school_class(scene.school, "202302"))
        for person in (beside, cast.person(role=Role.BUREAU_OFFICER)):
            with pytest.raises(NotYourWatch, match="提出由这个班的教师、教务处和校领导办理，没有提出"):
                proposed(person, child)

    def test_tells_the_office(self, scene, subject, principal, child):
        proposed(subject, child)
        assert notices_of(scene.clerk, "watch_proposed") == 1
        assert notices_of(principal, "watch_proposed") == 0  # there is a clerk

    def test_tells_the_heads_of_a_school_without_a_clerk(self, scene, subject, principal, child):
        scene.clerk.postings.update(until=MONDAY)
        proposed(subject, child)
        assert notices_of(principal, "watch_proposed") == 1

    def test_twice_is_one(self, scene, subject, child):
        assert proposed(subject, child) == proposed(subject, child)
        assert Watch.objects.count() == WatchEvent.objects.count() == Notice.objects.count() == 1

    def test_of_what_stands_already_is_refused_in_words(self, scene, subject, child):
        proposed(subject, child)
        with pytest.raises(WatchRefused, match="这名学生已列为“动摇生”（任军2026年9月7日提出，待确认），没有重复提出"):
            proposed(scene.teacher, child)
        assert proposed(scene.teacher, child, "learning_difficulty").pk  # another kind is another matter

    @pytest.mark.parametrize(
        ("fields", "words"),
        [({"grounds": ""}, "写明依据"), ({"reason": None}, "动摇生要选原因")],
    )
    def test_needs_grounds_and_of_a_wavering_child_a_reason(self, scene, child, fields, words):
        with pytest.raises(WatchRefused, match=words):
            proposed(scene.teacher, child, **fields)
        assert not Watch.objects.exists()

    def test_drops_a_reason_that_is_not_asked_for(self, scene, child):
        assert proposed(scene.teacher, child, "hardship", reason=Reason.WORK).reason == ""

    def test_of_a_child_that_does_not_attend_is_refused(self, scene, child):
        leave(scene, child, EventKind.SUSPEND)
        with pytest.raises(WatchRefused, match="不在校（休学），没有提出"):
            proposed(scene.clerk, child)

    def test_is_taken_back_by_whoever_made_it(self, scene, subject, child):
        row = proposed(subject, child)
        with pytest.raises(NotYourWatch, match="撤回由提出的人办理"):
            watches.withdraw(watch=row, **by(scene.teacher))
        for _ in range(2):
            assert watches.withdraw(watch=row, **by(subject)).state == "withdrawn"
        assert row.events.count() == 2
        assert notices_of(scene.clerk, "watch_proposed") == 0
        assert proposed(subject, child).state == "proposed"  # and may be made again


class TestDeciding:
    @pytest.mark.parametrize("who", ["clerk", "principal"])
    def test_gives_the_child_a_person_a_date_and_a_group(self, scene, subject, principal, child, who):
        person = principal if who == "principal" else scene.clerk
        row = confirmed(person, proposed(subject, child), scene.teacher)
        assert (row.state, row.decided_by, row.responsible, row.review_on) == (
            "confirmed",
            person,
            scene.teacher,
            TERM_END,
        )
        assert (row.group.kind, row.group.since, row.group.until) == ("wavering", MONDAY, None)
        assert child in key_children(MONDAY)  # and so on the weekly plan of visits
        assert notices_of(subject, "watch_decided") == notices_of(scene.teacher, "watch_decided") == 1
        assert notices_of(scene.clerk, "watch_proposed") == 0

    def test_is_not_a_teachers(self, scene, child):
        with pytest.raises(NotYourWatch, match="确认由教务处和校领导办理"):
            confirmed(scene.teacher, proposed(scene.teacher, child), scene.teacher)

    def test_takes_over_a_group_that_stands(self, scene, child):
        group = SpecialGroup.objects.create(student=child, kind="hardship", detail="低收入", since=date(2026, 3, 1))
        row = confirmed(scene.clerk, proposed(scene.teacher, child, "hardship"), scene.teacher)
        assert row.group == group
        assert SpecialGroup.objects.get().since == date(2026, 3, 1)

    @pytest.mark.parametrize("review_on", [MONDAY - timedelta(1), MONDAY, TERM_END + timedelta(1)])
    def test_refuses_a_review_outside_the_term(self, scene, child, review_on):
        with pytest.raises(WatchRefused, match="复核日期要在今天以后，最迟2027年1月22日"):
            confirmed(scene.clerk, proposed(scene.teacher, child), scene.teacher, review_on=review_on)
        assert not SpecialGroup.objects.exists()

    @pytest.mark.parametrize("review_on", [MONDAY + timedelta(1), TERM_END])
    def test_accepts_its_first_and_last_day(self, scene, child, review_on):
        assert confirmed(scene.clerk, proposed(scene.teacher, child), scene.teacher, review_on=review_on).group

    def test_refuses_a_person_from_elsewhere_or_who_has_left(self, scene, subject, child):
        far = cast.person("外人", role=Role.REGISTRY_CLERK, school=cast.school("西岭小学"))
        Posting.objects.filter(person=subject).update(until=MONDAY)
        row = proposed(scene.teacher, child)
        for person in (far, subject, cast.person(role=Role.BUREAU_OFFICER)):
            with pytest.raises(WatchRefused, match="现在不在这所学校任职"):
                confirmed(scene.clerk, row, person)

    def test_pressed_twice_is_one(self, scene, child):
        row = proposed(scene.teacher, child)
        for _ in range(2):
            confirmed(scene.clerk, row, scene.teacher, version=1)
        assert WatchEvent.objects.filter(action="confirm").count() == SpecialGroup.objects.count() == 1

    def test_of_two_the_second_is_told_that_it_is_done(self, scene, principal, child):
        row = proposed(scene.teacher, child)
        confirmed(scene.clerk, row, scene.teacher, version=1)
        with pytest.raises(WatchRefused, match="现在是“关注中”，不能确认，没有保存"):
            confirmed(principal, row, scene.clerk, version=1)
        with pytest.raises(WatchRefused, match="现在是“关注中”，不能退回"):
            watches.refuse(watch=row, reason="不实", version=1, **by(principal))
        assert Watch.objects.get().responsible == scene.teacher

    def test_sends_back_with_a_reason_that_the_proposer_reads(self, scene, subject, child):
        row = proposed(subject, child)
        with pytest.raises(WatchRefused, match="写明原因，没有退回"):
            watches.refuse(watch=row, reason="", version=1, **by(scene.clerk))
        for _ in range(2):
            watches.refuse(watch=row, reason="已转普通关注", version=1, **by(scene.clerk))
        row.refresh_from_db()
        assert (row.state, row.decision_note, row.events.count()) == ("refused", "已转普通关注", 2)
        assert notices_of(subject, "watch_decided") == 1
        assert not SpecialGroup.objects.exists()

    def test_of_a_child_that_has_gone_to_another_school_is_that_schools(self, scene, child):
        row = proposed(scene.teacher, child)
        far = cast.school_class(cast.school("西岭小学"))
        there = cast.person("魏岚", role=Role.REGISTRY_CLERK, school=far.school)
        leave(scene, child)
        record_event(
            by=there, student=child, kind=EventKind.TRANSFER_IN, happened_on=MONDAY + timedelta(1), school_class=far,
            note="", today=MONDAY + timedelta(1),
        )  # fmt: skip
        tuesday = MONDAY + timedelta(1)
        with pytest.raises(NotYourWatch):
            confirmed(scene.clerk, row, scene.teacher, today=tuesday)
        with pytest.raises(WatchRefused, match="现在不在这所学校任职"):
            confirmed(there, row, scene.teacher, today=tuesday)
        assert confirmed(there, row, there, today=tuesday).group

    def test_of_a_child_that_has_left_is_refused(self, scene, child):
        row = proposed(scene.teacher, child)
        leave(scene, child)
        with pytest.raises(WatchRefused, match="没有确认。请退回，写明情况"):
            confirmed(scene.clerk, row, scene.teacher)
        assert watches.refuse(watch=row, reason="已转走", version=1, **by(scene.clerk)).state == "refused"


class TestReviewing:
    def review(self, person, row, responsible, *, review_on=TERM_END, note="谈过三次，情绪稳定", version=None):
        version = row.version if version is None else version
        told = {"responsible": responsible, "review_on": review_on, "note": note, "version": version}
        return watches.review(watch=row, **told, **by(person))

    def test_goes_on_to_a_new_date_with_another_person(self, scene, wavering, subject):
        row = self.review(scene.clerk, wavering, subject, review_on=TERM_END - timedelta(30))
        assert (row.state, row.responsible, row.review_on) == ("confirmed", subject, TERM_END - timedelta(30))
        assert notices_of(subject, "watch_decided") == 1
        assert CaseEvent.objects.latest("pk").label == "动摇生复核"

    def test_twice_is_one(self, scene, wavering, subject):
        for _ in range(2):
            self.review(scene.clerk, wavering, subject, version=2)
        assert WatchEvent.objects.filter(action="review").count() == 1

    def test_by_a_page_that_is_old_is_refused(self, scene, wavering, principal, subject):
        self.review(scene.clerk, wavering, subject, version=2)
        with pytest.raises(WatchChanged, match="有了新的办理，没有保存"):
            self.review(principal, wavering, scene.teacher, version=2)

    def test_needs_to_say_how_it_stands(self, scene, wavering):
        with pytest.raises(WatchRefused, match="写明现在的情况"):
            self.review(scene.clerk, wavering, scene.teacher, note="")

    def test_is_told_once_by_the_clock_a_week_before(self, scene, wavering):
        for ahead, told in ((8, 0), (7, 2), (6, 0), (-1, 0)):
            assert watches.follow_watches(today=TERM_END - timedelta(ahead))["told"] == told
        assert notices_of(scene.clerk, "watch_review") == notices_of(scene.teacher, "watch_review") == 1
        ended(scene.clerk, wavering, today=TERM_END)
        assert notices_of(scene.clerk, "watch_review") == 0


class TestThePerson:
    def test_who_has_left_is_missed_and_another_is_found(self, scene, wavering, subject):
        Posting.objects.filter(person=scene.teacher).update(until=MONDAY + timedelta(1))
        tuesday = MONDAY + timedelta(1)
        assert [row.is_cared_for for row in with_care(Watch.objects.all(), MONDAY)] == [True]
        assert [row.is_cared_for for row in with_care(Watch.objects.all(), tuesday)] == [False]
        assert watch_card(cast.scope(scene.clerk), tuesday).words == "责任人已离任1人"
        told = {"watch": wavering, "responsible": subject, "note": "沈明调走", "version": 2}
        for _ in range(2):
            watches.assign(**told, **by(scene.clerk, today=tuesday))
        assert [row.is_cared_for for row in with_care(Watch.objects.all(), tuesday)] == [True]
        assert WatchEvent.objects.filter(action="assign").count() == 1

    def test_is_not_changed_without_a_reason(self, scene, wavering, subject):
        with pytest.raises(WatchRefused, match="写明原因"):
            watches.assign(watch=wavering, responsible=subject, note="", version=2, **by(scene.clerk))

    def test_comes_from_the_school_the_nearest_first(self, scene, subject, principal, child):
        beside = cast.school_class(scene.school, "202302")
        cast.person("方圆", role=Role.HOMEROOM_TEACHER, school_class=beside)
        assert [words for _, words in staff_of_child(child.line, MONDAY)] == [
            "沈明（班主任）",
            "任军（科任教师）",
            "何静（教务处）",
            "罗宁（校长）",
            "方圆（2023级2班班主任）",
        ]

    def test_of_another_class_sees_this_child_and_no_other(self, scene, child):
        beside = cast.school_class(scene.school, "202302")
        helper = cast.person("方圆", role=Role.HOMEROOM_TEACHER, school_class=beside)
        mine = confirmed(scene.clerk, proposed(scene.teacher, child), helper)
        proposed(scene.teacher, scene.children[1])
        assert list(Watch.objects.seen_by(cast.scope(helper))) == [mine]
        ended(scene.clerk, mine)
        assert not Watch.objects.seen_by(cast.scope(helper)).exists()

    def test_who_only_teaches_lessons_sees_what_they_proposed(self, scene, subject, child):
        mine = proposed(subject, child)
        proposed(scene.teacher, scene.children[1])
        assert list(Watch.objects.seen_by(cast.scope(subject))) == [mine]


class TestEnding:
    def test_says_what_became_of_the_child_and_ends_the_group(self, scene, wavering):
        for _ in range(2):
            row = ended(scene.clerk, wavering)
        assert (row.state, row.end_reason, row.closed_on, row.closed_by) == ("ended", "improved", MONDAY, scene.clerk)
        assert SpecialGroup.objects.get().until == MONDAY
        assert WatchEvent.objects.filter(action="end").count() == 1
        assert not Watch.objects.open().exists()

    def test_needs_its_sentence(self, scene, wavering):
        with pytest.raises(WatchRefused, match="写明情况"):
            ended(scene.clerk, wavering, note="")

    def test_leaves_the_way_open_for_another_one(self, scene, wavering, child):
        ended(scene.clerk, wavering)
        again = confirmed(scene.clerk, proposed(scene.teacher, child), scene.teacher)
        assert again.group != wavering.group
        assert SpecialGroup.objects.filter(until=None).count() == 1

    def test_is_the_only_end_of_its_group(self, scene, wavering):
        with pytest.raises(groups.GroupRefused, match="请教务处在“关注学生”里结束关注"):
            groups.end(by=scene.clerk, group=wavering.group, until=MONDAY, today=MONDAY)
        ended(scene.clerk, wavering)
        assert groups.end(by=scene.clerk, group=wavering.group, until=MONDAY, today=MONDAY) is False

    def test_comes_by_itself_for_a_child_that_has_left(self, scene, wavering, child):
        other = proposed(scene.teacher, child, "hardship")
        leave(scene, child)
        for expected in (2, 0):
            assert watches.follow_watches(today=MONDAY)["ended"] == expected
        wavering.refresh_from_db()
        other.refresh_from_db()
        assert (wavering.state, wavering.end_reason, wavering.closed_by) == ("ended", WatchEnd.LEFT, None)
        assert (other.state, other.closed_by) == ("withdrawn", None)
        assert SpecialGroup.objects.get().until == MONDAY
        assert Case.objects.get().is_open  # whoever is gone is not forgotten: the case is closed by people

    def test_does_not_come_for_a_child_that_is_suspended_or_has_dropped_out(self, scene, wavering, child):
        leave(scene, child, EventKind.SUSPEND)
        assert watches.follow_watches(today=MONDAY)["ended"] == 0
