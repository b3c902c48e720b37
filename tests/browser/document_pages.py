"""The pages of 文书, with one that waits for the 教务处, a letter to deliver and a draft."""

import warnings

from django.urls import reverse

from casework.document_kinds import DocumentKind
from students.models import Person
from tests.access.areas.documents import LETTER, drafted, issued


def document_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    """With somebody who opens each."""
    teacher, clerk, child = classroom.teacher, classroom.clerk, classroom.children[4]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the library that draws the PDF
        waiting = issued(classroom, child)
        letter = issued(classroom, child, by=classroom.principal, kind=DocumentKind.URGING_NOTICE, values=LETTER)
    return {
        "documents": (clerk, reverse("casework:documents")),
        "documents, none found": (teacher, reverse("casework:documents") + "?q=none"),
        "register of numbers": (classroom.bureau, reverse("casework:document_register")),
        "documents of a child": (teacher, reverse("casework:child_documents", args=[child.pk])),
        "a new document": (teacher, reverse("casework:new_document", args=[child.pk, "loss_report"])),
        "a document to change": (teacher, reverse("casework:edit_document", args=[drafted(classroom, child).pk])),
        "a document to sign": (clerk, reverse("casework:document", args=[waiting.pk])),
        "a letter to deliver": (teacher, reverse("casework:deliver_document", args=[letter.pk])),
    }
