"""个人每日提醒: one's own digest by e-mail, after a code sent to the address has come back."""

from datetime import datetime, time, timedelta
from hmac import compare_digest

from django.db import transaction
from django.utils.crypto import get_random_string, salted_hmac

from casework.actions.deliveries import Then, new_delivery
from casework.models import Delivery, OwnDigest
from students.actions import audit

CODE_LIFE = timedelta(minutes=30)
MOST_WRONG = 5
CODES_A_DAY = 5
State = OwnDigest.State


class OwnDigestRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


def code_of(own: OwnDigest) -> str:
    """The six digits that show that an address is the person's own; they are stored nowhere."""
    said = f"{own.pk}:{own.address}:{own.nonce}"
    digest = salted_hmac("casework.own_digest", said, algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


@transaction.atomic
def ask(*, by, address: str, send_at: time, now: datetime, then: Then) -> OwnDigest:
    """Have a code sent to ``address``. For the address in use only the time is saved. Raises ``OwnDigestRefused``."""
    address, fresh = address.strip().lower(), {"nonce": get_random_string(32), "codes_day": now.date()}
    row, _ = OwnDigest.objects.select_for_update(no_key=True).get_or_create(
        person=by,
        defaults=fresh | {"address": address, "state": State.OFF, "send_at": send_at, "changed_at": now},
    )
    row.send_at, row.changed_at = send_at, now
    if row.state == State.ON and row.address == address:
        row.save(update_fields=["send_at", "changed_at"])
        audit.record(by=by, action="own_digest.time", subject=row)
        return row
    sent_today = row.codes_sent if row.codes_day == now.date() else 0
    if sent_today >= CODES_A_DAY:
        raise OwnDigestRefused(f"今天已经发过{CODES_A_DAY}次验证码，没有再发。请明天再试。")
    row.address, row.state, row.wrong_codes = address, State.ASKED, 0
    row.nonce, row.codes_day, row.codes_sent = fresh["nonce"], now.date(), sent_today + 1
    row.code_expires_at = now + CODE_LIFE
    row.save()
    made = new_delivery(own=row, address=address, kind=Delivery.Kind.CODE, day=now.date(), due_at=now, now=now)
    made.save()
    audit.record(by=by, action="own_digest.ask", subject=row)
    then(made.pk, now)
    return row


def confirm(*, by, code: str, now: datetime) -> OwnDigest:
    """Turn the digest on if the code is right; a second press does nothing. Raises ``OwnDigestRefused``.

    A wrong code is counted, so what is refused is kept as well.
    """
    with transaction.atomic():
        row = OwnDigest.objects.select_for_update(no_key=True).filter(person=by).first()
        refusal = _refusal(row, code, now)
        if not refusal and row.state == State.ASKED:
            row.state, row.code_expires_at, row.changed_at = State.ON, None, now
            audit.record(by=by, action="own_digest.confirm", subject=row)
            row.save()
    if refusal:
        raise OwnDigestRefused(refusal)
    return row


def _refusal(row: OwnDigest | None, code: str, now: datetime) -> str:
    if row is None or row.state == State.OFF:
        return "没有等待验证的邮箱，没有开启。请先填邮箱，取验证码。"
    if row.state == State.ON:
        return ""
    if row.code_expires_at <= now or row.wrong_codes >= MOST_WRONG:
        return "验证码已经失效，没有开启。请重新取一个。"
    if compare_digest(code_of(row).encode(), code.strip().encode()):
        return ""
    row.wrong_codes += 1
    row.save(update_fields=["wrong_codes"])
    left = MOST_WRONG - row.wrong_codes
    return f"验证码不对，没有开启。还可以试{left}次。" if left else "验证码不对，没有开启。请重新取一个。"


@transaction.atomic
def turn_off(*, by, now: datetime) -> None:
    """关闭: nothing more is sent to the person; a second press does nothing."""
    row = OwnDigest.objects.select_for_update(no_key=True).filter(person=by).first()
    if row is not None and row.state != State.OFF:
        row.state, row.code_expires_at, row.changed_at = State.OFF, None, now
        row.save()
        audit.record(by=by, action="own_digest.off", subject=row)
