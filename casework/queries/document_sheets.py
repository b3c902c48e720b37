"""A document as it goes to paper: who issues it, who signs it, whom it is about."""

from collections.abc import Collection
from datetime import date

from casework.document_kinds import KINDS, PLEDGES, DocumentKind
from casework.documents import Post
from casework.models import Document
from casework.papers import Sheet
from casework.queries.document_facts import facts_about
from students.calendar import school_year_label
from students.models import Area, Person

OF_A_SCHOOL = (Post.HOMEROOM, Post.CLERK, Post.HEAD)


def author_posts(document: Document, posts: Collection[Post]) -> frozenset[Post]:
    """Of the posts that somebody holds those by which they write this document."""
    return KINDS[DocumentKind(document.kind)].authors & frozenset(posts)


def area_of(document: Document, posts: Collection[Post]) -> Area | None:
    """The township or county in whose name it is issued; None: the school's."""
    if document.area_id or document.school_id:
        return document.area
    if set(posts) & set(OF_A_SCHOOL):
        return None
    township = document.home_school.township
    return township if Post.TOWNSHIP in posts else township.parent


def issuer_name(document: Document, area: Area | None) -> str:
    """东坪小学; 东坪镇人民政府; 云岭县教育局."""
    if area is None:
        return document.home_school.name
    return f"{area.name}{'人民政府' if area.level == Area.Level.TOWNSHIP else '教育局'}"


def sheet_of(document: Document, posts: Collection[Post], day: date, *, by: Person | None = None, printed: str = ""):
    """What is printed of the document. ``printed``: the foot of a draft; ``by``: who would issue it."""
    kind = DocumentKind(document.kind)
    area, author = area_of(document, posts), document.issued_by or by or document.drafted_by
    issuer = issuer_name(document, area)
    return Sheet(
        kind=kind,
        issuer=issuer,
        facts=_facts(document, day),
        values=document.values,
        reference=document.reference,
        day=None if printed else day,
        signed=_signed(kind, posts, issuer, author),
        author=author.name,
        printed=printed,
        replaces=f"第{document.revision}稿，替代第{document.revision - 1}稿" if document.revision > 1 else "",
        chain=() if kind in PLEDGES or KINDS[kind].is_served else KINDS[kind].chain,
    )


def _facts(document: Document, day: date) -> dict[str, str]:
    if document.student_id:
        return facts_about(document.student, document.school_class, day)
    return {
        "name": document.person.name,
        "school": document.home_school.name,
        "place": document.school_class.name if document.school_class else "",
        "school_year": school_year_label(document.school_year),
    }


def _signed(kind: DocumentKind, posts: Collection[Post], issuer: str, author: Person) -> str:
    """Who signs: a letter the school or the authority, a report whoever has written it."""
    if KINDS[kind].is_served or kind in PLEDGES:
        return issuer
    post = next((post for post in OF_A_SCHOOL if post in posts), None)
    return f"{post.label}：{author.name}" if post else f"{issuer}：{author.name}"
