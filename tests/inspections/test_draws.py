"""Draws: what is kept of one, who may draw where, no second one until it pleases, called off but never gone."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from inspections.actions.draws import DrawRefused, NotYours, Place, cancel_draw, make_draw
from inspections.drawing import Part
from inspections.models import Draw, DrawCancellation, DrawnClass
from inspections.queries.draws import drawn_again, drawn_seen, draws_seen, to_count, waiting
from students.models import AuditRow, Role
from tests import cast
from tests.inspections.drawing import count_of, draw_of, reason_of
from tests.scene import MONDAY, at


@pytest.fixture
def bureau(scene):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def principal(scene):
    return cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)


@pytest.fixture
def classes(scene):
    """Four classes of the school with a child each; the scene's is the first."""
    others = [cast.school_class(scene.school, f"20230{n}") for n in (2, 3, 4)]
    for each in others:
        cast.student(each)
    return [scene.school_class, *others]


class TestADraw:
    def test_keeps_all_that_it_follows_from(self, scene, bureau, classes):
        reason_of(classes[1])
        count_of(scene.clerk, classes[2])
        count_of(bureau, classes[2])  # both sides on one day are one count of what is owed
        made = draw_of(bureau, Place(), 4)
        assert made.candidates == [
            [classes[0].pk, 0, 2],
            [classes[1].pk, 1, 2],
            [classes[2].pk, 0, 1],
            [classes[3].pk, 0, 2],
        ]
        assert made.reasons == {str(classes[1].pk): [["batch", "9月4日20:00补交了6次点名。"]]}
        assert (made.by_reasons, made.by_owed, made.by_chance, made.size) == (2, 1, 1, 4)
        assert (made.drawn_by, made.drawn_on, made.due_on) == (bureau, MONDAY, MONDAY + timedelta(days=7))
        assert len(made.seed) == 32
        assert sorted(made.classes.values_list("school_class", flat=True)) == [each.pk for each in classes]
        assert made.classes.first().part == Part.REASONS

    def test_drawn_again_from_what_it_keeps_is_the_same(self, bureau, classes):
        reason_of(classes[1])
        made = draw_of(bureau, Place(), 3)
        classes[2].head_counts.all().delete()
        reason_of(classes[3])  # what is found later changes nothing
        again = drawn_again(made)
        assert again.is_same
        assert len(again.drawn) == 3

    def test_tells_where_what_is_kept_was_tampered_with(self, bureau, classes):
        made = draw_of(bureau, Place(), 1)
        made.seed = "0" * 32
        others = {drawn_again(Draw(**_fields(made, seed=f"{n:032x}"))).is_same for n in range(40)}
        assert others == {True, False}

    def test_has_a_seed_that_nobody_chooses(self, bureau, classes):
        seeds = set()
        for n in range(3):
            made = draw_of(bureau, Place(), 1)
            cancel_draw(by=bureau, scope=cast.scope(bureau), draw=made.pk, reason=f"第{n}遍")
            seeds.add(made.seed)
        assert len(seeds) == 3

    def test_of_the_demonstration_is_the_same_to_the_lot(self, bureau, classes):
        sent = {"place": Place(), "size": 2, "submission": uuid4(), "today": MONDAY, "seed": "0f" * 16}
        assert make_draw(by=bureau, scope=cast.scope(bureau), **sent).seed == "0f" * 16

    def test_leaves_an_audit_row_without_a_name(self, bureau, classes):
        made = draw_of(bureau, Place(), 1)
        row = AuditRow.objects.get(action="draw.make")
        assert row.details == {"seed": made.seed, "candidates": 4, "drawn": [made.classes.get().school_class_id]}

    def test_sent_twice_is_one(self, bureau, classes):
        sent = uuid4()
        assert draw_of(bureau, Place(), 2, submission=sent) == draw_of(bureau, Place(), 2, submission=sent)
        assert Draw.objects.count() == 1

    def test_sent_with_the_key_of_something_else_is_refused(self, scene, bureau, classes):
        sent = uuid4()
        AuditRow.objects.create(done_at=at(MONDAY), action="register.submit", subject="x", key=sent)
        with pytest.raises(DrawRefused, match="已用在别处"):
            draw_of(bureau, Place(), 1, submission=sent)

    @pytest.mark.parametrize("size", [0, 5, -1])
    def test_is_of_as_many_classes_as_there_are_at_most(self, size, bureau, classes):
        with pytest.raises(DrawRefused, match="可以抽1到4个班，没有抽取"):
            draw_of(bureau, Place(), size)

    def test_leaves_out_classes_without_a_child(self, scene, bureau):
        cast.school_class(scene.school, "202309")
        assert [pk for pk, *_ in draw_of(bureau, Place(), 1).candidates] == [scene.school_class.pk]

    def test_is_refused_where_nobody_is(self, bureau):
        empty = cast.school("空小学")
        with pytest.raises(DrawRefused, match="还没有有学生的班"):
            draw_of(bureau, Place(school=empty), 1)

    @pytest.mark.parametrize(
        ("day", "may"),
        [(date(2026, 8, 31), False), (date(2026, 9, 1), True), (date(2027, 1, 22), True), (date(2027, 1, 23), False)],
    )
    def test_is_made_in_a_term(self, day, may, bureau, classes):
        if may:
            assert draw_of(bureau, Place(), 1, today=day)
        else:
            with pytest.raises(DrawRefused, match="不在学期里"):
                draw_of(bureau, Place(), 1, today=day)


def _fields(row: Draw, **changed) -> dict:
    return {field.attname: getattr(row, field.attname) for field in Draw._meta.fields} | changed


class TestASecondDraw:
    """A draw is not repeated until it pleases."""

    def test_is_refused_while_the_first_has_not_been_counted(self, bureau, classes):
        draw_of(bureau, Place(), 2)
        with pytest.raises(DrawRefused, match="第1次抽取还没有清点完"):
            draw_of(bureau, Place(), 2)

    @pytest.mark.parametrize(("days", "refused"), [(6, True), (7, True), (8, False)])
    def test_is_refused_until_the_first_is_past_its_day(self, days, refused, bureau, classes):
        draw_of(bureau, Place(), 2)
        if refused:
            with pytest.raises(DrawRefused):
                draw_of(bureau, Place(), 2, today=MONDAY + timedelta(days=days))
        else:
            assert draw_of(bureau, Place(), 2, today=MONDAY + timedelta(days=days)).number == 2

    def test_is_made_once_the_first_has_been_counted(self, bureau, scene):
        draw_of(bureau, Place(), 1)
        count_of(bureau, scene.school_class)
        assert draw_of(bureau, Place(), 1).number == 2

    def test_may_be_made_elsewhere(self, bureau, scene, classes):
        draw_of(bureau, Place(), 2)
        assert draw_of(bureau, Place(school=scene.school), 1).place_words == "东坪小学"
        assert draw_of(bureau, Place(township=scene.school.township), 1).place_words == "东坪镇"

    def test_from_above_and_of_the_school_do_not_meet(self, bureau, principal, scene, classes):
        """The school is not told what is coming, and cannot hold it up."""
        assert draw_of(bureau, Place(school=scene.school), 1).number == 1
        assert draw_of(principal, Place(school=scene.school), 1).number == 2
        cancel_draw(by=bureau, scope=cast.scope(bureau), draw=Draw.objects.get(number=1).pk, reason="停电")
        assert draw_of(bureau, Place(school=scene.school), 1).number == 3
        with pytest.raises(DrawRefused, match="第2次抽取还没有清点完"):
            draw_of(principal, Place(school=scene.school), 1)

    def test_is_made_once_the_first_has_been_called_off_which_stays(self, bureau, classes):
        first = draw_of(bureau, Place(), 2)
        cancel_draw(by=bureau, scope=cast.scope(bureau), draw=first.pk, reason="停电，改天再去")
        draw_of(bureau, Place(), 2)
        assert Draw.objects.count() == 2
        assert DrawCancellation.objects.get().draw == first


class TestWhoDraws:
    @pytest.mark.parametrize(
        ("role", "of_school", "of_county"),
        [
            (Role.BUREAU_OFFICER, True, True), (Role.PRINCIPAL, True, False), (Role.DEPUTY_HEAD, True, False),
            (Role.REGISTRY_CLERK, False, False), (Role.INSPECTOR, False, False), (Role.TOWNSHIP_OFFICER, False, False),
        ],
    )  # fmt: skip
    def test_is_the_bureau_and_the_heads_in_their_school(self, role, of_school, of_county, scene):
        area = role in (Role.INSPECTOR, Role.TOWNSHIP_OFFICER)
        place = (
            {}
            if role == Role.BUREAU_OFFICER
            else {"township": scene.school.township}
            if area
            else {"school": scene.school}
        )
        who = cast.person(role=role, **place)
        for where, may in ((Place(school=scene.school), of_school), (Place(), of_county)):
            if may:
                assert draw_of(who, where).is_from_above == (role == Role.BUREAU_OFFICER)
            else:
                with pytest.raises(NotYours):
                    draw_of(who, where)

    def test_is_not_the_head_of_another_school(self, scene, principal):
        with pytest.raises(NotYours):
            draw_of(principal, Place(school=cast.school("西岭小学")))


class TestCallingOff:
    @pytest.fixture
    def made(self, bureau, classes):
        return draw_of(bureau, Place(), 2)

    def test_twice_by_the_same_person_is_once(self, bureau, made):
        for _ in range(2):
            cancel_draw(by=bureau, scope=cast.scope(bureau), draw=made.pk, reason="停电")
        assert AuditRow.objects.filter(action="draw.cancel").count() == 1

    def test_again_says_who_has(self, bureau, made):
        cancel_draw(by=bureau, scope=cast.scope(bureau), draw=made.pk, reason="停电")
        other = cast.person(role=Role.BUREAU_OFFICER)
        with pytest.raises(DrawRefused, match="苏远已经把这次抽取作废：停电"):
            cancel_draw(by=other, scope=cast.scope(other), draw=made.pk, reason="下雪")

    def test_is_the_business_of_whoever_draws_there(self, bureau, principal, made, scene):
        with pytest.raises(NotYours):
            cancel_draw(by=principal, scope=cast.scope(principal), draw=made.pk, reason="不方便")
        own = draw_of(principal, Place(school=scene.school))
        with pytest.raises(NotYours):
            cancel_draw(by=bureau, scope=cast.scope(bureau), draw=own.pk, reason="不要")
        assert cancel_draw(by=principal, scope=cast.scope(principal), draw=own.pk, reason="期中考试")

    def test_leaves_nothing_to_count(self, bureau, made):
        assert waiting(cast.scope(bureau), MONDAY) == 2
        cancel_draw(by=bureau, scope=cast.scope(bureau), draw=made.pk, reason="停电")
        assert waiting(cast.scope(bureau), MONDAY) == 0


class TestTheCountThatAnswers:
    """The first count of the class that began after the draw."""

    def answered(self, row: Draw, by) -> bool:
        return drawn_seen(cast.scope(by)).get(draw=row).count_id is not None

    def test_one_from_before_is_none(self, bureau, scene, clock):
        count_of(bureau, scene.school_class)
        clock.move_to(at(MONDAY, 9))
        made = draw_of(bureau, Place())
        assert not self.answered(made, bureau)
        clock.move_to(at(MONDAY + timedelta(days=1), 9))
        count_of(bureau, scene.school_class, today=MONDAY + timedelta(days=1))
        assert self.answered(made, bureau)

    def test_one_from_before_that_is_corrected_afterwards_is_none(self, bureau, scene, clock):
        first = count_of(bureau, scene.school_class)
        clock.move_to(at(MONDAY, 9))
        made = draw_of(bureau, Place())
        clock.move_to(at(MONDAY, 10))
        type(first).objects.update(recorded_at=at(MONDAY, 10))
        assert not self.answered(made, bureau)

    @pytest.mark.parametrize("role", [Role.TOWNSHIP_OFFICER, Role.INSPECTOR, Role.BUREAU_OFFICER])
    def test_after_a_draw_from_above_is_somebody_s_from_above(self, role, bureau, scene, principal):
        made = draw_of(bureau, Place())
        count_of(principal, scene.school_class)
        assert not self.answered(made, bureau)
        who = cast.person(role=role, **({} if role == Role.BUREAU_OFFICER else {"township": scene.school.township}))
        count_of(who, scene.school_class)  # the same day: the school's own count keeps nobody out
        assert self.answered(made, bureau)

    def test_of_whoever_runs_the_school_is_none_from_above(self, bureau, scene, principal):
        """Nor are they told what is coming, whatever else they are."""
        cast.post(principal, Role.INSPECTOR, township=scene.school.township)
        made = draw_of(bureau, Place(school=scene.school))
        assert not draws_seen(cast.scope(principal)).exists()
        assert waiting(cast.scope(principal), MONDAY) == 0
        count_of(principal, scene.school_class)
        assert not self.answered(made, bureau)

    def test_of_somebody_who_has_left_the_office_still_answers(self, bureau, scene):
        made, inspector = draw_of(bureau, Place()), cast.person(role=Role.INSPECTOR, township=scene.school.township)
        count_of(inspector, scene.school_class)
        inspector.postings.update(until=MONDAY + timedelta(days=1))
        assert self.answered(made, bureau)

    def test_of_a_school_s_own_draw_is_the_school_s(self, principal, scene):
        made = draw_of(principal, Place(school=scene.school))
        count_of(scene.clerk, scene.school_class)
        assert self.answered(made, principal)


class TestWhoSeesADraw:
    def test_a_school_sees_a_class_drawn_from_above_once_somebody_has_been_there(self, bureau, principal, scene):
        made = draw_of(bureau, Place())
        assert list(draws_seen(cast.scope(principal))) == []
        count_of(bureau, scene.school_class)
        assert list(draws_seen(cast.scope(principal))) == [made]

    def test_a_school_sees_its_own_classes_alone(self, bureau, principal, scene, classes):
        far = cast.school_class(cast.school("西岭小学"))
        cast.student(far)
        made = draw_of(bureau, Place(), 5)
        for each in [*classes, far]:
            count_of(bureau, each, today=MONDAY)
        seen = drawn_seen(cast.scope(principal)).filter(draw=made).values_list("school_class", flat=True)
        assert sorted(seen) == [each.pk for each in classes]

    def test_a_teacher_and_a_clerk_see_none(self, principal, scene):
        draw_of(principal, Place(school=scene.school))
        assert not draws_seen(cast.scope(scene.teacher)).exists()
        assert not draws_seen(cast.scope(scene.clerk)).exists()

    def test_a_head_with_a_class_of_their_own_does_not_see_it(self, principal, scene):
        draw_of(principal, Place(school=scene.school))
        scene.teacher.postings.all().delete()
        cast.post(principal, Role.HOMEROOM_TEACHER, school_class=scene.school_class)
        assert not draws_seen(cast.scope(principal)).exists()

    def test_whoever_is_to_count_has_it_on_the_list(self, bureau, principal, scene, classes):
        inspector = cast.person(role=Role.INSPECTOR, township=scene.school.township)
        far = cast.person(role=Role.TOWNSHIP_OFFICER, township=cast.township("西岭镇"))
        draw_of(bureau, Place(), 2)
        numbers = [
            waiting(cast.scope(who), MONDAY) for who in (bureau, inspector, far, principal, scene.clerk, scene.teacher)
        ]
        assert numbers == [2, 2, 0, 0, 0, 0]
        draw_of(principal, Place(school=scene.school), 1)
        numbers = [
            waiting(cast.scope(who), MONDAY) for who in (bureau, inspector, far, principal, scene.clerk, scene.teacher)
        ]
        assert numbers == [2, 2, 0, 1, 1, 0]

    def test_what_was_not_counted_in_its_term_is_off_the_list(self, bureau, scene):
        draw_of(bureau, Place(), today=date(2027, 1, 22))
        assert waiting(cast.scope(bureau), date(2027, 2, 28)) == 1
        assert waiting(cast.scope(bureau), date(2027, 3, 1)) == 0

    def test_what_was_counted_is_off_the_list(self, bureau, scene):
        draw_of(bureau, Place())
        assert to_count(cast.scope(bureau), MONDAY).count() == 1
        count_of(bureau, scene.school_class)
        assert to_count(cast.scope(bureau), MONDAY).count() == 0


class TestTheDatabase:
    @pytest.mark.parametrize("model", [Draw, DrawnClass, DrawCancellation])
    @pytest.mark.parametrize("verb", ["update", "delete"])
    def test_lets_nobody_change_what_was_drawn(self, model, verb, bureau, scene):
        made = draw_of(bureau, Place())
        cancel_draw(by=bureau, scope=cast.scope(bureau), draw=made.pk, reason="停电")
        rows = model.objects.all()
        changed = {Draw: {"seed": "0"}, DrawnClass: {"position": 9}, DrawCancellation: {"reason": "无"}}[model]
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(**changed) if verb == "update" else rows._raw_delete(rows.db)

    @pytest.mark.parametrize(
        ("changed", "name"),
        [
            ({"seed": ""}, "a_draw_has_a_seed"),
            ({"by_chance": 0}, "everybody_may_be_drawn"),
            ({"due_on": MONDAY - timedelta(days=1)}, "a_draw_is_due_after_it"),
            ({"is_from_above": False}, "who_is_not_above_draws_in_a_school"),
        ],
    )
    def test_refuses_what_cannot_be(self, changed, name, bureau, scene):
        made = draw_of(bureau, Place())
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Draw.objects.create(**_fields(made, id=None, number=9, **changed))

    def test_refuses_a_draw_of_two_places(self, bureau, scene):
        made = draw_of(bureau, Place(school=scene.school))
        with pytest.raises(IntegrityError, match="a_draw_is_of_one_place"), transaction.atomic():
            Draw.objects.create(**_fields(made, id=None, number=9, township_id=scene.school.township_id))


def test_a_draw_is_refused_when_its_turn_never_comes(bureau, scene, monkeypatch):
    def collide(*_):
        raise IntegrityError

    monkeypatch.setattr("inspections.actions.draws._make", collide)
    with pytest.raises(DrawRefused, match="请再按一次"):
        make_draw(by=bureau, scope=cast.scope(bureau), place=Place(), size=1, submission=uuid4(), today=MONDAY)
