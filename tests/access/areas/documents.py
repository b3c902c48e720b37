"""文书: those of a child, a new one, one that waits for the 教务处, a draft, and the lists."""

from uuid import uuid4

from casework.actions import documents as actions
from casework.actions import letters
from casework.document_kinds import DocumentKind
from casework.models import Document
from tests import cast
from tests.scene import MONDAY

TABLE = """
address                           visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  casework:child_documents     in      200      403     200   200       200    200      200    200       403   200        404        404       in    pw
POST casework:child_documents     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:new_document        in      200      403     200   200       200    403      403    403       403   200        404        404       in    pw
POST casework:new_document        in      →        403     →     →         →      403      403    403       403   →          404        404       in    pw
GET  casework:save_document_draft in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:save_document_draft in      200      403     200   200       200    403      403    403       403   200        404        404       in    pw
GET  casework:discard_document_draft in   405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:discard_document_draft in   →        403     →     →         →      403      403    403       403   →          404        404       in    pw
GET  casework:documents           in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST casework:documents           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:document_register   in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST casework:document_register   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:document            in      200      404     200   200       200    200      200    200       404   200        404        404       in    pw
POST casework:document            in      403      404     →     403       403    403      403    403       404   403        404        404       in    pw
GET  casework:edit_document       in      200      403     200   200       200    403      403    403       403   200        404        404       in    pw
POST casework:edit_document       in      →        403     →     →         →      403      403    403       403   →          404        404       in    pw
GET  casework:document_paper      in      200      404     200   200       200    200      200    200       404   200        404        404       in    pw
POST casework:document_paper      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:attach_copy         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:attach_copy         in      →        404     →     →         →      403      403    403       404   →          404        404       in    pw
GET  casework:signed_copy         in      200      404     200   200       200    200      200    200       404   200        404        404       in    pw
POST casework:signed_copy         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:deliver_document    in      200      404     200   200       200    403      403    403       404   200        404        404       in    pw
POST casework:deliver_document    in      →        404     →     →         →      403      403    403       404   →          404        404       in    pw
"""  # noqa: E501
SAID = {
    "visited_on": "2026-09-07", "place": "家中", "visitors": "沈明", "met": "曾杰（母亲）", "talk": "了解缺课原因",
    "attitude": "同意返校", "outcome": "约定第二天返校", "promised_on": "",
}  # fmt: skip
LETTER = {
    "addressee": "曾杰（母亲）", "absent_since": "2026-09-02", "absent_days": "4", "limit_days": "7",
    "contact": "沈明", "note": "",
}  # fmt: skip


def drafted(scene, child, *, by=None, kind=DocumentKind.VISIT_RECORD, values=SAID) -> Document:
    """A draft about a child of the scene's class."""
    by = by or scene.teacher
    return actions.draft(
        by=by, scope=cast.scope(by), kind=kind, student=child, school_class=scene.school_class, values=values,
        submission=uuid4(), today=MONDAY,
    )  # fmt: skip


def issued(scene, child, *, by=None, **more) -> Document:
    """One that has been issued, by whoever has drafted it."""
    by = by or scene.teacher
    row = drafted(scene, child, by=by, **more)
    return actions.issue(by=by, scope=cast.scope(by), document=row, version=row.version, today=MONDAY)


def arguments(scene, people, day) -> dict[str, list]:
    child = scene.children[1]
    row = issued(scene, child)
    head = people["principal"]
    letter = issued(scene, child, by=head, kind=DocumentKind.URGING_NOTICE, values=LETTER)
    paper = {"name": "回证.png", "media_type": "image/png", "size": 1, "sha256": "0" * 64, "content": b"0"}
    copy = letters.attach(by=head, scope=cast.scope(head), document=letter, paper=paper, today=MONDAY)
    return {
        "casework:attach_copy": [letter.pk],
        "casework:signed_copy": [copy.pk],
        "casework:deliver_document": [letter.pk],
        "casework:child_documents": [child.pk],
        "casework:new_document": [child.pk, "visit_record"],
        "casework:save_document_draft": [child.pk, "visit_record"],
        "casework:discard_document_draft": [child.pk, "visit_record"],
        "casework:document": [row.pk],
        "casework:edit_document": [drafted(scene, child).pk],
        "casework:document_paper": [row.pk],
    }


def fields() -> dict[str, dict]:
    return {
        "casework:new_document": SAID | {"submission": str(uuid4())},
        "casework:save_document_draft": {"submission": str(uuid4()), "talk": "说到一半"},
        "casework:discard_document_draft": {"submission": str(uuid4())},
        "casework:edit_document": SAID | {"outcome": "约定周五返校", "version": "1"},
        "casework:deliver_document": {
            "delivered_on": str(MONDAY),
            "method": "in_person",
            "recipient": "曾杰（母亲）",
        },
        "casework:document": {"do": "sign", "sign-version": "2", "sign-note": "已收"},
    }
