"""Who may record a contact with a family, and about which children one call was."""

from django.db.models import Exists, OuterRef, Q

from casework.models import Contact, ContactDraft, ContactPhoto, Obligation
from casework.ruleset import Tier
from students.access import Scope
from students.models import Guardian, RegistryLine, Student
from students.queries.child import present_place, rights_over
from students.queries.guardians import to_ring

MOST_SIBLINGS = 8  # whose number more children have is no family: a dormitory's, a teacher's [D]


def may_record(scope: Scope, line: RegistryLine) -> bool:
    """Whoever answers for the class; the township's officer and the bureau, who go along on joint visits."""
    return scope.may_answer_for(line.school_class) or scope.may_manage_in(line.school.township_id)


def line_of(student: Student) -> RegistryLine | None:
    """Where a child last stood, with its class and school."""
    return RegistryLine.objects.select_related("school_class__school", "school").filter(pk=student.pk).first()


def to_dial(student: Student, line: RegistryLine, scope: Scope) -> Guardian | None:
    """Whom to ring; nobody where the family's numbers are not the reader's to use."""
    if not rights_over(present_place(student), scope).family:
        return None
    return to_ring({student.pk: line.school_id}).get(student.pk)


def draft_of(person, student: Student) -> ContactDraft | None:
    """What the person has typed last of a contact of this child, and not saved."""
    return ContactDraft.objects.filter(author=person, student=student).first()


def photos_of(owner: Contact | ContactDraft | None):
    """The photographs of a contact or a draft, without their content."""
    return owner.photos.defer("content", "thumbnail") if owner else ()


def photo_for(scope: Scope, person, pk: int) -> ContactPhoto:
    """A photograph of a contact that the reader may see, or of their own draft. Raises ``DoesNotExist``."""
    seen = Contact.objects.visible_to(scope.without_lessons)
    own = ContactDraft.objects.filter(author=person, student__in=Student.objects.visible_to(scope))
    return ContactPhoto.objects.filter(Q(contact__in=seen) | Q(draft__in=own)).get(pk=pk)


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
