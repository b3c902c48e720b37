"""评优: the conditions of each award before, at and after every threshold; and what must hold whatever the facts."""

from dataclasses import replace
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scoring.award_rules import AwardKind, read_award_rule
from scoring.awards import (
    Candidate,
    Check,
    ClassTerm,
    PersonTerm,
    SchoolTerm,
    class_candidates,
    differences,
    grade_candidates,
    person_candidates,
    places,
    school_candidates,
    with_places,
)
from scoring.presets import AWARD_RULES
from scoring.scheme import Affected
from scoring.scheme_reading import SchemeError
from scoring.school_scheme import Band

DATA = yaml.safe_load((AWARD_RULES / "award_standard.yaml").read_text(encoding="utf-8"))
RULE = read_award_rule(DATA)
HOMEROOM, SUBJECT = Affected.HOMEROOM_TEACHER, Affected.SUBJECT_TEACHER


def class_term(pk=1, **columns) -> ClassTerm:
    given = {"name": f"2023级{pk}班", "grade": 4, "baseline": 40, "lost": 0, "due": 100, "missing": 0}
    return ClassTerm(school_class=pk, **(given | {"is_rated": True, "veto": False} | columns))


def school_term(pk=1, *, points=("95", "95"), bands=(Band.EXCELLENT, Band.EXCELLENT), **columns) -> SchoolTerm:
    months = tuple(zip(("9月", "10月"), map(Decimal, points), bands, strict=True))
    given = {"group": "primary", "group_name": "小学", "classes": 6, "baseline": 200, "lost": 0, "due": 1000}
    given |= {"missing": 0, "is_vetoed": False, "vetoed": (), "days": (20,) * len(months)}
    return SchoolTerm(school=pk, months=months, **(given | columns))


def person_term(pk=1, *, points="10", role=HOMEROOM, vetoed=(), school=1) -> PersonTerm:
    return PersonTerm(pk, school, role, "2023级1班", Decimal(points), vetoed)


def unmet(candidates) -> list[list[str]]:
    return [[check.name for check in each.unmet] for each in candidates]


class TestAClass:
    @pytest.mark.parametrize(
        ("columns", "names"),
        [
            ({}, []),
            ({"lost": 1}, ["lost"]),
            ({"baseline": 1}, []),
            ({"baseline": 0}, ["baseline"]),
            ({"veto": True}, ["veto"]),
            ({"missing": 6, "is_rated": False}, ["rated"]),
            ({"lost": 2, "veto": True, "is_rated": False}, ["lost", "veto", "rated"]),
        ],
    )
    def test_without_a_loss_is_one(self, columns, names):
        assert unmet(class_candidates([class_term(**columns)], RULE)) == [names]

    def test_says_its_numbers(self):
        [one] = class_candidates([class_term(lost=1, missing=4)], RULE)
        assert [check.words for check in one.checks] == ["学年初40人", "流失1/40人", "没有一票否决", "点名96/100节"]


class TestAGrade:
    def test_is_every_one_of_its_classes(self):
        made = grade_candidates(7, [class_term(1), class_term(2, lost=1), class_term(3, grade=5)], RULE)
        assert [(each.subject, each.is_chosen) for each in made] == [("grade-7-4", False), ("grade-7-5", True)]

    def test_names_the_classes_that_stand_in_the_way(self):
        [one] = grade_candidates(7, [class_term(1), class_term(2, veto=True), class_term(3, is_rated=False)], RULE)
        assert [check.words for check in one.unmet] == ["一票否决：2023级2班", "点名300/300节，2023级3班不予评定"]

    def test_may_have_a_class_that_began_without_children_but_not_only_such(self):
        assert unmet(grade_candidates(7, [class_term(1), class_term(2, baseline=0)], RULE)) == [[]]
        assert unmet(grade_candidates(7, [class_term(2, baseline=0)], RULE)) == [["baseline"]]


class TestASchool:
    @pytest.mark.parametrize(
        ("columns", "names"),
        [
            ({"missing": 50}, []),
            ({"missing": 51}, ["registers"]),
            ({"bands": (Band.GOOD, Band.GOOD)}, []),
            ({"bands": (Band.EXCELLENT, Band.PASS)}, ["band"]),
            ({"is_vetoed": True}, ["veto"]),
            ({"vetoed": ("2023级1班",)}, ["veto"]),
            ({"classes": 0}, ["classes"]),
        ],
    )
    def test_meets_every_condition_or_not(self, columns, names):
        assert unmet(school_candidates([school_term(**columns)], RULE)) == [names]

    def test_names_the_months_below(self):
        [one] = school_candidates([school_term(bands=(Band.PASS, Band.FAIL))], RULE)
        assert [check.words for check in one.unmet] == ["9月合格、10月不合格"]

    def test_is_ranked_within_its_type(self):
        schools = [school_term(pk, points=(str(99 - pk), "90")) for pk in range(1, 11)]
        schools += [school_term(11, points=("70", "70"), group="junior")]
        made = school_candidates(schools, RULE)
        assert [each.subject for each in made if each.is_chosen] == ["school-1", "school-2", "school-3", "school-11"]
        assert made[3].unmet[0].words == "92.5分，第4名，10所取3所"

    @pytest.mark.parametrize(("days", "unmet_ones"), [(4, []), (5, ["band"]), (6, ["band"])])
    def test_is_not_judged_by_a_month_of_a_few_days(self, days, unmet_ones):
        bands = (Band.EXCELLENT, Band.FAIL)
        [made] = school_candidates([school_term(points=("100", "95"), bands=bands, days=(20, days))], RULE)
        assert [check.name for check in made.unmet] == unmet_ones
        assert made.points == Decimal("97.5")  # it counts in the mean all the same
        [band] = [check.words for check in made.checks if check.name == "band"]
        assert band == ("10月不合格" if unmet_ones else "1个月都在良好以上，10月不足5个上课日，不单独评等级")

    def test_is_judged_by_its_months_where_all_are_short(self):
        [made] = school_candidates([school_term(bands=(Band.EXCELLENT, Band.FAIL), days=(4, 1))], RULE)
        assert [check.name for check in made.unmet] == ["band"]

    def test_all_who_tie_at_the_end_are_in_and_it_is_told(self):
        schools = [school_term(pk, points=("95", "95") if pk > 2 else ("99", "99")) for pk in range(1, 11)]
        made = school_candidates(schools, RULE)
        assert all(each.is_chosen for each in made)
        assert made[9].checks[-1].words == "95分，第3名，10所取3所，末位并列，共列入10所"

    def test_without_all_the_schools_nobody_has_a_rank_and_nobody_is_chosen(self):
        good, bad = school_candidates([school_term(), school_term(2, missing=51)], RULE, waits="名额还不能评")
        assert (good.rank, good.has_passed, good.is_chosen) == (None, True, False)
        assert (bad.has_passed, bad.is_chosen) == (False, False)


class TestAPerson:
    @pytest.mark.parametrize(
        ("columns", "names"),
        [
            ({"points": "8"}, []),
            ({"points": "7.9"}, ["points"]),
            ({"vetoed": ("2023级1班",)}, ["veto"]),
            ({"role": None}, ["roles"]),
        ],
    )
    def test_meets_every_condition_or_not(self, columns, names):
        assert unmet(person_candidates([person_term(**columns)], RULE)) == [names]

    def test_who_has_left_is_told_so_and_has_no_part_in_the_quota(self):
        made = person_candidates([person_term(1), person_term(2, role=None)], RULE)
        assert made[0].checks[-1].words == "10分，第1名，1人取1人"
        assert made[1].unmet[0].words == "学期结束时已不在班：2023级1班"

    def test_who_has_a_class_in_another_role_is_none(self):
        assert person_candidates([person_term(role=SUBJECT)], RULE) == []

    def test_is_ranked_within_the_school(self):
        people = [person_term(pk, points=str(Decimal(8) + Decimal(pk) / 10)) for pk in range(1, 11)]
        made = person_candidates([*people, person_term(99, school=2, points="8")], RULE)
        assert [each.subject for each in made if each.is_chosen] == ["person-1-9", "person-1-10", "person-2-99"]


@pytest.mark.parametrize(("number", "share", "room"), [(0, 30, 0), (1, 30, 1), (6, 30, 1), (7, 30, 2), (10, 100, 10)])
def test_a_quota_has_room_for_one_at_least(number, share, room):
    assert places(number, Decimal(share)) == room


def test_what_has_lost_its_ground_and_what_has_gained_one():
    made = [Candidate("class-1", ()), Candidate("class-2", (Check("lost", False, ""),)), Candidate("class-3", ())]
    assert differences(["class-1", "class-2"], made) == (["class-2"], ["class-3"])
    assert differences(["class-1", "class-2"], made, lambda subject: subject != "class-2") == ([], ["class-3"])


class TestTheRules:
    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"lost_at_most": 1}, "流失人数应是0"),
            ({"lost_at_most": True}, "流失人数应是0"),
            ({"band_at_least": "fail"}, "先进校的等级应是优秀、良好或合格"),
            ({"registers_at_least": 101}, "应在0%到100%之间"),
            ({"school_share": 0}, "先进校的名额比例应在0%以上"),
            ({"person_share": 100.1}, "先进个人的名额比例应在0%以上、100%以内"),
            ({"roles": []}, "应写明岗位"),
            ({"roles": ["principal"]}, "岗位应是班主任或任课教师"),
            ({"points_at_least": "x"}, "应是数字"),
            ({"points_at_least": 8.25}, "最多一位小数"),
            ({"points_at_least": 101}, "应在−100分到100分之间"),
            ({"veto_source": " "}, "都要写明来源"),
        ],
    )
    def test_that_make_no_sense_are_refused(self, changed, said):
        with pytest.raises(SchemeError, match=said):
            read_award_rule(DATA | changed)

    @pytest.mark.parametrize("days", [11, -1, "2.5"])
    def test_do_not_leave_whole_months_out(self, days):
        with pytest.raises(SchemeError, match="先进校的月份的上课日数应是0到10的整数"):
            read_award_rule(DATA | {"month_days_at_least": Decimal(days)})

    def test_kept_before_there_was_the_number_of_days_judge_every_month(self):
        older = read_award_rule({name: value for name, value in DATA.items() if not name.startswith("month_days")})
        assert older.short_months([("1月", 20), ("2月", 0)]) == []
        assert len(older.lines(AwardKind.SCHOOL)) == len(RULE.lines(AwardKind.SCHOOL)) - 1

    @pytest.mark.parametrize("name", sorted(name for name in DATA if not name.startswith("month_days")))
    def test_say_everything(self, name):
        with pytest.raises(SchemeError, match=f"缺少“{name}”一项"):
            read_award_rule({key: value for key, value in DATA.items() if key != name})

    @pytest.mark.parametrize("kind", AwardKind)
    def test_are_told_in_words_each_with_its_source(self, kind):
        assert all(words and source.startswith(("[S]", "[D]")) for words, source in RULE.lines(kind))


CLASSES = st.builds(
    class_term, st.integers(1, 9), baseline=st.integers(0, 50), lost=st.integers(0, 3), veto=st.booleans(),
    is_rated=st.booleans(), grade=st.integers(1, 3),
)  # fmt: skip
POINTS = st.integers(0, 6).map(lambda number: str(Decimal(number) / 2 + 7))
PEOPLE = st.lists(
    st.builds(
        person_term, st.integers(1, 40), points=POINTS, vetoed=st.sampled_from([(), ("2023级1班",)]),
        role=st.sampled_from([HOMEROOM, SUBJECT, None]), school=st.integers(1, 2),
    ),
    max_size=12, unique_by=lambda each: (each.school, each.person),
)  # fmt: skip
SCHOOLS = st.lists(
    st.builds(
        school_term, st.integers(1, 40), points=st.tuples(POINTS, POINTS), missing=st.integers(40, 60),
        lost=st.integers(0, 3), is_vetoed=st.booleans(), vetoed=st.sampled_from([(), ("2023级1班",)]),
        group=st.sampled_from(["primary", "junior"]),
    ),
    max_size=12, unique_by=lambda each: each.school,
)  # fmt: skip


def chosen(candidates) -> set[str]:
    return {each.subject for each in candidates if each.is_chosen}


@given(st.lists(CLASSES, max_size=8, unique_by=lambda each: each.school_class), PEOPLE, SCHOOLS)
def test_a_vetoed_class_its_teachers_its_grade_and_its_school_never_appear(classes, people, schools):
    vetoed = {f"class-{each.school_class}" for each in classes if each.veto}
    vetoed |= {f"grade-7-{each.grade}" for each in classes if each.veto}
    vetoed |= {f"person-{each.school}-{each.person}" for each in people if each.vetoed}
    vetoed |= {f"school-{each.school}" for each in schools if each.vetoed or each.is_vetoed}
    made = class_candidates(classes, RULE) + grade_candidates(7, classes, RULE)
    made += person_candidates(people, RULE) + school_candidates(schools, RULE)
    assert not vetoed & chosen(made)


@given(PEOPLE, st.randoms())
def test_ties_are_never_cut_and_the_order_of_the_list_says_nothing(people, random):
    made = person_candidates(people, RULE)
    by_place = {(each.group, each.points): each.is_chosen for each in made if each.rank is not None}
    assert all(by_place[each.group, each.points] == each.is_chosen for each in made if each.rank is not None)
    shuffled = list(people)
    random.shuffle(shuffled)
    assert chosen(person_candidates(shuffled, RULE)) == chosen(made)


@given(st.lists(CLASSES, min_size=1, max_size=8, unique_by=lambda each: each.school_class), st.data())
def test_one_more_lost_child_never_helps_its_class_or_grade(classes, data):
    place = data.draw(st.integers(0, len(classes) - 1))
    worse = [*classes]
    worse[place] = replace(classes[place], lost=classes[place].lost + 1)
    assert chosen(class_candidates(worse, RULE)) <= chosen(class_candidates(classes, RULE))
    assert chosen(grade_candidates(7, worse, RULE)) <= chosen(grade_candidates(7, classes, RULE))


@given(PEOPLE, st.data())
def test_fewer_points_or_a_veto_never_help_a_person(people, data):
    if not people:
        return
    place = data.draw(st.integers(0, len(people) - 1))
    one = people[place]
    for worse in (replace(one, points=one.points - 1), replace(one, vetoed=("2023级9班",))):
        others = [*people[:place], worse, *people[place + 1 :]]
        subject = f"person-{one.school}-{one.person}"
        before, after = chosen(person_candidates(people, RULE)), chosen(person_candidates(others, RULE))
        assert subject not in after or subject in before


@given(PEOPLE)
def test_a_quota_is_filled_wherever_enough_meet_the_conditions(people):
    made = person_candidates(people, RULE)
    for school in {each.group for each in made} - {None}:
        those = [each for each in made if each.group == school]
        ranked = [each for each in those if each.rank is not None]
        room = places(len(those), RULE.person_share)
        assert sum(each.is_chosen for each in those) >= min(room, len(ranked))


def test_without_candidates_there_is_nothing_to_share():
    assert with_places([], Decimal(30), "所") == []
