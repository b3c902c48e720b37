"""我的提醒, channels, and the log of what was sent."""

from casework.models import Channel, Delivery
from tests.scene import at

TABLE = """
address                           visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  casework:reminders           in      200      200     200   200       200    200      200    200       200   200        200        200       in    pw
POST casework:reminders           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:ask_own_digest      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:ask_own_digest      in      →        →       →     →         →      →        →      →         →     →          →          →         in    pw
GET  casework:confirm_own_digest  in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:confirm_own_digest  in      422      422     422   422       422    422      422    422       422   422        422        422       in    pw
GET  casework:own_digest_off      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:own_digest_off      in      →        →       →     →         →      →        →      →         →     →          →          →         in    pw
GET  casework:channels            in      403      403     200   200       200    200      200    403       403   403        403        200       in    pw
POST casework:channels            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:new_channel         in      403      403     200   200       200    200      200    403       403   403        403        200       in    pw
POST casework:new_channel         in      403      403     422   422       422    422      422    403       403   403        403        422       in    pw
GET  casework:channel             in      403      403     200   200       200    404      200    403       403   403        403        404       in    pw
POST casework:channel             in      403      403     422   422       422    404      422    403       403   403        403        404       in    pw
GET  casework:allow_names         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:allow_names         in      403      403     403   →         →      404      →      403       403   403        403        404       in    pw
GET  casework:forbid_names        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:forbid_names        in      403      403     →     →         →      404      →      403       403   403        403        404       in    pw
GET  casework:pause_channel       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:pause_channel       in      403      403     →     →         →      404      →      403       403   403        403        404       in    pw
GET  casework:resume_channel      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:resume_channel      in      403      403     →     →         →      404      →      403       403   403        403        404       in    pw
GET  casework:test_channel        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:test_channel        in      403      403     →     →         →      404      →      403       403   403        403        404       in    pw
GET  casework:deliveries          in      403      403     200   200       200    200      200    403       403   403        403        200       in    pw
POST casework:deliveries          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:delivery            in      404      404     200   200       200    404      200    404       404   404        404        404       in    pw
POST casework:delivery            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:resend_delivery     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:resend_delivery     in      404      404     →     →         →      404      →      404       404   404        404        404       in    pw
GET  casework:settle_delivery     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:settle_delivery     in      404      404     →     →         →      404      →      404       404   404        404        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    """A mailbox of the school's, and a message of which nobody knows whether it arrived."""
    now = at(day.roll_call.day)
    channel = Channel.objects.create(
        kind="email", name="办公室", school=scene.school, recipients=["bgs@example.com"], changed_at=now,
        changed_by=scene.clerk,
    )  # fmt: skip
    delivery = Delivery.objects.create(
        channel=channel, kind="digest", address="bgs@example.com", day=now.date(), state="unknown", due_at=now,
        queued_at=now, ended_at=now, retries_left=0, problem="没有等到答复",
    )  # fmt: skip
    kept = ("channel", "allow_names", "forbid_names", "pause_channel", "resume_channel", "test_channel")
    sent = ("delivery", "resend_delivery", "settle_delivery")
    return {
        "casework:new_channel": ["wecom"],
        **{f"casework:{name}": [channel.pk] for name in kept},
        **{f"casework:{name}": [delivery.pk] for name in sent},
    }


def fields() -> dict[str, dict]:
    return {
        "casework:ask_own_digest": {"address": "shen@example.com", "send_at": "07:00"},
        "casework:allow_names": {"reason": "只有班主任在群里", "version": "1"},
    }
