"""Awards that are judged by the months of a term, where papers were frozen before the months were kept: such a school
is neither refused nor ranked, and what another school's amendment says leaves it as it is."""

from datetime import date

import pytest

from scoring.actions import award_lists
from scoring.actions.award_lists import AwardRefused, refusal_of
from scoring.models import AwardListSchool
from scoring.queries.award_facts import SchoolScores
from scoring.queries.award_lists import changes_of, proposal_of
from students.actions import enrolment
from students.enrolment import EventKind
from students.models import Posting, Role, Term
from students.queries.calendar import current_calendar
from tests import cast
from tests.scene import Scene, at
from tests.scoring.appealing import amend, freeze_scores, opened, principal_of, sign
from tests.scoring.awarding import CLASS, PERSON, SCHOOL, confirm, short_term, take_all
from tests.scoring.awarding import freeze as freeze_short
from tests.scoring.old_papers import before_months
from tests.scoring.test_award_pages import led_school, page_of

END, TODAY = date(2026, 10, 9), date(2026, 10, 12)


@pytest.fixture
def bureau(db):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def here(scene, clock):
    """The first term ends on 9 October; every register was taken."""
    Term.objects.filter(number=1).update(end=END)
    taught(scene)
    clock.move_to(at(TODAY))
    return scene


@pytest.fixture
def there(here):
    school = cast.school("西岭小学")
    room = cast.school_class(school)
    clerk = cast.person("钟平", role=Role.REGISTRY_CLERK, school=school)
    teacher = cast.person("闫青", role=Role.HOMEROOM_TEACHER, school_class=room)
    return taught(Scene(school, room, teacher, clerk, cast.students(room, "钱安", "孙立")))


def taught(scene) -> Scene:
    days = current_calendar().school_days(school=scene.school.pk, school_class=scene.school_class.pk)
    for day in days.between(date(2026, 9, 1), END):
        for slot in ("AM", "PM"):
            cast.take_register(scene.clerk, scene.school_class, day, slot, today=END)
    return scene


def frozen(scene, bureau, head: str, term: Term | None = None, today: date = TODAY):
    who = cast.person(head, role=Role.PRINCIPAL, school=scene.school)
    return freeze_scores(sign(opened(scene, bureau, term=term, today=today), who, today=today), bureau, today=today)


def proposed(kind):
    return proposal_of(kind, Term.objects.get(number=1), TODAY)


def confirmed(kind, bureau):
    proposal = proposed(kind)
    return award_lists.confirm(
        by=bureau, scope=cast.scope(bureau), term=proposal.field.term, kind=kind, rule=proposal.field.rule.key,
        mark=proposal.mark, note="局长办公会审定", today=TODAY,
    )  # fmt: skip


def lose(scene) -> None:
    given = {"kind": EventKind.DROP_OUT, "happened_on": date(2026, 10, 8), "today": TODAY}
    enrolment.record_event(by=scene.clerk, student=scene.children[0], **given)


class TestAListOfSchools:
    @pytest.fixture
    def papers(self, here, there, bureau):
        """Both were frozen before the months were kept."""
        with before_months():
            return frozen(here, bureau, "罗宁"), frozen(there, bureau, "罗二")

    @pytest.fixture
    def awards(self, papers, bureau, monkeypatch):
        with monkeypatch.context() as patch:  # as it was judged then
            patch.setattr(SchoolScores, "lacks_months_for", lambda self, kind: False)
            return confirmed(SCHOOL, bureau)

    def test_waits_for_the_months_and_says_whose(self, papers, bureau):
        page = page_of(bureau, kind="school")
        assert [line.verdict[0] for line in page.context["page"].object_list] == ["名额待定", "名额待定"]
        assert "小学里东坪小学、西岭小学的定分没有各月的得分，县教育局出更正补记以后才能评" in page.content.decode()
        with pytest.raises(
            AwardRefused, match="东坪小学、西岭小学的定分没有各月的得分，评不了控辍保学先进校，没有评定"
        ):
            confirmed(SCHOOL, bureau)
        amend(papers[0], bureau, reason="补记各月")
        assert "西岭小学的定分没有各月" in refusal_of(proposed(SCHOOL))
        amend(papers[1], bureau, reason="补记各月")
        assert confirmed(SCHOOL, bureau).awards.count() == 2

    def test_loses_nobody_whose_paper_nobody_touched(self, papers, awards, bureau):
        amend(papers[0], bureau, reason="补记各月")
        changes = changes_of(awards, TODAY)
        assert (changes.is_any, list(changes.editions)) == (False, [papers[0].pk])

    def test_loses_whose_own_amendment_takes_the_ground(self, here, papers, awards, bureau):
        lose(here)
        amend(papers[0], bureau)
        assert [award.name for award, _ in changes_of(awards, TODAY).withdrawn] == ["东坪小学"]
        amend(papers[1], bureau, reason="补记各月")
        assert [award.name for award, _ in changes_of(awards, TODAY).withdrawn] == ["东坪小学"]


class TestAListOfPersons:
    @pytest.fixture
    def second(self, here, bureau, clock):
        """A second term that goes on in October's month, frozen before the months were kept."""
        Term.objects.filter(number=1).update(end=date(2026, 9, 28))
        Term.objects.filter(number=2).update(start=date(2026, 10, 1), end=END)
        with before_months():
            return frozen(here, bureau, "罗宁", Term.objects.get(number=2))

    def proposed(self, kind=PERSON):
        return proposal_of(kind, Term.objects.get(number=2), TODAY)

    def test_says_that_it_is_unknown_and_judges_nobody(self, second, bureau):
        proposal = self.proposed()
        assert (list(proposal.schools), [each.name for each in proposal.without_months]) == ([], ["东坪小学"])
        assert "东坪小学的定分没有各月的得分，评不了控辍保学先进个人，没有评定" in refusal_of(proposal)
        page = page_of(bureau, kind="person", term=second.term_id).content.decode()
        assert "出更正补记以前评不了这一项：东坪小学" in page
        assert "还没有学校定分" not in page
        assert refusal_of(self.proposed(CLASS)) == ""

    def test_leaves_the_school_out_and_judges_the_others(self, there, second, bureau):
        frozen(there, bureau, "罗二", second.term)
        proposal = self.proposed()
        made = award_lists.confirm(
            by=bureau, scope=cast.scope(bureau), term=second.term, kind=PERSON, rule=proposal.field.rule.key,
            mark=proposal.mark, note="局长办公会审定", today=TODAY,
        )  # fmt: skip
        assert [award.name for award in made.awards.all()] == ["闫青"]
        assert [each.freeze.school.name for each in AwardListSchool.objects.all()] == ["西岭小学"]
        amend(second, bureau, reason="补记各月")
        assert [line.name for line in self.proposed().chosen] == [Posting.objects.get(
            school_class__school=second.school, role=Role.HOMEROOM_TEACHER).person.name]  # fmt: skip


def test_a_school_that_nobody_leads_has_no_place_before_it_is_frozen(scene, clock, bureau):
    good = short_term(scene, clock)
    [line] = page_of(bureau, kind="school", school=good.school.pk).context["page"].object_list
    assert (line.verdict, line.candidate.rank) == (("名额待定", "note"), None)
    assert line.candidate.waits == "名额还不能评：小学里东坪小学还没有定分"


def test_a_school_frozen_after_its_type_was_judged_is_named_with_the_list(scene, clock, bureau):
    good = short_term(scene, clock)
    freeze_short(good, bureau)
    confirm(SCHOOL, bureau)
    late = led_school("西岭小学")
    room = late.classes.get()
    take_all(cast.person("钟平", role=Role.REGISTRY_CLERK, school=late), room)
    freeze_short(Scene(late, room, None, None, []), bureau, head=principal_of(Scene(late, room, None, None, [])))
    said = refusal_of(proposal_of(SCHOOL, Term.objects.get(number=1), date(2026, 9, 10)))
    assert said.startswith("西岭小学定分晚于同类学校的评定（控辍评〔2026〕1号），名额已经评出，")
    assert said.endswith("第一学期不再评控辍保学先进校。其他表彰照常评定。")
