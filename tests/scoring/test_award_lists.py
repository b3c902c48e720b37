"""评定: numbered lists of awards from frozen scores; what is refused; what amendments change; and the papers."""

from hashlib import sha256
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction
from pypdf import PdfReader

from scoring.actions.award_lists import AwardRefused, NotYoursToAward
from scoring.actions.award_papers import make_papers
from scoring.frozen import digest
from scoring.jobs import print_awards
from scoring.models import (
    Award,
    AwardList,
    AwardListSchool,
    AwardPaper,
    AwardRuleAdoption,
    StoredAwardRule,
)
from scoring.queries.award_lists import amended_lists, changes_of, proposal_of, waiting_to_change, waiting_to_confirm
from students.models import AuditRow, Role
from tests import cast
from tests.scoring.awarding import (
    CLASS,
    GRADE,
    PERSON,
    SCHOOL,
    TODAY,
    amended,
    bring_back,
    change,
    confirm,
    freeze,
    lose,
    names,
    short_term,
    take_all,
    term,
)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries that draw the PDF


@pytest.fixture
def taught(scene, clock):
    return short_term(scene, clock)


@pytest.fixture
def bureau(db):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def other(db):
    return cast.person("方宁", role=Role.BUREAU_OFFICER)


@pytest.fixture
def row(taught, bureau):
    return freeze(taught, bureau)


def _far_scene(taught):
    """Another school with one class whose registers were all taken."""
    school = cast.school("西岭小学")
    room = cast.school_class(school)
    clerk = cast.person("钟平", role=Role.REGISTRY_CLERK, school=school)
    teacher = cast.person("闫青", role=Role.HOMEROOM_TEACHER, school_class=room)
    children = cast.students(room, "钱安", "孙立")
    take_all(clerk, room)
    return type(taught)(school, room, teacher, clerk, children)


class TestAList:
    def test_of_every_award_has_those_who_meet_its_conditions(self, taught, bureau, row):
        assert names(confirm(CLASS, bureau)) == ["东坪小学2023级1班", "东坪小学2024级1班"]
        assert names(confirm(GRADE, bureau)) == ["东坪小学三年级", "东坪小学四年级"]
        assert names(confirm(SCHOOL, bureau)) == ["东坪小学"]
        assert sorted(names(confirm(PERSON, bureau))) == sorted(
            [f"东坪小学 {taught.teacher.name}", "东坪小学 石一"]  # equals at the end of a quota of one
        )

    def test_is_numbered_through_the_year_and_keeps_what_it_follows_from(self, bureau, row):
        first, second = confirm(CLASS, bureau), confirm(GRADE, bureau)
        assert [first.reference, second.reference] == ["控辍评〔2026〕1号", "控辍评〔2026〕2号"]
        assert first.issuer == "云岭县教育局"
        assert first.sha256 == digest(first.content)
        assert first.content["schools"][0]["freeze"] == row.pk
        assert first.content["candidates"][0]["checks"][1][2] == "流失0/3人"
        assert AuditRow.objects.filter(action="awards.confirm").count() == 2
        assert first.schools.get().edition == 0

    def test_is_without_a_class_that_lost_a_child_and_without_its_teacher(self, taught, bureau):
        lose(taught)
        freeze(taught, bureau)
        assert names(confirm(CLASS, bureau)) == ["东坪小学2024级1班"]
        assert names(confirm(PERSON, bureau)) == ["东坪小学 石一"]
        with pytest.raises(AwardRefused, match="没有符合控辍保学先进校条件的，没有评定"):
            confirm(SCHOOL, bureau)

    def test_of_a_school_that_is_frozen_later_is_another(self, taught, bureau, row):
        first = confirm(CLASS, bureau)
        freeze(_far_scene(taught), bureau)
        second = confirm(CLASS, bureau)
        assert (names(second), second.number) == (["西岭小学2023级1班"], 2)
        assert len(names(first)) == 2


class TestIsRefused:
    def test_before_any_school_is_frozen_and_says_which_are_not(self, taught, bureau):
        with pytest.raises(AwardRefused, match="还没有学校定分，没有评定：东坪小学。检查定分以后再评"):
            confirm(CLASS, bureau)

    def test_of_schools_before_all_of_a_type_are_frozen(self, taught, bureau, row):
        far = cast.school("西岭小学")
        cast.student(cast.school_class(far))
        cast.person("彭进", role=Role.PRINCIPAL, school=far)
        with pytest.raises(AwardRefused, match="按办学类型一起评，还有学校没有定分，没有评定：西岭小学"):
            confirm(SCHOOL, bureau)
        assert names(confirm(CLASS, bureau))

    def test_of_a_school_that_comes_when_the_quota_of_its_type_is_given_away(self, taught, bureau, row):
        confirm(SCHOOL, bureau)
        freeze(_far_scene(taught), bureau)
        with pytest.raises(AwardRefused, match=r"西岭小学定分晚于同类学校的评定（控辍评〔2026〕1号），名额已经评出"):
            confirm(SCHOOL, bureau)

    def test_but_a_school_of_another_type_is_not_waited_for(self, taught, bureau, row):
        cast.student(cast.school_class(cast.school("西岭初中", kind="junior"), stage="junior"))
        assert names(confirm(SCHOOL, bureau)) == ["东坪小学"]

    def test_a_second_time(self, bureau, other, row):
        first = confirm(CLASS, bureau)
        mark = {"rule": first.rule_id, "mark": first.sha256}
        assert confirm(CLASS, bureau, **mark) == first  # a second press
        with pytest.raises(AwardRefused, match=r"已定分的学校都评定过无流失生班级（控辍评〔2026〕1号），没有再评定"):
            confirm(CLASS, other, **mark)
        assert AwardList.objects.count() == 1

    def test_where_the_rules_have_changed_meanwhile(self, bureau, row):
        seen = proposal_of(CLASS, term(), TODAY)
        old = StoredAwardRule.objects.get()
        new = StoredAwardRule.objects.create(
            code=old.code, version=2, title=old.title, content=old.content | {"person_share": 50}
        )
        AwardRuleAdoption.objects.update(rule=new)
        with pytest.raises(AwardRefused, match="评优办法换了新的版本，没有评定"):
            confirm(CLASS, bureau, rule=seen.field.rule.key, mark=seen.mark)

    def test_where_the_scores_have_changed_meanwhile(self, taught, bureau, row):
        mark = proposal_of(CLASS, term(), TODAY).mark
        lose(taught)
        amended(row, bureau)
        with pytest.raises(AwardRefused, match="定分或者名单有了变化，没有评定"):
            confirm(CLASS, bureau, mark=mark)

    def test_without_saying_who_has_decided(self, bureau, row):
        with pytest.raises(AwardRefused, match="评定要写明哪次会议"):
            confirm(CLASS, bureau, note="")

    @pytest.mark.parametrize("who", ["teacher", "clerk"])
    def test_to_others_than_the_bureau(self, taught, row, who):
        with pytest.raises(NotYoursToAward, match="评定由县教育局办理"):
            confirm(CLASS, getattr(taught, who))

    @pytest.mark.parametrize("kind", [CLASS, PERSON])
    def test_to_whoever_would_award_themselves(self, taught, row, kind):
        cast.post(taught.below_teacher, Role.BUREAU_OFFICER)
        with pytest.raises(AwardRefused, match="是你自己或者你任教、任职的，没有保存"):
            confirm(kind, taught.below_teacher)

    def test_to_whoever_runs_a_school_that_would_be_awarded(self, taught, row):
        cast.post(taught.clerk, Role.BUREAU_OFFICER)
        with pytest.raises(AwardRefused, match="请由另一位同志办理"):
            confirm(SCHOOL, taught.clerk)
        assert not AwardList.objects.exists()


class TestAnAmendment:
    def test_that_takes_the_ground_away_withdraws_by_a_numbered_change(self, taught, bureau, row):
        awards = confirm(CLASS, bureau)
        lose(taught)
        assert len(names(awards)) == 2  # nothing changes silently
        amended(row, bureau)
        assert len(names(awards)) == 2
        made = change(awards, bureau)
        assert (made.number, names(awards)) == (1, ["东坪小学2024级1班"])
        assert made.content["withdrawn"][0]["why"] == "流失1/3人；一票否决"
        assert awards.awards.count() == 2

    def test_that_gives_a_ground_adds(self, taught, bureau):
        lose(taught)
        row = freeze(taught, bureau)
        awards = confirm(CLASS, bureau)
        bring_back(taught)
        amended(row, bureau)
        change(awards, bureau)
        assert names(awards) == ["东坪小学2024级1班", "东坪小学2023级1班"]
        assert awards.awards.get(edition=1).number == 2

    def test_back_and_forth_is_told_each_time(self, taught, bureau, row):
        awards = confirm(GRADE, bureau)
        lose(taught)
        amended(row, bureau)
        change(awards, bureau)
        bring_back(taught)
        amended(row, bureau, seen=1)
        change(awards, bureau, seen=1)
        assert names(awards) == ["东坪小学三年级", "东坪小学四年级"]
        assert [each.number for each in awards.awards.filter(subject__endswith="-4").order_by("number")] == [2, 3]

    def test_of_one_school_leaves_the_others_as_they_are(self, taught, bureau, row):
        far = _far_scene(taught)
        freeze(far, bureau)
        awards = confirm(PERSON, bureau)
        far.teacher.postings.update(until=TODAY.replace(day=2))
        lose(taught)
        amended(row, bureau)
        assert [award.name for award, _ in changes_of(awards, TODAY).withdrawn] == [taught.teacher.name]

    def test_that_touches_nobody_is_noted(self, taught, bureau, row):
        awards = confirm(PERSON, bureau)
        cast.student(cast.school_class(taught.school, "202501"), "钱安")
        amended(row, bureau)
        assert amended_lists() == {awards.pk}
        assert change(awards, bureau).content["withdrawn"] == []
        assert amended_lists() == set()

    def test_that_never_was_changes_nothing(self, bureau, row):
        awards = confirm(CLASS, bureau)
        with pytest.raises(AwardRefused, match="定分没有更正，没有要变更的"):
            change(awards, bureau)

    def test_is_answered_once_with_a_reason_by_the_bureau_as_the_page_showed_it(self, taught, bureau, other, row):
        awards = confirm(CLASS, bureau)
        lose(taught)
        amended(row, bureau)
        mark = changes_of(awards, TODAY).mark
        with pytest.raises(NotYoursToAward):
            change(awards, taught.clerk)
        with pytest.raises(AwardRefused, match="变更要写明原因"):
            change(awards, bureau, reason="")
        with pytest.raises(AwardRefused, match="定分又有变化，没有保存"):
            change(awards, bureau, mark="0")
        first = change(awards, bureau)
        assert change(awards, bureau, mark=mark) == first  # a second press
        with pytest.raises(AwardRefused, match="别人刚出过变更，没有保存"):
            change(awards, other, mark=mark)


def test_what_waits_is_counted_for_the_bureau(taught, bureau, row):
    scope = cast.scope(bureau)
    assert (waiting_to_confirm(scope, TODAY), waiting_to_change(scope, TODAY)) == (1, 0)
    confirm(CLASS, bureau)
    lose(taught)
    amended(row, bureau)
    assert (waiting_to_confirm(scope, TODAY), waiting_to_change(scope, TODAY)) == (0, 1)
    assert waiting_to_confirm(cast.scope(taught.clerk), TODAY) == 0


class TestThePapers:
    def text(self, paper) -> list[str]:
        pages = PdfReader(BytesIO(bytes(paper.pdf))).pages
        return ["".join(page.extract_text().split()) for page in pages]

    def test_are_a_list_and_a_certificate_each_with_those_of_a_school(self, taught, bureau, row):
        far = _far_scene(taught)
        freeze(far, bureau)
        awards = confirm(CLASS, bureau)
        assert make_papers(by=bureau, award_list=awards, edition=0) == 4
        kept = {(paper.kind, paper.school_id): paper for paper in awards.papers.all()}
        whole, own = kept["certificates", None], kept["certificates", far.school.pk]
        assert (whole.pages, own.pages) == (3, 1)
        [page] = self.text(own)
        for words in ("奖状", "西岭小学2023级1班", "在2026—2027学年第一学期控辍保学工作中", "被评为", "无流失生班级",
                      "云岭县教育局", "2026年9月10日", "盖章", awards.reference):  # fmt: skip
            assert words in page
        [listed] = self.text(kept["list", None])
        assert "东坪小学2023级1班" in listed
        box = PdfReader(BytesIO(bytes(own.pdf))).pages[0].mediabox
        assert box.width > box.height

    def test_are_set_once_and_are_the_same_ever_after(self, bureau, row):
        awards = confirm(PERSON, bureau)
        print_awards.func(awards.pk, 0, bureau.pk)
        before = [(paper.sha256, bytes(paper.pdf)) for paper in awards.papers.order_by("pk")]
        assert all(sha256(pdf).hexdigest() == kept for kept, pdf in before)
        assert make_papers(by=bureau, award_list=awards, edition=0) == 0
        assert [(paper.sha256, bytes(paper.pdf)) for paper in awards.papers.order_by("pk")] == before

    def test_of_a_change_are_the_new_list_and_the_new_certificates(self, taught, bureau):
        lose(taught)
        row = freeze(taught, bureau)
        awards = confirm(PERSON, bureau)
        make_papers(by=bureau, award_list=awards, edition=0)
        bring_back(taught)
        amended(row, bureau)
        change(awards, bureau)
        assert make_papers(by=bureau, award_list=awards, edition=1) == 3
        fresh = awards.papers.get(edition=1, kind="certificates", school=None)
        assert f"{taught.teacher.name}同志" in self.text(fresh)[0]
        assert fresh.pages == 1
        assert "第1次变更后" in self.text(awards.papers.get(edition=1, kind="list"))[0]

    def test_of_a_change_that_only_withdraws_are_a_list(self, taught, bureau, row):
        awards = confirm(CLASS, bureau)
        lose(taught)
        amended(row, bureau)
        change(awards, bureau)
        assert make_papers(by=bureau, award_list=awards, edition=1) == 1
        assert "2023级1班" not in self.text(awards.papers.get())[0]


class TestTheDatabaseRefuses:
    def test_to_change_what_was_awarded(self, bureau, row):
        awards = confirm(CLASS, bureau)
        make_papers(by=bureau, award_list=awards, edition=0)
        for model in (AwardList, AwardListSchool, Award, AwardPaper):
            with pytest.raises(Exception, match="append-only"), transaction.atomic():
                model.objects.update(kind="grade")
            with pytest.raises(Exception, match="append-only"), transaction.atomic():
                model.objects.all()._raw_delete(connection.alias)

    def test_a_school_judged_twice_for_an_award(self, bureau, row):
        covered = confirm(CLASS, bureau).schools.get()
        covered.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            covered.save()

    @pytest.mark.parametrize("columns", [{"grade": 3}, {"kind": "grade"}, {"kind": "person"}, {"kind": "school"}])
    def test_an_award_of_something_else_than_its_kind_says(self, bureau, row, columns):
        award = confirm(CLASS, bureau).awards.first()
        award.pk, award.number, award.subject = None, 99, "class-99"
        for name, value in columns.items():
            setattr(award, name, value)
        with pytest.raises(IntegrityError, match="an_award_is_of_what_its_kind_says"), transaction.atomic():
            award.save()

    @pytest.mark.parametrize(
        ("columns", "rule"),
        [
            ({"number": 0}, "lists_of_awards_begin_with_one"),
            ({"note": ""}, "a_list_of_awards_says_how_it_came_about"),
            ({"kind": "x"}, "the_kind_of_an_award_is_known"),
        ],
    )
    def test_a_list_that_says_nothing(self, bureau, row, columns, rule):
        awards = confirm(CLASS, bureau)
        awards.pk, awards.number, awards.reference = None, 9, "控辍评〔2026〕9号"
        for name, value in columns.items():
            setattr(awards, name, value)
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            awards.save()
