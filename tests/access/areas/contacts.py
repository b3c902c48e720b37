"""联系记录 and 家访: telling a contact, the list, the plan of visits."""

from uuid import uuid4

from django.utils import timezone

from casework.models import ContactPhoto
from tests.scene import MONDAY

TABLE = """
address                             visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  casework:new_contact           in      200      403     200   200       200    200      200    403       404   200        404        404       in    pw
POST casework:new_contact           in      422      403     422   422       422    422      422    403       404   422        404        404       in    pw
GET  casework:save_contact_draft    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:save_contact_draft    in      →        403     →     →         →      →        →      403       404   →          404        404       in    pw
GET  casework:discard_contact_draft in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:discard_contact_draft in      →        403     →     →         →      →        →      403       404   →          404        404       in    pw
GET  casework:contact_photo         in      200      404     200   200       200    200      200    200       404   200        404        404       in    pw
POST casework:contact_photo         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:contact_photo_thumbnail in    200      404     200   200       200    200      200    200       404   200        404        404       in    pw
POST casework:contact_photo_thumbnail in    405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:remove_photo          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:remove_photo          in      403      404     403   403       403    403      403    403       404   403        404        404       in    pw
GET  casework:contacts              in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST casework:contacts              in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:contact_page          in      200      403     200   200       200    200      200    200       403   200        404        404       in    pw
POST casework:contact_page          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:visits                in      200      403     200   200       200    403      403    403       403   200        200        200       in    pw
POST casework:visits                in      →        403     →     →         →      403      403    403       403   →          →          →         in    pw
GET  casework:visits_by_school      in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST casework:visits_by_school      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:visit_check           in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST casework:visit_check           in      403      403     403   →         →      403      403    403       403   403        403        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    child = [scene.children[0].pk]
    picture = {"name": "a.jpg", "media_type": "image/jpeg", "size": 3, "sha256": "a" * 64, "content": b"jpg"}
    who = {"uploaded_at": timezone.now(), "uploaded_by": scene.teacher}
    photo = ContactPhoto.objects.create(contact=day.contact, position=1, thumbnail=b"jpg", **picture, **who)
    return {
        "casework:new_contact": child,
        "casework:save_contact_draft": child,
        "casework:discard_contact_draft": child,
        "casework:contact_photo": [photo.pk],
        "casework:contact_photo_thumbnail": [photo.pk],
        "casework:remove_photo": [photo.pk],
        "casework:contact_page": [day.contact.pk],
        "casework:visit_check": [scene.school.pk, MONDAY.replace(month=8, day=1)],
    }


def fields() -> dict[str, dict]:
    return {
        "casework:save_contact_draft": {"submission": str(uuid4())},
        "casework:visit_check": {"remark": "已抽查"},
        "casework:discard_contact_draft": {"submission": str(uuid4())},
    }
