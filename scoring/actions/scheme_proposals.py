"""考核办法 by form: a version is made, tried on kept scores, adopted for a school year, given up, taken back in time.

What a school changes is tried at once; what the county changes is a background job. A version counts for whole school
years that have not begun, or not long ago (``school_years``), so no score of a finished month changes behind anybody.
"""

import json
from collections.abc import Callable
from datetime import date
from hashlib import sha256

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from casework.actions import progress
from casework.models.rules import AS_COUNTY
from scoring.models import SchemeAdoption, SchemeProposal, StoredScheme
from scoring.models.schemes import OF_A_SCHOOL
from scoring.presets import schemes_in
from scoring.queries.scheme_pages import title_of
from scoring.queries.scheme_rehearsals import Watch
from scoring.queries.scheme_rehearsals import rehearse as rehearsed
from scoring.scheme import Scheme
from scoring.scheme_comparison import changes
from scoring.scheme_reading import Reason, SchemeError, read_scheme, reasons_against_own
from scoring.school_years import refusal_of_year
from students.actions import audit
from students.calendar import school_year_label
from students.models import School

State = SchemeProposal.State
WAITING = (State.REHEARSING, State.REHEARSED)
Then = Callable[[int], object]


class SchemeRefused(Exception):
    """A version that cannot be made or adopted; ``reasons`` are Chinese sentences with what each is about."""

    def __init__(self, *reasons: Reason):
        super().__init__("；".join(reason.words for reason in reasons))
        self.reasons = reasons


class SchemesChanged(SchemeRefused):
    """Somebody has adopted or taken back another version meanwhile."""


def job_of(proposal: SchemeProposal) -> str:
    return f"scheme-{proposal.pk}"


def standing(school: School | None) -> str:
    """A mark of all that has been adopted for a school and the county: what a form was opened with."""
    rows = SchemeAdoption.objects.filter(Q(school=None) | Q(school=school)).order_by("pk")
    return sha256(json.dumps(list(rows.values_list("pk", "scheme", "school_year"))).encode()).hexdigest()[:16]


def stored_for(school: School | None, school_year: int) -> StoredScheme:
    """The version that holds for a school or the county in a school year, by what has been adopted until now."""
    schemes = schemes_in(school_year)
    return StoredScheme.objects.get(pk=(schemes(school.pk) if school else schemes.county).key)


# ---- made ----------------------------------------------------------------------------------------


def propose(
    *, by, school: School | None, content: dict, school_year: int, reason: str, as_of: date, seen: str, today: date,
    then: Then,
) -> SchemeProposal:  # fmt: skip
    """Keep a version of the scheme of a school or the county, and try it; ``then`` queues the job of the county's.

    ``content`` is a scheme's data; ``seen`` the mark of what stood when the form was opened.
    Raises ``SchemeRefused`` with every reason.
    """
    code = f"{OF_A_SCHOOL}{school.code}" if school else "county"
    content = content | {"code": code, "source": f"[S] {reason}"}
    with transaction.atomic():
        _lock()
        _check_year(school, school_year, today)
        scheme, follows = _read(content), stored_for(school, school_year)
        if twin := _asked_before(by, school, content, school_year):
            return twin
        _check_standing(school, seen)
        _check_own(scheme, school, school_year)
        if not changes(read_scheme(follows.content), scheme, bounds=school is None):
            raise _refused(f"和{school_year_label(school_year)}的{title_of(follows)}完全相同，不用改")
        proposal = _keep(content, follows, by, school, school_year, reason, as_of)
        if school is None:
            then(proposal.pk)
    return proposal if school is None else _tried(proposal)


def propose_return(
    *, by, school: School, school_year: int, reason: str, as_of: date, seen: str, today: date
) -> SchemeProposal:
    """回到全县办法: a school is to have no scheme of its own from a school year on; tried and adopted like any version.

    What is tried is a copy of the county's scheme of that year. Raises ``SchemeRefused``.
    """
    with transaction.atomic():
        _lock()
        _check_year(school, school_year, today)
        county = stored_for(None, school_year)
        content = county.content | {"code": f"{AS_COUNTY}{school.code}", "title": "全县办法", "bounds": {}}
        if twin := _asked_before(by, school, content, school_year):
            return twin
        _check_standing(school, seen)
        own = SchemeAdoption.objects.filter(school=school, school_year__lt=school_year).order_by("school_year").last()
        if own is None or own.scheme.is_the_countys:
            raise _refused(f"{school_year_label(school_year)}本校已经按全县办法考核，不用改", "school_year")
        proposal = _keep(content, own.scheme, by, school, school_year, reason, as_of)
    return _tried(proposal)


def _keep(content: dict, follows: StoredScheme, by, school, school_year: int, reason: str, as_of: date):
    newest = StoredScheme.objects.filter(code=content["code"]).aggregate(number=Max("version"))["number"] or 0
    stored = StoredScheme.objects.create(
        code=content["code"], version=newest + 1, title=content["title"], content=content
    )
    proposal = SchemeProposal.objects.create(
        school=school, scheme=stored, follows=follows, school_year=school_year, reason=reason, as_of=as_of,
        made_at=timezone.now(), made_by=by,
    )  # fmt: skip
    audit.record(by=by, action="scheme.propose", subject=proposal, scheme=stored.pk)
    return proposal


def _lock() -> None:
    """Let one writer of schemes at a time go on: the county's first adoption is always there."""
    SchemeAdoption.objects.select_for_update(no_key=True).filter(school=None).order_by("school_year").first()


def _check_year(school: School | None, school_year: int, today: date) -> None:
    if reason := refusal_of_year(school_year, today):
        raise _refused(reason, "school_year")
    if same := SchemeAdoption.objects.filter(school=school, school_year=school_year).select_related("scheme").first():
        label = school_year_label(school_year)
        words = f"{label}已经采用{title_of(same.scheme)}，一个学年只能有一个办法。请另选学年，或先撤回它"
        raise _refused(words, "school_year")


def _check_standing(school: School | None, seen: str) -> None:
    if standing(school) != seen:
        last = SchemeAdoption.objects.filter(Q(school=None) | Q(school=school)).order_by("-pk").first()
        known = last and last.adopted_by
        who = f"{last.adopted_by.name}采用了{title_of(last.scheme)}" if known else "办法有了变化"
        raise SchemesChanged(
            Reason(f"填写期间{who}。没有保存，填的内容还在；请对照现行办法，再按一次就按现在的情况提交")
        )


def _check_own(scheme: Scheme, school: School | None, school_year: int) -> None:
    """A school's own keeps within what the county leaves open in that year."""
    if school and (reasons := [*reasons_against_own(scheme, schemes_in(school_year).county)]):
        raise SchemeRefused(*reasons)


def _read(content: dict) -> Scheme:
    try:
        return read_scheme(content)
    except SchemeError as wrong:
        raise SchemeRefused(*wrong.reasons) from None


def _asked_before(by, school: School | None, content: dict, school_year: int) -> SchemeProposal | None:
    """The same version by the same person that still waits: a second press, or a page gone back."""
    waiting = SchemeProposal.objects.filter(made_by=by, school=school, school_year=school_year, state__in=WAITING)
    return next((row for row in waiting.select_related("scheme") if row.scheme.content == content), None)


def _refused(words: str, where: str = "") -> SchemeRefused:
    return SchemeRefused(Reason(words, where))


# ---- tried ---------------------------------------------------------------------------------------


def _tried(proposal: SchemeProposal) -> SchemeProposal:
    rehearse(proposal=proposal)
    proposal.refresh_from_db()
    return proposal


def rehearse(*, proposal: SchemeProposal, watch: Watch | None = None) -> None:
    """Try a version on the scores of its day, and keep what was found."""
    stands = standing(proposal.school)
    found, mark = rehearsed(proposal, watch=watch)
    mark = sha256(f"{mark} {stands}".encode()).hexdigest()
    kept = {"outcome": found | {"stands": stands}, "mark": mark, "state": State.REHEARSED}
    if not SchemeProposal.objects.filter(pk=proposal.pk, state=State.REHEARSING).update(**kept):
        raise progress.Stopped


def rehearse_again(*, by, proposal: SchemeProposal, as_of: date, then: Then) -> SchemeProposal:
    """Try a version that waits on another day, or once more where the work was broken off."""
    with transaction.atomic():
        row = _locked(proposal)
        if row.state == State.REHEARSING and not is_silent(row):
            return row  # a second press
        if row.state not in WAITING:
            raise _refused("没有重新试算：这个版本已经采用或放弃。请看本页的最新情况")
        row.as_of, row.state, row.outcome, row.mark = as_of, State.REHEARSING, {}, ""
        row.save(update_fields=["as_of", "state", "outcome", "mark"])
        audit.record(by=by, action="scheme.try", subject=row, as_of=str(as_of))
        progress.forget(job_of(row))
        if row.school_id is None:
            then(row.pk)
    return row if row.school_id is None else _tried(row)


def is_silent(proposal: SchemeProposal) -> bool:
    """Whether whoever should be trying a version has broken off."""
    return progress.is_silent(job_of(proposal), proposal.made_at)


def _locked(proposal: SchemeProposal) -> SchemeProposal:
    rows = SchemeProposal.objects.select_related("scheme", "school", "adoption")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=proposal.pk)


# ---- adopted, given up, taken back ---------------------------------------------------------------


@transaction.atomic
def adopt(*, by, proposal: SchemeProposal, seen: str, today: date) -> SchemeAdoption:
    """Let a version hold from its school year on; ``seen`` is the mark of what the page showed.

    Refused where its year can no longer be chosen, where the trial is another by now, or where other versions have
    been adopted since. A second press is harmless.
    """
    _lock()
    row = _locked(proposal)
    if row.state == State.ADOPTED:
        return row.adoption
    if row.state != State.REHEARSED or row.mark != seen:
        raise _refused("没有采用：这个版本已经不是刚才看到的样子。请看本页的最新情况")
    _check_year(row.school, row.school_year, today)
    if not row.scheme.is_the_countys:
        _check_own(read_scheme(row.scheme.content), row.school, row.school_year)
    if row.outcome["stands"] != standing(row.school):
        raise SchemesChanged(Reason("没有采用：试算以后采用的办法有了变化。请重新试算，看过新的结果再采用"))
    now = timezone.now()
    row.adoption = SchemeAdoption.objects.create(
        scheme=row.scheme, school=row.school, school_year=row.school_year, adopted_at=now, adopted_by=by
    )
    row.state, row.adopted_at, row.adopted_by = State.ADOPTED, now, by
    row.save(update_fields=["adoption", "state", "adopted_at", "adopted_by"])
    audit.record(by=by, action="scheme.adopt", subject=row.adoption, proposal=row.pk, scheme=row.scheme_id)
    return row.adoption


def give_up(*, by, proposal: SchemeProposal) -> None:
    """Throw a version away that has not been adopted; a trial under way is asked to stop."""
    rows = SchemeProposal.objects.filter(pk=proposal.pk, state__in=WAITING)
    with transaction.atomic():
        if not rows.update(state=State.GIVEN_UP, given_up_at=timezone.now(), given_up_by=by):
            raise _refused("没有放弃：这个版本已经采用或放弃。请看本页的最新情况")
        audit.record(by=by, action="scheme.give_up", subject=proposal)
    progress.ask_to_stop(job_of(proposal))


@transaction.atomic
def withdraw(*, by, proposal: SchemeProposal, because: str, today: date) -> None:
    """Take an adoption back while its school year can still be chosen for. A second press is harmless."""
    _lock()
    row = _locked(proposal)
    if row.state == State.WITHDRAWN:
        return
    if row.state != State.ADOPTED:
        raise _refused("没有撤回：这个版本没有采用。请看本页的最新情况")
    if reason := refusal_of_year(row.school_year, today):
        raise _refused(f"没有撤回：{reason}")
    adoption, row.adoption = row.adoption, None
    row.state, row.withdrawn_at, row.withdrawn_by, row.withdrawn_because = (
        State.WITHDRAWN, timezone.now(), by, because
    )  # fmt: skip
    row.save(update_fields=["adoption", "state", "withdrawn_at", "withdrawn_by", "withdrawn_because"])
    audit.record(by=by, action="scheme.withdraw", subject=row, scheme=row.scheme_id)
    adoption.delete()
