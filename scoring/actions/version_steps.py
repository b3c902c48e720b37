"""How a version of a scheme is kept, tried, adopted for a school year, given up and taken back in time.

The steps are the same for the schemes of classes and of schools; what a kind does otherwise is a method of its own. A
version counts for whole school years that have not begun, or not long ago (``school_years``), so no score of a
finished month changes behind anybody.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import date
from hashlib import sha256

from django.db import transaction
from django.db.models import Max, Model, QuerySet
from django.utils import timezone

from casework.actions import progress
from scoring.models.proposals import VersionProposal
from scoring.queries.version_pages import WAITING, State, title_of
from scoring.scheme_reading import Reason
from scoring.school_years import refusal_of_year
from students.actions import audit
from students.calendar import school_year_label
from students.queries.policy import cut_off_days

Then = Callable[[int], object]


class SchemeRefused(Exception):
    """A version that cannot be made or adopted; ``reasons`` are Chinese sentences with what each is about."""

    def __init__(self, *reasons: Reason):
        super().__init__("；".join(reason.words for reason in reasons))
        self.reasons = reasons


class SchemesChanged(SchemeRefused):
    """Somebody has adopted or taken back another version meanwhile."""


def refused(words: str, where: str = "") -> SchemeRefused:
    """One reason."""
    return SchemeRefused(Reason(words, where))


class Steps(ABC):
    """The steps of one kind. ``place`` are the columns that say whose a version is: none where all are the county's."""

    name: str  # of its audit rows and jobs
    versions: type[Model]
    adoptions: type[Model]
    proposals: type[VersionProposal]

    # ---- what a kind does otherwise --------------------------------------------------------------

    @abstractmethod
    def place_of(self, row: VersionProposal) -> dict:
        """Whose the version is."""

    @abstractmethod
    def lock(self) -> None:
        """Let one writer of schemes at a time go on."""

    @abstractmethod
    def adopted(self, **place) -> QuerySet:
        """The adoptions that a version depends on: where they change, it has to be tried anew."""

    @abstractmethod
    def tried_on(self, row: VersionProposal, watch) -> tuple[dict, str]:
        """What the trial finds, and its mark."""

    @abstractmethod
    def check(self, row: VersionProposal) -> None:
        """Refuse what may no longer be adopted beside the schemes of today."""

    @abstractmethod
    def runs_later(self, row: VersionProposal) -> bool:
        """Whether the trial is a background job."""

    # ---- made ------------------------------------------------------------------------------------

    def job_of(self, row: VersionProposal) -> str:
        """The name under which the trial tells how far it is."""
        return f"{self.name}-{row.pk}"

    def standing(self, **place) -> str:
        """A mark of all that has been adopted: what a form was opened with."""
        rows = self.adopted(**place).order_by("pk").values_list("pk", "scheme", "school_year")
        return sha256(json.dumps(list(rows)).encode()).hexdigest()[:16]

    def check_year(self, school_year: int, today: date, **place) -> None:
        """A school year that can be chosen, and that no other version begins with."""
        if reason := refusal_of_year(school_year, today, cut_off_days()):
            raise refused(reason, "school_year")
        same = self.adoptions.objects.filter(school_year=school_year, **place).select_related("scheme").first()
        if same:
            label = school_year_label(school_year)
            words = f"{label}已经采用{title_of(same.scheme)}，一个学年只能有一个办法。请另选学年，或先撤回它"
            raise refused(words, "school_year")

    def check_standing(self, seen: str, **place) -> None:
        """That nobody has adopted or taken back anything since the form was opened."""
        if self.standing(**place) != seen:
            last = self.adopted(**place).select_related("scheme", "adopted_by").order_by("-pk").first()
            known = last and last.adopted_by
            who = f"{last.adopted_by.name}采用了{title_of(last.scheme)}" if known else "办法有了变化"
            raise SchemesChanged(
                Reason(f"填写期间{who}。没有保存，填的内容还在；请对照现行办法，再按一次就按现在的情况提交")
            )

    def asked_before(self, by, content: dict, school_year: int, **place) -> VersionProposal | None:
        """The same version by the same person that still waits: a second press, or a page gone back."""
        waiting = self.proposals.objects.filter(made_by=by, school_year=school_year, state__in=WAITING, **place)
        return next((row for row in waiting.select_related("scheme") if row.scheme.content == content), None)

    def keep(self, *, by, content: dict, follows, school_year: int, reason: str, as_of: date, **place):
        """The version as the next of its code, and the proposal; inside a transaction."""
        newest = self.versions.objects.filter(code=content["code"]).aggregate(number=Max("version"))["number"] or 0
        stored = self.versions.objects.create(
            code=content["code"], version=newest + 1, title=content["title"], content=content
        )
        row = self.proposals.objects.create(
            scheme=stored, follows=follows, school_year=school_year, reason=reason, as_of=as_of,
            made_at=timezone.now(), made_by=by, **place,
        )  # fmt: skip
        audit.record(by=by, action=f"{self.name}.propose", subject=row, scheme=stored.pk)
        return row

    # ---- tried -----------------------------------------------------------------------------------

    def rehearse(self, *, proposal: VersionProposal, watch=None) -> None:
        """Try a version on the scores of its day, and keep what was found."""
        stands = self.standing(**self.place_of(proposal))
        found, mark = self.tried_on(proposal, watch)
        mark = sha256(f"{mark} {stands}".encode()).hexdigest()
        kept = {"outcome": found | {"stands": stands}, "mark": mark, "state": State.REHEARSED}
        if not self.proposals.objects.filter(pk=proposal.pk, state=State.REHEARSING).update(**kept):
            raise progress.Stopped

    def tried(self, row: VersionProposal) -> VersionProposal:
        """The version once it has been tried."""
        self.rehearse(proposal=row)
        row.refresh_from_db()
        return row

    def rehearse_again(self, *, by, proposal: VersionProposal, as_of: date, then: Then | None = None):
        """Try a version that waits on another day, or once more where the work was broken off; ``then`` queues the job
        of a kind whose trial is one."""
        with transaction.atomic():
            row = self._locked(proposal)
            if row.state == State.REHEARSING and not self.is_silent(row):
                return row  # a second press
            if row.state not in WAITING:
                raise refused("没有重新试算：这个版本已经采用或放弃。请看本页的最新情况")
            row.as_of, row.state, row.outcome, row.mark = as_of, State.REHEARSING, {}, ""
            row.save(update_fields=["as_of", "state", "outcome", "mark"])
            audit.record(by=by, action=f"{self.name}.try", subject=row, as_of=str(as_of))
            progress.forget(self.job_of(row))
            if self.runs_later(row):
                then(row.pk)
        return row if self.runs_later(row) else self.tried(row)

    def is_silent(self, row: VersionProposal) -> bool:
        """Whether whoever should be trying a version has broken off."""
        return progress.is_silent(self.job_of(row), row.made_at)

    def _locked(self, row: VersionProposal) -> VersionProposal:
        rows = self.proposals.objects.select_related("scheme", "adoption")
        return rows.select_for_update(of=("self",), no_key=True).get(pk=row.pk)

    # ---- adopted, given up, taken back -----------------------------------------------------------

    @transaction.atomic
    def adopt(self, *, by, proposal: VersionProposal, seen: str, today: date):
        """Let a version hold from its school year on; ``seen`` is the mark of what the page showed.

        Refused where its year can no longer be chosen, where the trial is another by now, or where other versions have
        been adopted since. A second press is harmless.
        """
        self.lock()
        row = self._locked(proposal)
        if row.state == State.ADOPTED:
            return row.adoption
        if row.state != State.REHEARSED or row.mark != seen:
            raise refused("没有采用：这个版本已经不是刚才看到的样子。请看本页的最新情况")
        place = self.place_of(row)
        self.check_year(row.school_year, today, **place)
        self.check(row)
        if row.outcome["stands"] != self.standing(**place):
            raise SchemesChanged(Reason("没有采用：试算以后采用的办法有了变化。请重新试算，看过新的结果再采用"))
        now = timezone.now()
        row.adoption = self.adoptions.objects.create(
            scheme=row.scheme, school_year=row.school_year, adopted_at=now, adopted_by=by, **place
        )
        row.state, row.adopted_at, row.adopted_by = State.ADOPTED, now, by
        row.save(update_fields=["adoption", "state", "adopted_at", "adopted_by"])
        audit.record(
            by=by, action=f"{self.name}.adopt", subject=row.adoption, proposal=row.pk, scheme=row.scheme_id
        )  # fmt: skip
        return row.adoption

    def give_up(self, *, by, proposal: VersionProposal) -> None:
        """Throw a version away that has not been adopted; a trial under way is asked to stop."""
        rows = self.proposals.objects.filter(pk=proposal.pk, state__in=WAITING)
        with transaction.atomic():
            if not rows.update(state=State.GIVEN_UP, given_up_at=timezone.now(), given_up_by=by):
                raise refused("没有放弃：这个版本已经采用或放弃。请看本页的最新情况")
            audit.record(by=by, action=f"{self.name}.give_up", subject=proposal)
        progress.ask_to_stop(self.job_of(proposal))

    @transaction.atomic
    def withdraw(self, *, by, proposal: VersionProposal, because: str, today: date) -> None:
        """Take an adoption back while its school year can still be chosen for. A second press is harmless."""
        self.lock()
        row = self._locked(proposal)
        if row.state == State.WITHDRAWN:
            return
        if row.state != State.ADOPTED:
            raise refused("没有撤回：这个版本没有采用。请看本页的最新情况")
        if reason := refusal_of_year(row.school_year, today, cut_off_days()):
            raise refused(f"没有撤回：{reason}")
        adoption, row.adoption = row.adoption, None
        row.state, row.withdrawn_at, row.withdrawn_by = State.WITHDRAWN, timezone.now(), by
        row.withdrawn_because = because
        row.save(update_fields=["adoption", "state", "withdrawn_at", "withdrawn_by", "withdrawn_because"])
        audit.record(by=by, action=f"{self.name}.withdraw", subject=row, scheme=row.scheme_id)
        adoption.delete()
