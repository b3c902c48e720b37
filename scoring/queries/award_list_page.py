"""The page of a list of awards: what was done so far, and its papers."""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.models import AwardChange, AwardList, AwardPaper
from students.access import Scope
from students.templatetags.chinese import cdatetime


@dataclass(frozen=True)
class Sheet:
    """``entries``: what was done, the newest first; ``standing`` and ``withdrawn``: awards of the whole list."""

    standing: int
    withdrawn: int
    schools: int
    entries: Sequence[dict]

    @property
    def schools_note(self) -> str:
        return f"评了{self.schools}所学校"

    @property
    def withdrawn_note(self) -> str:
        return f"另撤销{self.withdrawn}" if self.withdrawn else ""


def sheet_of(row: AwardList, scope: Scope) -> Sheet:
    """Five queries."""
    changes = list(row.changes.select_related("issued_by").order_by("number"))
    steps = [(row.confirmed_at, row.confirmed_by, f"评定，{row.reference}", row.note)]
    steps += [(each.issued_at, each.issued_by, f"第{each.number}次变更", _told(each, scope)) for each in changes]
    entries = [
        {"when": cdatetime(at), "title": title, "by": by.name, "text": text} for at, by, title, text in reversed(steps)
    ]
    withdrawn = row.awards.exclude(withdrawal=None).count()
    return Sheet(row.awards.count() - withdrawn, withdrawn, row.schools.count(), entries)


def _told(change: AwardChange, scope: Scope) -> str:
    """The reason, and what came of it; a school reads of others only how many."""
    withdrawn, added = change.content["withdrawn"], change.content["added"]
    if not withdrawn and not added:
        return f"{change.reason}。核对后名单不变"
    if not scope.county:
        return f"{change.reason}。撤销{len(withdrawn)}，增加{len(added)}"
    words = [f"撤销{each['name']}：{each['why']}" for each in withdrawn]
    words += [f"增加{each['school']}{each['name'] if each['name'] != each['school'] else ''}" for each in added]
    return f"{change.reason}。{'；'.join(words)}"


def papers_of(scope: Scope, row: AwardList) -> list[AwardPaper]:
    """The papers of a list that the scope may open, without their bytes; the latest edition first. Whoever may open
    the certificates of the whole list is not offered those of each school."""
    papers = AwardPaper.objects.visible_to(scope).filter(award_list=row).defer("pdf").select_related("school")
    if scope.county:
        papers = papers.filter(school=None)
    return list(papers.order_by("-edition", "-kind", "school__code"))
