"""The page of a school's scores of a term: the list of an edition, what differs now, and what was done so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from scoring.models import Appeal, ScoreAmendment, ScoreFreeze
from scoring.presets import award_rule_in, school_scheme_in
from scoring.queries.appeals import with_level_now
from scoring.queries.freezes import (
    ClassRow,
    mark_of,
    open_appeals,
    rows_frozen,
    rows_now,
)
from scoring.queries.frozen_differences import Difference, differences, why_not_as_signed
from scoring.queries.months import ScoreMonth, months_of
from scoring.queries.term_months import school_days_in, school_months, scored
from scoring.school_scores import SchoolScore
from students.metrics import tenths
from students.models import SchoolClass
from students.templatetags.chinese import cdatetime


@dataclass(frozen=True)
class Sheet:
    """``rows``: the classes of ``edition`` (0: as frozen), or as they stand now where nothing is frozen. ``mark``: the
    digest of what the facts say now; ``stale``: why that is not what was signed, in words. ``appeals``: those that
    nobody has decided on. ``months``: those of the term, of the school by these rows; ``short_months``: which of
    them 先进校 does not judge by themselves, in words."""

    freeze: ScoreFreeze
    rows: Sequence[ClassRow]
    edition: int
    mark: str = ""
    stale: str = ""
    amendments: Sequence[ScoreAmendment] = ()
    differences: Sequence[Difference] = ()
    appeals: Sequence[Appeal] = ()
    entries: Sequence[dict] = field(default_factory=list)
    months: Sequence[tuple[ScoreMonth, SchoolScore]] = ()
    short_months: str = ""

    @property
    def editions(self) -> list[tuple[int, str]]:
        """Every edition by its number and name."""
        return [(0, "定分"), *((each.number, f"第{each.number}次更正") for each in self.amendments)]

    @property
    def is_latest(self) -> bool:
        return self.edition == len(self.amendments)

    @property
    def differ(self) -> tuple[str, str]:
        """How now differs from what is frozen: a title and what to do."""
        if all(each.only_adds_months for each in self.differences):
            return "定分里还没有各月考核", "定分的时候还没有各月考核，事实没有变。由县教育局出更正补记，分数不变。"
        return "现在的事实和定分不同", "定分以后，事实有过更正。原来的定分不改，不同的由县教育局另出更正。"

    @property
    def sha256(self) -> str:
        """The digest over the list that is shown."""
        return mark_of(self.rows)

    @property
    def mean(self) -> Decimal | None:
        if not self.rows:
            return None
        whole = sum((row.total for row in self.rows), Decimal(0))
        return tenths(whole / len(self.rows))

    @property
    def met(self) -> int:
        return sum(row.result["target_met"] and row.result["is_rated"] for row in self.rows)

    @property
    def unrated(self) -> int:
        """How many lost no child too many, by too few registers for that to count."""
        return sum(row.result["target_met"] and not row.result["is_rated"] for row in self.rows)

    @property
    def lost(self) -> int:
        return sum(row.result["lost"] for row in self.rows)

    @property
    def baseline(self) -> int:
        return sum(row.result["baseline"] for row in self.rows)

    @property
    def lost_note(self) -> str:
        """What the lost children are taken of."""
        return f"学年初{self.baseline}人"

    @property
    def met_note(self) -> str:
        return f"共{len(self.rows)}个班"


def sheet_of(freeze: ScoreFreeze, asked: str, *, today: date, compares: bool = True) -> Sheet | None:
    """``asked``: the number of an edition as an address has it, blank for the latest; None where there is no such
    edition. ``compares``: whether to reckon what the facts say now."""
    amendments = list(freeze.amendments.select_related("issued_by"))
    numbers = {str(number): number for number in range(len(amendments) + 1)} | {"": len(amendments)}
    if (edition := numbers.get(asked)) is None:
        return None
    told = {"freeze": freeze, "edition": edition, "amendments": amendments, "entries": _entries(freeze, amendments)}
    if not freeze.is_frozen:
        now = rows_now(freeze.school_id, freeze.term, freeze.day)
        waiting = list(with_level_now(open_appeals(freeze), today).select_related("school_class"))
        stale = why_not_as_signed(freeze, now, outcome="不能定分") if freeze.sha256 else ""
        return Sheet(rows=now, mark=mark_of(now), stale=stale, appeals=waiting, **_months(freeze, now), **told)
    rows = rows_frozen(freeze, edition=edition)
    told |= _months(freeze, rows)
    if not compares:
        return Sheet(rows=rows, **told)
    latest = rows if edition == len(amendments) else rows_frozen(freeze, edition=len(amendments))
    now = rows_now(freeze.school_id, freeze.term, freeze.day, always={row.school_class.pk for row in latest})
    return Sheet(rows=rows, mark=mark_of(now), differences=differences(freeze, latest, now), **told)


def _months(freeze: ScoreFreeze, rows: Sequence[ClassRow]) -> dict:
    year, classes = freeze.term.school_year, scored(rows)
    made = school_months(classes, months_of(freeze.term, freeze.day), freeze.day, school_scheme_in(year))
    rule = award_rule_in(year)
    short = rule.short_months([(f"{month.month.month}月", school_days_in(classes, month)) for month, _ in made])
    words = f"{'、'.join(short)}{rule.words_of_short_months}。" if short else ""
    return {"months": made, "short_months": words}


def _entries(freeze: ScoreFreeze, amendments: Sequence[ScoreAmendment]) -> list[dict]:
    """What was done, as entries of a timeline; the newest first."""
    names = dict(SchoolClass.objects.filter(school=freeze.school_id).values_list("pk", "name")) if amendments else {}
    steps = [
        (freeze.opened_at, freeze.opened_by, "县教育局发起定分", ""),
        (freeze.returned_at, freeze.returned_by, "退回学校", freeze.return_reason),
        (freeze.signed_at, freeze.signed_by, "学校签字确认", ""),
        (freeze.frozen_at, freeze.frozen_by, "检查后定分", freeze.note),
        *(
            (each.issued_at, each.issued_by, f"第{each.number}次更正", f"{each.reason}。{_changed(each, names)}")
            for each in amendments
        ),
    ]
    return [
        {"when": cdatetime(at), "title": title, "by": by.name, "text": text}
        for at, by, title, text in sorted((step for step in steps if step[0]), key=lambda step: step[0], reverse=True)
    ]


def _changed(amendment: ScoreAmendment, names: dict[int, str]) -> str:
    return "；".join(f"{names.get(each['class'], '')}{'，'.join(each['words'])}" for each in amendment.differences)
