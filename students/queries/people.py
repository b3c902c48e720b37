"""The list of accounts: who, posted where, and how far their password is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from students.access import Scope, in_force
from students.models import Person, Posting, Role

ROLES_ABOVE_SCHOOLS = {Role.TOWNSHIP_OFFICER, Role.BUREAU_OFFICER, Role.INSPECTOR, Role.ADMINISTRATOR}


@dataclass(frozen=True)
class PersonLine:
    """One account: ``held`` and ``ended`` are postings in words; ``password`` is its state with a tone.

    ``may_reset``: whether the reader may give the person a new password.
    """

    person: Person
    held: list[str]
    ended: list[str]
    password: tuple[str, str]
    may_reset: bool


def resettable(people, *, by: Person, scope: Scope, today: date):
    """Those of ``people`` whose password ``by`` may reset, never one's own.

    Whoever holds the password holds what the account sees. So a clerk keeps the accounts of those who work at the
    school now or soon, and not of those who have left it for another or hold an office above it.
    """
    others = people.exclude(pk=by.pk)
    if scope.keeps_all_accounts:
        return others
    held = Posting.objects.exclude(until__lte=today)
    here = held.filter(school__in=scope.clerk_of)
    return others.filter(pk__in=here.values("person")).exclude(
        pk__in=held.filter(role__in=ROLES_ABOVE_SCHOOLS).values("person")
    )


def person_lines(people, *, today: date, may_reset: Collection[int], here: Collection[int]) -> list[PersonLine]:
    """The lines of a page of people whose postings have been prefetched.

    ``may_reset``: ids, see ``resettable``; ``here``: the reader's own schools, which need no naming.
    """
    return [
        PersonLine(
            person,
            held=[_words(posting, here) for posting in person.postings.all() if not _has_ended(posting, today)],
            ended=[_words(posting, here) for posting in person.postings.all() if _has_ended(posting, today)],
            password=_password(person),
            may_reset=person.pk in may_reset,
        )
        for person in people
    ]


def place_line(postings) -> str:
    """东坪小学2023级1班班主任: the most particular of a person's postings in words."""
    return _words(max(postings, key=_particular))


def unit_line(postings) -> str:
    """东坪小学: where the most particular of a person's postings is; of the county's own offices the post 县教育局."""
    posting = max(postings, key=_particular)
    return str(posting.school or posting.township or posting.get_role_display())


def _particular(posting: Posting) -> tuple:
    """A class of one's own says more of a person than the lessons they teach, and a class more than a school."""
    has_class = posting.school_class_id is not None
    own = has_class and posting.role == Role.HOMEROOM_TEACHER
    leads = posting.role not in (Role.HOMEROOM_TEACHER, Role.SUBJECT_TEACHER)
    return own, own and not posting.is_substitute, leads, has_class, posting.school_id is not None, -posting.pk


def postings_kept_by(scope: Scope, person: Person, today: date):
    """What a person is now, as far as the scope may end it: a clerk at their own school, the county everywhere."""
    postings = in_force(person.postings, today).select_related("school", "school_class", "township")
    return postings if scope.keeps_all_accounts else postings.filter(school__in=scope.clerk_of)


def posting_words(postings) -> list[str]:
    """Postings in words."""
    return [_words(posting) for posting in postings]


def _words(posting: Posting, here: Collection[int] = ()) -> str:
    place = "" if posting.school_id in here else posting.school or posting.township or ""
    subject = posting.subject if posting.role == Role.SUBJECT_TEACHER else ""
    role = f"{'代' if posting.is_substitute else ''}{posting.get_role_display()}"
    return f"{place}{posting.school_class or ''}{subject}{role}"


def _has_ended(posting: Posting, today: date) -> bool:
    return posting.until is not None and posting.until <= today


def _password(person: Person) -> tuple[str, str]:
    if not person.has_usable_password():
        return "未发放", "warn"
    return ("一次性密码", "note") if person.must_change_password else ("本人已设", "ok")
