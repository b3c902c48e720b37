"""Who may record a contact with a family, and about which children one call was."""

from collections.abc import Callable, Iterable
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from casework.awaited import promise_of
from casework.case_engine import Planner
from casework.models import Contact, ContactDraft, ContactPhoto, Obligation
from casework.ruleset import Tier
from students.access import Scope
from students.models import Guardian, RegistryLine, Student
from students.queries.child import present_place, rights_over
from students.queries.guardians import to_ring
from students.templatetags.chinese import cdate_short

MOST_SIBLINGS = 8  # whose number more children have is no family: a dormitory's, a teacher's [D]

# Beside their classes: children for whom somebody answers by name. (scope) → their ids; known to the app above.
CHARGES: list[Callable[[Scope], QuerySet]] = []


def may_record(scope: Scope, line: RegistryLine) -> bool:
    """Whoever answers for the class, or for the child by name; the township's officer and the bureau, who go along on
    joint visits."""
    answers = scope.may_answer_for(line.school_class) or scope.may_manage_in(line.school.township_id)
    return answers or is_in_charge(scope, line.pk)


def is_in_charge(scope: Scope, student: int) -> bool:
    """Whether the reader answers for a child by name."""
    return any(charge(scope).filter(pk=student).exists() for charge in CHARGES)


def children_of(scope: Scope) -> QuerySet[Student]:
    """The children whose family the reader may have talked to: those they see, and those they answer for by name.

    It opens the form of a contact and what belongs to it, and no other page.
    """
    seen = Q(pk__in=Student.objects.visible_to(scope).order_by().values("pk"))
    for charge in CHARGES:
        seen |= Q(pk__in=charge(scope))
    return Student.objects.filter(seen)


def own_contacts(scope: Scope) -> QuerySet[Contact]:
    """The contacts that the reader sees, and their own of the children they answer for by name."""
    seen = Q(pk__in=Contact.objects.visible_to(scope).order_by().values("pk"))
    for charge in CHARGES:
        seen |= Q(recorded_by=scope.person, student__in=charge(scope))
    return Contact.objects.filter(seen)


def line_of(student: Student) -> RegistryLine | None:
    """Where a child last stood, with its class and school."""
    return RegistryLine.objects.select_related("school_class__school", "school").filter(pk=student.pk).first()


def to_dial(student: Student, line: RegistryLine, scope: Scope) -> Guardian | None:
    """Whom to ring; nobody where the family's numbers are not the reader's to use."""
    if not (rights_over(present_place(student), scope).family or is_in_charge(scope, student.pk)):
        return None
    return to_ring({student.pk: line.school_id}).get(student.pk)


def promise_words(contact: Contact, today: date) -> str:
    """答应9月13日返校，9月14日核实。: on which school day a promise is checked; blank where nothing was promised."""
    if contact.promised_on is None:
        return ""
    promise = promise_of(contact, Planner(today).school_days(line_of(contact.student)))
    on, day = cdate_short(promise.on), cdate_short(contact.promised_on)
    return f"{day}核实是否返校。" if on == day else f"答应{day}返校，{on}核实。"


def draft_of(person, student: Student) -> ContactDraft | None:
    """What the person has typed last of a contact of this child, and not saved."""
    return ContactDraft.objects.filter(author=person, student=student).first()


def photos_of(owner: Contact | ContactDraft | None):
    """The photographs of a contact or a draft, without their content."""
    return owner.photos.defer("content", "thumbnail") if owner else ()


def photo_for(scope: Scope, person, pk: int) -> ContactPhoto:
    """A photograph of a contact that the reader may see, or of their own draft. Raises ``DoesNotExist``."""
    seen = Contact.objects.visible_to(scope.without_lessons)
    own = ContactDraft.objects.filter(author=person, student__in=children_of(scope))
    return ContactPhoto.objects.filter(Q(contact__in=seen) | Q(draft__in=own)).get(pk=pk)


def listed(scope: Scope, wanted: dict):
    """Ids of the contacts that a filter asks for, the newest first; what was taken back is listed as well."""
    rows = Contact.objects.visible_to(scope)
    for name in ("method", "outcome"):
        if wanted.get(name):
            rows = rows.filter(**{name: wanted[name]})
    bounds = {"day__gte": "since", "day__lte": "until", "student__line__school": "school",
              "student__line__school_class": "school_class"}  # fmt: skip
    rows = rows.filter(**{lookup: wanted[name] for lookup, name in bounds.items() if wanted.get(name)})
    if text := (wanted.get("q") or "").strip():
        rows = rows.filter(student__in=Student.objects.search(text))
    return rows.order_by("-day", "-recorded_at", "-pk").values_list("pk", flat=True)


def shown(pks: Iterable[int]) -> list[Contact]:
    """The contacts of a page in the order given, with all that a row shows, and each with ``photo_count``."""
    pks = list(pks)
    rows = Contact.objects.select_related("student__line__school_class__school", "recorded_by")
    photos = ContactPhoto.objects.filter(contact=OuterRef("pk")).order_by().values("contact")
    counted = Coalesce(Subquery(photos.annotate(number=Count("pk")).values("number")), 0)
    found = rows.annotate(photo_count=counted).in_bulk(pks)
    return [found[pk] for pk in pks]


def told_with(contact: Contact, seen):
    """The contacts of the same telling about other children, as far as they are ``seen``."""
    if contact.submission is None:
        return []
    rows = seen.filter(submission=contact.submission, recorded_by=contact.recorded_by_id).exclude(pk=contact.pk)
    return list(rows.select_related("student"))


def siblings_of(student: Student, scope: Scope, today) -> list[Student]:
    """Other children in whose family somebody has the same telephone, as far as the reader records contacts of them;
    ``is_owed``: whether a call is owed for them as well. Two queries."""
    phones = list(Guardian.objects.filter(student=student).exclude(phone="").values_list("phone", flat=True))
    if not phones:
        return []
    owed = Obligation.objects.undone_on(today).filter(student=OuterRef("pk"), tier=Tier.CONTACT)
    rows = Student.objects.visible_to(scope.without_lessons).filter(
        pk__in=Guardian.objects.filter(phone__in=phones).values("student"), line__isnull=False
    )
    rows = rows.exclude(pk=student.pk).select_related("line__school_class__school", "line__school").order_by("pk")
    found = [row for row in rows.annotate(is_owed=Exists(owed))[: MOST_SIBLINGS + 1] if may_record(scope, row.line)]
    return found if len(found) <= MOST_SIBLINGS else []
