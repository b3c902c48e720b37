"""One's own digest: the address is confirmed by a code that came to it, and turned off again."""

from datetime import time, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from casework import jobs
from casework.actions import own_digest
from casework.models import Delivery, OwnDigest
from students.models import AuditRow
from tests.casework.chat import mail_is_set_up
from tests.scene import MONDAY, at

__all__ = ["mail_is_set_up"]
State = OwnDigest.State


@pytest.fixture(autouse=True)
def _mail(mail_is_set_up):
    """Every test here sends mail."""


def ask(by, address="shen@example.com", send_at=time(7)) -> OwnDigest:
    return own_digest.ask(by=by, address=address, send_at=send_at, now=timezone.localtime(), then=jobs.queue_delivery)


def confirm(by, code: str) -> OwnDigest:
    return own_digest.confirm(by=by, code=code, now=timezone.now())


def code_in_the_mail() -> str:
    return mail.outbox[-1].body.partition("验证码：")[2][:6]


def test_the_code_comes_by_mail_and_turns_it_on(scene):
    row = ask(scene.teacher, " Shen@Example.com ")
    assert (row.state, row.address) == (State.ASKED, "shen@example.com")
    assert mail.outbox[0].to == ["shen@example.com"]
    assert confirm(scene.teacher, f" {code_in_the_mail()} ").state == State.ON
    assert confirm(scene.teacher, code_in_the_mail()).state == State.ON  # a second press
    assert list(AuditRow.objects.values_list("action", flat=True)) == ["own_digest.ask", "own_digest.confirm"]


def test_the_code_is_kept_nowhere(scene):
    ask(scene.teacher)
    code = code_in_the_mail()
    kept = str(list(Delivery.objects.values())) + str(list(OwnDigest.objects.values_list("nonce", "address")))
    assert code not in kept
    assert code not in str(list(AuditRow.objects.values()))


def test_until_it_is_confirmed_nothing_is_sent(scene, clock):
    from casework.actions import deliveries

    ask(scene.teacher)
    clock.move_to(at(MONDAY + timedelta(days=1), 7))
    assert deliveries.plan(now=timezone.localtime(), then=lambda pk, at: None) == 0
    with pytest.raises(own_digest.OwnDigestRefused):
        confirm(scene.teacher, code_in_the_mail())


def test_a_wrong_code_is_counted_and_five_are_the_end(scene):
    ask(scene.teacher)
    right = code_in_the_mail()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2, 1):
        with pytest.raises(own_digest.OwnDigestRefused, match=f"还可以试{left}次"):
            confirm(scene.teacher, wrong)
    for code in (wrong, right, "", "验证码"):
        with pytest.raises(own_digest.OwnDigestRefused, match="重新取一个"):
            confirm(scene.teacher, code)
    ask(scene.teacher)
    assert confirm(scene.teacher, code_in_the_mail()).state == State.ON


def test_a_code_lives_for_half_an_hour(scene, clock):
    ask(scene.teacher)
    clock.shift(own_digest.CODE_LIFE - timedelta(seconds=1))
    code = code_in_the_mail()
    clock.shift(timedelta(seconds=1))
    with pytest.raises(own_digest.OwnDigestRefused, match="已经失效"):
        confirm(scene.teacher, code)


def test_a_new_code_makes_the_old_one_worthless(scene):
    ask(scene.teacher)
    old = code_in_the_mail()
    ask(scene.teacher, "other@example.com")
    assert old != code_in_the_mail()
    with pytest.raises(own_digest.OwnDigestRefused):
        confirm(scene.teacher, old)


def test_nobody_is_flooded_with_codes(scene, clock):
    for _ in range(own_digest.CODES_A_DAY):
        ask(scene.teacher)
    with pytest.raises(own_digest.OwnDigestRefused, match="今天已经发过"):
        ask(scene.teacher, "stranger@example.com")
    assert len(mail.outbox) == own_digest.CODES_A_DAY
    assert OwnDigest.objects.get().address == "shen@example.com"
    clock.shift(timedelta(days=1))
    ask(scene.teacher)


def test_another_time_for_the_same_address_needs_no_code(scene):
    ask(scene.teacher)
    confirm(scene.teacher, code_in_the_mail())
    row = ask(scene.teacher, send_at=time(12))
    assert (row.state, row.send_at, len(mail.outbox)) == (State.ON, time(12), 1)


def test_another_address_is_confirmed_anew(scene):
    ask(scene.teacher)
    confirm(scene.teacher, code_in_the_mail())
    assert ask(scene.teacher, "new@example.com").state == State.ASKED


def test_turned_off_it_stays_off(scene):
    ask(scene.teacher)
    code = code_in_the_mail()
    for _ in range(2):
        own_digest.turn_off(by=scene.teacher, now=timezone.now())
    assert OwnDigest.objects.get().state == State.OFF
    assert AuditRow.objects.filter(action="own_digest.off").count() == 1
    with pytest.raises(own_digest.OwnDigestRefused, match="没有等待验证"):
        confirm(scene.teacher, code)


def test_whoever_asked_for_nothing_has_nothing_to_confirm(scene):
    with pytest.raises(own_digest.OwnDigestRefused, match="请先填邮箱"):
        confirm(scene.clerk, "123456")
    own_digest.turn_off(by=scene.clerk, now=timezone.now())


def test_a_code_that_comes_too_late_to_be_of_use_is_not_sent(scene, settings, clock):
    settings.EMAIL_IS_SET_UP = False
    ask(scene.teacher)
    clock.shift(own_digest.CODE_LIFE)
    settings.EMAIL_IS_SET_UP = True
    jobs.send_delivery.call(Delivery.objects.get().pk)
    assert Delivery.objects.get().state == Delivery.State.CANCELLED
    assert mail.outbox == []
