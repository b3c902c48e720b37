"""How a message moves when something goes wrong, and what a person decides; dead workers are in test_killed_worker."""

import smtplib
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from casework import jobs
from casework.actions import deliveries
from casework.models import Delivery, DeliveryTry
from students.models import AuditRow
from tests.casework.chat import chat, mail_is_set_up
from tests.casework.evening import EVENING, evening, make_channel, plan, send

__all__ = ["chat", "evening", "mail_is_set_up"]
State = Delivery.State


class TestWhatGoesWrong:
    @pytest.fixture
    def row(self, evening, chat):
        make_channel(evening, chat)
        return plan()[0]

    def test_refused_it_is_tried_again_with_growing_pauses_and_then_given_up(self, row, chat, clock):
        chat.answer = b'{"errcode": 45009}'
        pauses = []
        for number in range(1, 6):
            row = send(row)
            assert row.tries == number
            assert "太多" in row.problem
            if row.state == State.WAITING:
                pauses.append((row.due_at - timezone.now()).total_seconds() / 60)
                clock.move_to(row.due_at - timedelta(seconds=1))
                assert send(row).tries == number
                clock.move_to(row.due_at)
        assert pauses == [1, 5, 30, 120]
        assert row.state == State.FAILED
        assert [each.outcome for each in row.attempts.all()] == ["refused"] * 5
        assert send(row).tries == 5

    def test_nobody_listening_is_surely_not_sent(self, row, chat):
        chat.close()
        row = send(row)
        assert (row.state, row.problem, row.text) == (State.WAITING, "连不上机器人的服务器", "")

    def test_without_an_answer_it_is_unknown_and_left_alone(self, row, chat, clock):
        chat.silent = True
        row = send(row)
        assert (row.state, len(chat.received)) == (State.UNKNOWN, 1)
        assert "不知道" in row.problem
        clock.shift(timedelta(hours=5))
        call_command("tick", stdout=StringIO())
        assert len(chat.received) == 1

    def test_a_redirect_is_not_followed(self, row, chat):
        chat.status = 302
        row = send(row)
        assert (row.state, row.problem) == (State.WAITING, "机器人的服务器没有接收，状态码302")
        assert len(chat.received) == 1

    def test_an_address_no_longer_allowed_is_not_knocked_at(self, row, chat, settings):
        settings.WEBHOOK_ORIGINS = {"wecom": [], "dingtalk": []}
        row = send(row)
        assert (row.state, chat.received) == (State.FAILED, [])

    def test_a_key_that_can_no_longer_be_read_says_so(self, row, chat, settings):
        settings.SECRET_KEY = "another key altogether, and long enough to be one"
        row = send(row)
        assert (row.state, row.problem) == (State.FAILED, "网站的密钥换过，请在通道里重新填写机器人的地址")
        assert chat.received == []

    def test_the_old_key_is_still_read_while_it_is_kept(self, row, chat, settings):
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another key altogether, and long enough to be one"
        assert send(row).state == State.SENT

    def test_a_fault_of_the_program_is_taken_up_and_in_the_end_given_up(self, row, chat, clock, monkeypatch):
        def break_down(*args, **kwargs):
            raise ZeroDivisionError

        monkeypatch.setattr("casework.outbox.compose", break_down)
        for _ in range(5):
            with pytest.raises(ZeroDivisionError):
                send(row)
            clock.shift(timedelta(minutes=6))
            deliveries.take_up(now=timezone.localtime(), then=lambda pk, due_at: None)
        row.refresh_from_db()
        assert (row.state, row.tries) == (State.FAILED, 5)


class TestMail:
    @pytest.fixture
    def row(self, evening, mail_is_set_up):
        make_channel(evening)
        return plan()[0]

    def fail(self, monkeypatch, error):
        def break_off(connection, messages):
            raise error

        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", break_off)

    @pytest.mark.parametrize(
        ("error", "state", "words"),
        [
            (smtplib.SMTPRecipientsRefused({"bgs@example.com": (550, b"no such user")}), "failed", "拒收"),
            (smtplib.SMTPRecipientsRefused({"bgs@example.com": (450, b"later")}), "waiting", "拒收"),
            (smtplib.SMTPDataError(451, b"later"), "waiting", "答复代码451"),
            (smtplib.SMTPSenderRefused(530, b"who", "x"), "waiting", "答复代码530"),
            (smtplib.SMTPServerDisconnected("gone"), "unknown", "断了连接"),
            (TimeoutError(), "unknown", "断了连接"),
        ],
    )
    def test_what_the_server_says_decides_whether_it_is_tried_again(self, row, monkeypatch, error, state, words):
        self.fail(monkeypatch, error)
        row = send(row)
        assert row.state == state
        assert words in row.problem
        assert "no such user" not in row.problem

    @pytest.mark.parametrize(
        ("error", "words"),
        [(smtplib.SMTPAuthenticationError(535, b"secret"), "账号或密码"), (OSError("refused"), "连不上邮件服务器")],
    )
    def test_what_fails_before_the_mail_leaves_was_surely_not_sent(self, row, monkeypatch, error, words):
        def refuse(connection):
            raise error

        monkeypatch.setattr("django.core.mail.backends.base.BaseEmailBackend.open", refuse)
        row = send(row)
        assert row.state == State.WAITING
        assert words in row.problem

    def test_where_mail_is_not_set_up_it_waits_without_counting_tries(self, row, settings, clock):
        settings.EMAIL_IS_SET_UP = False
        for _ in range(3):
            row = send(row)
        assert (row.state, row.tries) == (State.WAITING, 0)
        assert "邮件还没有配置" in row.problem
        settings.EMAIL_IS_SET_UP = True
        clock.shift(timedelta(minutes=6))
        deliveries.take_up(now=timezone.localtime(), then=jobs.queue_delivery)
        row.refresh_from_db()
        assert (row.state, len(mail.outbox)) == (State.SENT, 1)

    def test_after_two_days_it_is_given_up_and_said(self, row, settings, clock):
        settings.EMAIL_IS_SET_UP = False
        clock.move_to(EVENING + timedelta(days=2))
        assert deliveries.take_up(now=timezone.localtime(), then=lambda pk, at: None)["expired"] == 0
        clock.shift(timedelta(seconds=1))
        assert deliveries.take_up(now=timezone.localtime(), then=lambda pk, at: None)["expired"] == 1
        row.refresh_from_db()
        assert (row.state, row.problem) == (State.FAILED, deliveries.NO_LONGER_WANTED)


class TestDecisions:
    @pytest.fixture
    def row(self, evening, chat):
        make_channel(evening, chat)
        return plan()[0]

    def resend(self, row, by):
        deliveries.resend(by=by, delivery=row.pk, now=timezone.now(), then=jobs.queue_delivery)
        row.refresh_from_db()

    def test_one_that_failed_is_sent_once_more(self, evening, row, chat):
        Delivery.objects.update(state=State.FAILED, ended_at=EVENING, problem="连不上", retries_left=0)
        self.resend(row, evening.clerk)
        assert (row.state, row.decided_by, len(chat.received)) == (State.SENT, evening.clerk, 1)
        assert AuditRow.objects.filter(action="delivery.resend", done_by=evening.clerk).count() == 1

    @pytest.mark.parametrize("state", [State.SENT, State.NOTHING, State.WAITING])
    def test_one_that_arrived_or_is_under_way_is_refused(self, evening, row, chat, state):
        ended = None if state == State.WAITING else EVENING
        Delivery.objects.update(state=state, ended_at=ended, due_at=EVENING + timedelta(hours=1))
        with pytest.raises(deliveries.DeliveryRefused, match=r"没有另发一次|不会再发一次"):
            self.resend(row, evening.clerk)
        assert chat.received == []

    def test_one_that_somebody_saw_arrive_is_settled(self, evening, row, chat):
        Delivery.objects.update(state=State.UNKNOWN, ended_at=EVENING, problem="不知道")
        for _ in range(2):
            deliveries.settle(by=evening.clerk, delivery=row.pk, now=EVENING)
        row.refresh_from_db()
        assert (row.state, row.decided_by) == (State.SENT, evening.clerk)
        assert AuditRow.objects.filter(action="delivery.settle").count() == 1
        with pytest.raises(deliveries.DeliveryRefused):
            self.resend(row, evening.clerk)

    def test_what_is_not_unknown_cannot_be_settled(self, evening, row):
        with pytest.raises(deliveries.DeliveryRefused):
            deliveries.settle(by=evening.clerk, delivery=row.pk, now=EVENING)

    def test_one_taken_for_dead_that_has_sent_after_all_is_believed(self, row):
        mine = deliveries.claim(pk=row.pk, now=EVENING)
        deliveries.hand_over(delivery=mine, title="题", text="文", now=EVENING)
        later = EVENING + deliveries.LEASE + timedelta(seconds=1)
        assert deliveries.take_up(now=later, then=lambda pk, at: None)["unknown"] == 1
        deliveries.note(delivery=mine, outcome="sent", now=later, then=lambda pk, at: None)
        row.refresh_from_db()
        assert row.state == State.SENT
        assert list(DeliveryTry.objects.values_list("number", "outcome")) == [(1, "sent")]

    def test_one_taken_for_dead_while_it_wrote_can_send_nothing_any_more(self, row):
        mine = deliveries.claim(pk=row.pk, now=EVENING)
        later = EVENING + deliveries.LEASE + timedelta(seconds=1)
        assert deliveries.take_up(now=later, then=lambda pk, at: None)["lost"] == 1
        assert deliveries.claim(pk=row.pk, now=later)
        assert not deliveries.hand_over(delivery=mine, title="题", text="文", now=later)
        deliveries.note(delivery=mine, outcome="sent", now=later, then=lambda pk, at: None)
        row.refresh_from_db()
        assert (row.state, row.tries) == (State.TAKEN, 2)

    def test_one_that_is_only_slow_is_not_taken_for_lost(self, row):
        mine = deliveries.claim(pk=row.pk, now=EVENING)
        deliveries.hand_over(delivery=mine, title="题", text="文", now=EVENING)
        deliveries.note(delivery=mine, outcome="lost", now=EVENING, then=lambda pk, at: None)
        row.refresh_from_db()
        assert row.state == State.SENDING
