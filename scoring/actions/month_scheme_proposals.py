"""学校考核办法 by form: the county's alone, tried at once on the kept scores of a month. The steps are
``version_steps``."""

from datetime import date

from django.db import transaction

from scoring.actions.version_steps import SchemeRefused, Steps, refused
from scoring.models import SchemeAdoption, SchoolSchemeAdoption, SchoolSchemeProposal, StoredSchoolScheme
from scoring.presets import schemes_in, school_scheme_in
from scoring.queries.month_scheme_rehearsals import rehearse as rehearsed
from scoring.queries.version_pages import title_of
from scoring.scheme_comparison import compare_months
from scoring.scheme_reading import SchemeError
from scoring.school_scheme import (
    SchoolScheme,
    read_new_school_scheme,
    read_school_scheme,
    reasons_against_new,
    reasons_against_targets,
)
from students.calendar import school_year_label

CODE = "county_months"  # of every version made by form


class MonthSchemes(Steps):
    """All are the county's."""

    name = "school_scheme"
    versions, adoptions, proposals = StoredSchoolScheme, SchoolSchemeAdoption, SchoolSchemeProposal

    def place_of(self, row: SchoolSchemeProposal) -> dict:
        return {}

    def lock(self) -> None:
        """The first adoption is always there; that of classes, whose targets are looked at, before it."""
        SchemeAdoption.objects.select_for_update(no_key=True).filter(school=None).order_by("school_year").first()
        SchoolSchemeAdoption.objects.select_for_update(no_key=True).order_by("school_year").first()

    def adopted(self):
        return SchoolSchemeAdoption.objects.all()

    def tried_on(self, row: SchoolSchemeProposal, watch) -> tuple[dict, str]:
        return rehearsed(row)

    def check(self, row: SchoolSchemeProposal) -> None:
        _check_beside(read_school_scheme(row.scheme.content), row.school_year)

    def runs_later(self, row: SchoolSchemeProposal) -> bool:
        return False


STEPS = MonthSchemes()
rehearse_again, adopt, give_up, withdraw = STEPS.rehearse_again, STEPS.adopt, STEPS.give_up, STEPS.withdraw
standing = STEPS.standing


def stored_for(school_year: int) -> StoredSchoolScheme:
    """The version that holds in a school year, by what has been adopted until now."""
    return StoredSchoolScheme.objects.get(pk=school_scheme_in(school_year).key)


def propose(
    *, by, content: dict, school_year: int, reason: str, as_of: date, seen: str, today: date
) -> SchoolSchemeProposal:
    """Keep a version and try it. ``content`` is a scheme's data; ``seen`` the mark of what stood when the form was
    opened. Raises ``SchemeRefused`` with every reason."""
    content = content | {"code": CODE, "source": f"[S] {reason}"}
    with transaction.atomic():
        STEPS.lock()
        STEPS.check_year(school_year, today)
        scheme, follows = _read(content), stored_for(school_year)
        if twin := STEPS.asked_before(by, content, school_year):
            return twin
        STEPS.check_standing(seen)
        _check_beside(scheme, school_year)
        if all(pair.is_same for pair in compare_months(read_school_scheme(follows.content), scheme)):
            raise refused(f"和{school_year_label(school_year)}的{title_of(follows)}完全相同，不用改")
        told = {"school_year": school_year, "reason": reason, "as_of": as_of}
        proposal = STEPS.keep(by=by, content=content, follows=follows, **told)
    return STEPS.tried(proposal)


def _check_beside(scheme: SchoolScheme, school_year: int) -> None:
    """Registers that are missing count; no school may be vetoed that has met the targets of its classes' scheme of that
    year."""
    reasons = [*reasons_against_new(scheme)]
    reasons += reasons_against_targets(scheme, schemes_in(school_year).county.targets)
    if reasons:
        raise SchemeRefused(*reasons)


def _read(content: dict) -> SchoolScheme:
    try:
        return read_new_school_scheme(content)
    except SchemeError as wrong:
        raise SchemeRefused(*wrong.reasons) from None
