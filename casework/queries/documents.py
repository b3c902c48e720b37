"""Documents as people meet them: what waits for whom, what may be done with one, whose signature comes next."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from casework.document_checks import OnRecord, differing, impossible
from casework.document_kinds import ISSUES, KINDS, OF_A_CHILD, PLEDGES, DocumentKind, missing_labels, shown
from casework.documents import (
    STANDS_IN,
    STATE_TONES,
    UNISSUED,
    DocumentAction,
    DocumentNow,
    DocumentState,
    Party,
    Post,
    SignStep,
    refusal,
)
from casework.models import Document, DocumentDraft, DocumentStep, LetterDelivery
from students.access import Scope, in_force
from students.models import Area, Person, Posting, Role, School, SchoolClass, Student
from students.templatetags.chinese import cdate_short, ctime

ROLES_OF = {
    Post.CLERK: (Role.REGISTRY_CLERK,),
    Post.HEAD: (Role.PRINCIPAL, Role.DEPUTY_HEAD),
    Post.TOWNSHIP: (Role.TOWNSHIP_OFFICER,),
    Post.BUREAU: (Role.BUREAU_OFFICER,),
}


def posts_over(scope: Scope, place: SchoolClass | School) -> frozenset[Post]:
    """The posts that the reader holds around a class, or around a school as a whole."""
    is_class = isinstance(place, SchoolClass)
    school = place.school if is_class else place
    held = {
        Post.HOMEROOM: is_class and place.pk in scope.homeroom,
        Post.CLERK: school.pk in scope.clerk_of,
        Post.HEAD: school.pk in scope.led,
        Post.TOWNSHIP: school.township_id in scope.officer_of,
        Post.BUREAU: scope.is_bureau,
    }
    return frozenset(post for post, holds in held.items() if holds)


def documents_seen_by(scope: Scope):
    """The documents of the reader's places. A 科任教师 sees no more of them than what is to be signed in person."""
    return Document.objects.visible_to(scope.without_lessons)


def waiting_for(scope: Scope, day: date):
    """The documents whose next signature is the reader's, or that of a post which nobody holds and they stand in for.

    The one definition of who may sign: the desk lists these, and whoever signs has the document among them.
    """
    mine = Q(waiting_for=Post.NAMED, person=scope.person, person__isnull=False)
    for number, post in enumerate(STANDS_IN):
        here = _places(scope, post)
        if here is None:
            continue
        mine |= here & Q(waiting_for=post)
        vacant = Q()
        for lower in reversed(STANDS_IN[:number]):
            vacant &= ~Exists(_holders(lower, day))
            mine |= here & Q(waiting_for=lower) & vacant
    return Document.objects.filter(mine, state=DocumentState.WAITING)


def _places(scope: Scope, post: Post) -> Q | None:
    """The documents around which the reader holds ``post``; None where nowhere."""
    if post is Post.BUREAU:
        return Q() if scope.is_bureau else None
    column, ids = {
        Post.CLERK: ("school_class__school__in", scope.clerk_of),
        Post.HEAD: ("school_class__school__in", scope.led),
        Post.TOWNSHIP: ("school_class__school__township__in", scope.officer_of),
    }[post]
    return Q(**{column: ids}) if ids else None


def _holders(post: Post, day: date):
    """The postings in force that make somebody ``post`` around the document of the outer query."""
    place = {"township": OuterRef("school_class__school__township")}
    if post in (Post.CLERK, Post.HEAD):
        place = {"school": OuterRef("school_class__school")}
    return in_force(Posting.objects.filter(role__in=ROLES_OF[post], person__is_active=True, **place), day)


def signers(document: Document, day: date) -> list[Person]:
    """Who may sign next: those of the post, else of the next one up that anybody holds; one query."""
    if not document.waiting_for:
        return []
    post = Post(document.waiting_for)
    if post is Post.NAMED:
        return [document.person]
    school = document.home_school
    here = Q(role__in=ROLES_OF[Post.CLERK] + ROLES_OF[Post.HEAD], school=school)
    around = here | Q(role=Role.TOWNSHIP_OFFICER, township=school.township_id) | Q(role=Role.BUREAU_OFFICER)
    held = in_force(Posting.objects.filter(around, person__is_active=True), day).select_related("person")
    rows = list(held.order_by("pk"))
    for each in STANDS_IN[STANDS_IN.index(post) :]:
        if found := [row.person for row in rows if row.role in ROLES_OF[each]]:
            return list(dict.fromkeys(found))
    return []


def awaited(document: Document, day: date) -> list[Person]:
    """Whom the document waits for: those who may sign it, or, sent back, those who wrote it."""
    if document.state == DocumentState.RETURNED:
        return [person for person in (document.drafted_by, document.issued_by) if person]
    return signers(document, day)


def parties_of(document: Document, scope: Scope, day: date) -> frozenset[Party]:
    """As what the reader stands to a document; one query where it waits."""
    parties = set()
    if posts_over(scope, document.place) & KINDS[DocumentKind(document.kind)].authors:
        parties.add(Party.AUTHOR)
    if document.state == DocumentState.WAITING and waiting_for(scope, day).filter(pk=document.pk).exists():
        parties.add(Party.SIGNER)
    if document.issued_by_id and _issues(document, scope):
        parties.add(Party.ISSUER)
    return frozenset(parties)


def _issues(document: Document, scope: Scope) -> bool:
    """Whether the reader holds the post in whose name the document was issued, or has issued it and may still write
    such a one."""
    posts, office = posts_over(scope, document.place), Post.HEAD
    if document.area:
        office = Post.TOWNSHIP if document.area.level == Area.Level.TOWNSHIP else Post.BUREAU
    spec = KINDS[DocumentKind(document.kind)]
    if office in posts or not posts & spec.authors:
        return office in posts
    if not any(step.verb == ISSUES for step in spec.chain):
        return document.issued_by_id == scope.person
    signed = document.steps.filter(action=DocumentAction.SIGN, verb=ISSUES, revision=document.revision)
    return signed.filter(by=scope.person).exists()  # whoever has only sent it there to be signed has not issued it


def step_of(document: Document) -> SignStep | None:
    """The signature that comes next; None where none is awaited."""
    chain = KINDS[DocumentKind(document.kind)].chain
    return chain[document.step] if document.state == DocumentState.WAITING else None


def now_of(document: Document) -> DocumentNow:
    """The document as the table of transitions asks for it."""
    spec = KINDS[DocumentKind(document.kind)]
    return DocumentNow(
        spec.label, DocumentState(document.state), spec.is_served, spec.author_label, step_of(document)
    )  # fmt: skip


def offered(document: Document, parties: Collection[Party], by: Person) -> list[DocumentAction]:
    """What may be done with the document now."""
    now, done = now_of(document), done_on_paper(document, by)
    return [action for action in DocumentAction if action not in done and not refusal(now, action, parties)]


def done_on_paper(document: Document, by: Person) -> set[DocumentAction]:
    """What a 责任书 asks no more of ``by`` once its signed paper is kept, since that counts as signed.

    Whoever has not handed in the paper themself may still send the document back.
    """
    if not _waits_for_a_pledge(document):
        return set()
    hands = set(document.copies.values_list("uploaded_by", flat=True))
    return {DocumentAction.SIGN, *([DocumentAction.RETURN] if by.pk in hands else [])} if hands else set()


def _waits_for_a_pledge(document: Document) -> bool:
    return document.state == DocumentState.WAITING and document.kind in PLEDGES


def kinds_to_write(posts: Collection[Post]) -> list[DocumentKind]:
    """The kinds that somebody who holds ``posts`` may write about a child."""
    return [kind for kind in OF_A_CHILD if KINDS[kind].authors & set(posts)]


def documents_of(student: Student, scope: Scope):
    """The documents of a child that the reader sees, the latest first."""
    return documents_seen_by(scope).filter(student=student).for_page().order_by("-drafted_at", "-pk")


def to_write(scope: Scope):
    """Drafts, and what has been sent back, of the places where the reader writes."""
    own = Q(school_class__in=scope.homeroom) | Q(school_class__school__in=scope.clerk_of | scope.led)
    own |= Q(of_school__in=scope.clerk_of | scope.led) & ~Q(kind=DocumentKind.PLEDGE_SCHOOL)  # that is the bureau's
    own |= Q(drafted_by=scope.person)
    return documents_seen_by(scope).filter(own, state__in=sorted(state.value for state in UNISSUED))


def typed_of(author: Person, student: Student, kind: DocumentKind) -> DocumentDraft | None:
    """What the author has typed last of a new document of this kind, and not saved."""
    saved = Document.objects.filter(submission=OuterRef("submission"))
    return DocumentDraft.objects.filter(~Exists(saved), author=author, student=student, kind=kind).first()


def typed_changes(author: Person, document: Document) -> DocumentDraft | None:
    """What the author has typed of changes to a document, and not saved."""
    return DocumentDraft.objects.filter(author=author, submission=document.submission).first()


def track(document: Document, steps: Sequence[DocumentStep], *, on_paper: bool = False) -> list[dict]:
    """The chain as a stage track: who has signed and when, who is awaited. ``steps``: what was done to it, in order;
    ``on_paper``: the signature that is awaited stands on a paper that is kept."""
    signed = {row.step: row for row in steps if row.action == DocumentAction.SIGN and row.revision == document.revision}
    goes_on = document.state in (DocumentState.WAITING, DocumentState.CONFIRMED)
    first = {
        "label": KINDS[DocumentKind(document.kind)].issue_verb(),
        "state": "done" if goes_on else "current",
        "note": "",
    }
    if document.issued_by and goes_on:
        first["note"] = _when(document.issued_by, document.issued_at)
    lines = [first]
    for number, step in enumerate(KINDS[DocumentKind(document.kind)].chain):
        row = signed.get(number) if goes_on else None
        awaited = document.state == DocumentState.WAITING and number == document.step
        state = "done" if row or (awaited and on_paper) else "current" if awaited else "ahead"
        note = _when(row.by, row.at) if row else ("线下签字" if on_paper else "等签") if awaited else ""
        lines.append({"label": f"{step.post.short}{step.verb}", "state": state, "note": note})
    return lines


def _when(person: Person, at: datetime) -> str:
    return f"{person.name} {cdate_short(at)} {ctime(at)}"


def page_of(document: Document, scope: Scope, record: OnRecord | None) -> dict:
    """What the page of one document shows beside the buttons; five queries.

    ``record``: what it is held against; None where nobody changes or signs it any more.
    """
    steps, kind = list(document.steps.select_related("by")), DocumentKind(document.kind)
    words, spec = shown(kind, document.values), KINDS[kind]
    notes = _notes(document, record) if record else {}
    copies = list(document.copies.defer("content").select_related("uploaded_by"))
    on_paper = bool(copies) and _waits_for_a_pledge(document)
    return {
        "document": document,
        "badge": ("已签字（线下）", STATE_TONES[DocumentState.CONFIRMED])
        if on_paper
        else (document.get_state_display(), document.tone),
        "on_paper": on_paper,
        "is_report": spec.tier is not None,
        "track": [] if document.state == DocumentState.VOIDED else track(document, steps, on_paper=on_paper),
        "lines": [(each.label, words[each.name]) for each in spec.fields if words[each.name]],
        "notes": [
            f"{'、'.join(each.label for each in spec.fields if notes.get(each.name) == note)}：{note}"
            for note in dict.fromkeys(notes.values())
        ],
        "missing": "、".join(missing_labels(kind, document.values)),
        "issue_word": spec.issue_verb(posts_over(scope, document.place)),
        "papers": list(document.papers.defer("pdf", "values").select_related("issued_by").order_by("-revision")),
        "copies": copies,
        "delivery": LetterDelivery.objects.filter(document=document).select_related("recorded_by").first(),
        "entries": [
            {
                "when": f"{cdate_short(row.at)} {ctime(row.at)}",
                "title": row.verb,
                "text": row.reason,
                "by": row.by.name,
                "tone": "warn" if row.action == DocumentAction.RETURN else "",
            }
            for row in reversed(_told(steps))
        ],
    }


def _notes(document: Document, record: OnRecord) -> dict[str, str]:
    """Field → what the registers say instead, and of what may still be changed also why it cannot be."""
    kind, values = DocumentKind(document.kind), document.values
    if document.state not in UNISSUED:
        return differing(kind, values, record, is_issued=True)
    return differing(kind, values, record) | impossible(kind, values, record)


def _told(steps: Sequence[DocumentStep]) -> list[DocumentStep]:
    """What was done, without an issue that was a 签发 signature at once: one entry says both."""
    signed = {(row.revision, row.by_id) for row in steps if row.action == DocumentAction.SIGN and row.verb == ISSUES}
    return [row for row in steps if row.action != DocumentAction.ISSUE or (row.revision, row.by_id) not in signed]
