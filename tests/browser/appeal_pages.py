"""The pages of appeals, of one that waits and one that was refused; and of terms to be signed, frozen, amended."""

from datetime import date

from django.urls import reverse

from scoring.actions import freezes
from scoring.models import FrozenScore, ScoreFreeze
from students.models import Person, Term
from tests import cast
from tests.access.score_rows import award_rows
from tests.scene import FRIDAY, MONDAY
from tests.scoring.appealing import ask_review, decide, make, mark, sign
from tests.students.papers import paper

SUNDAY = date(2026, 9, 6)


def appeal_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    """申诉 and 学期定分, with somebody who opens each."""
    teacher, clerk, bureau = classroom.teacher, classroom.clerk, classroom.bureau
    given = {"as_of": SUNDAY, "today": MONDAY}
    waiting = make(classroom, "register-2026-09-02", paper=paper(), **given)
    refused = decide(make(classroom, "register-2026-09-01", **given), clerk, accepts=False, note="当天没有停电")
    review = ask_review(decide(make(classroom, "register-2026-09-03", **given), clerk, accepts=False), teacher)
    opened, signed, frozen = _terms(classroom)
    score = FrozenScore.objects.filter(freeze=frozen).first()
    awards = award_rows(classroom.school_class, frozen, bureau)["list"]
    pages = {
        "appeals, mine": (clerk, "appeals", [], "?tab=mine"),
        "appeals, done": (teacher, "appeals", [], "?tab=done"),
        "appeals, none": (teacher, "appeals", [], "?tab=mine"),
        "an appeal to make": (
            teacher, "make_appeal", [classroom.school_class.pk, SUNDAY, f"calls-{FRIDAY}"], ""),
        "an appeal to decide": (clerk, "appeal", [waiting.pk], ""),
        "an appeal refused": (teacher, "appeal", [refused.pk], ""),
        "an appeal in review": (bureau, "appeal", [review.pk], ""),
        "terms": (bureau, "freezes", [], ""),
        "a term to sign": (classroom.principal, "freeze", [opened.pk], ""),
        "a term to freeze": (bureau, "freeze", [signed.pk], ""),
        "a term frozen": (bureau, "freeze", [frozen.pk], ""),
        "awards, by class": (bureau, "awards", [], f"?term={frozen.term_id}"),
        "awards, by school": (bureau, "awards", [], f"?kind=school&term={frozen.term_id}"),
        "awards, of persons, provisional": (clerk, "awards", [], "?kind=person"),
        "awards to confirm": (bureau, "confirm_awards", [frozen.term_id, "class"], ""),
        "lists of awards": (bureau, "award_lists", [], ""),
        "a list of awards": (bureau, "award_list", [awards.pk], ""),
        "a class frozen": (teacher, "frozen_score", [score.pk], ""),
    }  # fmt: skip
    found = {name: (who, reverse(f"scoring:{to}", args=args) + query) for name, (who, to, args, query) in pages.items()}
    found["a list of awards to export"] = (bureau, reverse("reports:award_list_file", args=[awards.pk]))
    return found | {"a frozen term to print": (clerk, reverse("reports:frozen_scores_file", args=[frozen.pk]))}


def _terms(classroom) -> list[ScoreFreeze]:
    """Of three terms that are over: to be signed, signed, and frozen with something that has changed since."""
    bureau, rows = classroom.bureau, []
    for year, number, first, last in (
        (2025, 2, date(2026, 3, 2), date(2026, 7, 3)),
        (2025, 1, date(2025, 9, 1), date(2026, 1, 23)),
        (2024, 2, date(2025, 3, 3), date(2025, 7, 4)),
    ):
        term = Term.objects.create(school_year=year, number=number, start=first, end=last)
        told = {"by": bureau, "scope": cast.scope(bureau), "today": MONDAY}
        freezes.open_term(term=term, school=classroom.school, **told)
        rows.append(ScoreFreeze.objects.get(term=term, school=classroom.school))
    for row in rows[1:]:
        sign(row, classroom.principal, mark=mark(row), today=MONDAY)
    freezes.freeze_scores(freeze=rows[2], note="7月8日到校抽查3个班，点名和记录一致。", **told)
    beside = cast.school_class(classroom.school, "202302")
    cast.student(beside, "赵宁")
    return rows
