"""考核办法 for classes by form: of the county, or of a school within what the county leaves open.

What a school changes is tried at once; what the county changes is a background job. The steps are ``version_steps``.
"""

from datetime import date

from django.db import transaction
from django.db.models import Q

from casework.models.rules import AS_COUNTY
from scoring.actions.version_steps import (
    WAITING,
    SchemeRefused,
    SchemesChanged,
    State,
    Steps,
    Then,
    refused,
)
from scoring.models import SchemeAdoption, SchemeProposal, StoredScheme
from scoring.models.schemes import OF_A_SCHOOL
from scoring.presets import schemes_in, school_scheme_in
from scoring.queries.scheme_rehearsals import rehearse as rehearsed
from scoring.queries.version_pages import title_of
from scoring.scheme import Scheme
from scoring.scheme_comparison import changes
from scoring.scheme_reading import Reason, SchemeError, read_scheme, reasons_against_new, reasons_against_own
from scoring.school_scheme import reasons_against_targets
from students.calendar import school_year_label
from students.models import School

__all__ = ["WAITING", "SchemeRefused", "SchemesChanged", "State"]


class ClassSchemes(Steps):
    """Of the county (school None) or of a school."""

    name = "scheme"
    versions, adoptions, proposals = StoredScheme, SchemeAdoption, SchemeProposal

    def place_of(self, row: SchemeProposal) -> dict:
        return {"school": row.school}

    def lock(self) -> None:
        """The county's first adoption is always there."""
        SchemeAdoption.objects.select_for_update(no_key=True).filter(school=None).order_by("school_year").first()

    def adopted(self, *, school: School | None):
        return SchemeAdoption.objects.filter(Q(school=None) | Q(school=school))

    def tried_on(self, row: SchemeProposal, watch) -> tuple[dict, str]:
        return rehearsed(row, watch=watch)

    def check(self, row: SchemeProposal) -> None:
        if not row.scheme.is_the_countys:
            _check_beside(read_scheme(row.scheme.content), row.school, row.school_year)

    def runs_later(self, row: SchemeProposal) -> bool:
        return row.school_id is None


STEPS = ClassSchemes()
rehearse, rehearse_again, adopt, give_up, withdraw = (
    STEPS.rehearse, STEPS.rehearse_again, STEPS.adopt, STEPS.give_up, STEPS.withdraw
)  # fmt: skip
job_of, is_silent = STEPS.job_of, STEPS.is_silent


def standing(school: School | None) -> str:
    """A mark of all that has been adopted for a school and the county: what a form was opened with."""
    return STEPS.standing(school=school)


def stored_for(school: School | None, school_year: int) -> StoredScheme:
    """The version that holds for a school or the county in a school year, by what has been adopted until now."""
    schemes = schemes_in(school_year)
    return StoredScheme.objects.get(pk=(schemes(school.pk) if school else schemes.county).key)


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
        STEPS.lock()
        STEPS.check_year(school_year, today, school=school)
        scheme, follows = _read(content), stored_for(school, school_year)
        if twin := STEPS.asked_before(by, content, school_year, school=school):
            return twin
        STEPS.check_standing(seen, school=school)
        _check_beside(scheme, school, school_year)
        if not changes(read_scheme(follows.content), scheme, bounds=school is None):
            raise refused(f"和{school_year_label(school_year)}的{title_of(follows)}完全相同，不用改")
        told = {"school_year": school_year, "reason": reason, "as_of": as_of, "school": school}
        proposal = STEPS.keep(by=by, content=content, follows=follows, **told)
        if school is None:
            then(proposal.pk)
    return proposal if school is None else STEPS.tried(proposal)


def propose_return(
    *, by, school: School, school_year: int, reason: str, as_of: date, seen: str, today: date
) -> SchemeProposal:
    """回到全县办法: a school is to have no scheme of its own from a school year on; tried and adopted like any version.

    What is tried is a copy of the county's scheme of that year. Raises ``SchemeRefused``.
    """
    with transaction.atomic():
        STEPS.lock()
        STEPS.check_year(school_year, today, school=school)
        county = stored_for(None, school_year)
        content = county.content | {"code": f"{AS_COUNTY}{school.code}", "title": "全县办法", "bounds": {}}
        if twin := STEPS.asked_before(by, content, school_year, school=school):
            return twin
        STEPS.check_standing(seen, school=school)
        own = SchemeAdoption.objects.filter(school=school, school_year__lt=school_year).order_by("school_year").last()
        if own is None or own.scheme.is_the_countys:
            raise refused(f"{school_year_label(school_year)}本校已经按全县办法考核，不用改", "school_year")
        told = {"school_year": school_year, "reason": reason, "as_of": as_of, "school": school}
        proposal = STEPS.keep(by=by, content=content, follows=own.scheme, **told)
    return STEPS.tried(proposal)


def _check_beside(scheme: Scheme, school: School | None, school_year: int) -> None:
    """A school's own keeps within what the county leaves open in that year. The county's counts registers that are
    missing; no target of the county's may be one that
    a school has met and is vetoed for by the scheme for schools."""
    if school:
        reasons = [*reasons_against_own(scheme, schemes_in(school_year).county)]
    else:
        months = school_scheme_in(school_year)
        reasons = [*reasons_against_new(scheme.unregistered_above, "不予评定")]
        reasons += [
            Reason(reason.words, f"targets.{stage}.rate_below")
            for stage, target in scheme.targets.items()
            for reason in reasons_against_targets(months, {stage: target})
        ]
    if reasons:
        raise SchemeRefused(*reasons)


def _read(content: dict) -> Scheme:
    try:
        return read_scheme(content)
    except SchemeError as wrong:
        raise SchemeRefused(*wrong.reasons) from None
