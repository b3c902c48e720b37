"""What is to be sent today, to whom, and what is said; what goes wrong on the way is in test_sending."""

from datetime import date, time, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework import sending
from casework.actions import closes, deliveries
from casework.models import Channel, Delivery, OwnDigest
from casework.queries.reminders import compose, reader_of_channel
from casework.sealing import seal
from students.models import DayOverride, Role
from tests import cast
from tests.casework.chat import KEY, chat, mail_is_set_up
from tests.casework.evening import EVENING, evening, make_channel, plan, send
from tests.scene import MONDAY, at

__all__ = ["chat", "evening", "mail_is_set_up"]
State = Delivery.State
TUESDAY = MONDAY + timedelta(days=1)


class TestWhatIsToBeSent:
    def test_one_row_a_channel_recipient_and_day_however_often_it_is_asked(self, evening):
        channel = make_channel(evening, recipients=["a@example.com", "b@example.com"])
        for _ in range(3):
            rows = plan()
        assert [(row.channel, row.address, row.day, row.due_at) for row in rows] == [
            (channel, "a@example.com", MONDAY, EVENING),
            (channel, "b@example.com", MONDAY, EVENING),
        ]

    def test_the_database_refuses_a_second(self, evening):
        make_channel(evening)
        [row] = plan()
        row.pk = None
        row.key = "00000000-0000-4000-8000-000000000000"
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)

    def test_it_is_planned_in_the_morning_and_queued_for_its_hour(self, evening):
        make_channel(evening)
        queued = []
        deliveries.plan(now=at(MONDAY, 1), then=lambda pk, due_at: queued.append((pk, due_at)))
        assert queued == [(Delivery.objects.get().pk, EVENING)]
        deliveries.plan(now=at(MONDAY, 2), then=lambda pk, due_at: queued.append((pk, due_at)))
        assert len(queued) == 1

    def test_a_paused_channel_sends_nothing(self, evening):
        make_channel(evening, paused_at=EVENING, paused_by=evening.clerk)
        assert plan() == []

    def test_one_saved_after_its_hour_begins_the_next_day(self, evening):
        make_channel(evening, changed_at=EVENING + timedelta(seconds=1))
        assert plan() == []
        assert len(plan(at(TUESDAY, 17, 30))) == 1

    def test_on_a_day_without_school_it_rests_unless_it_is_told_not_to(self, evening):
        resting, restless = make_channel(evening), make_channel(evening, school_days_only=False, recipients=["b@a.cn"])
        sunday = at(MONDAY - timedelta(days=1), 17, 30)
        assert [row.channel for row in plan(sunday)] == [restless]
        DayOverride.objects.create(day=TUESDAY, school=evening.school, is_taught=False)
        assert [row.channel for row in plan(at(TUESDAY, 17, 30)) if row.day == TUESDAY] == [restless]
        assert resting in [row.channel for row in plan(EVENING)]

    def test_a_county_and_a_township_rest_when_all_their_schools_do(self, evening):
        make_channel(evening, township=evening.school.township)
        make_channel(evening, school=None, recipients=["c@a.cn"])
        assert plan(at(MONDAY - timedelta(days=1), 17, 30)) == []
        assert len(plan(EVENING)) == 2

    def test_an_address_in_two_channels_of_a_place_gets_it_once(self, evening):
        make_channel(evening)
        make_channel(evening)
        assert len(plan()) == 1


class TestSending:
    def test_a_robot_is_told_what_waits(self, evening, chat):
        make_channel(evening, chat)
        row = send(plan()[0])
        [text] = chat.texts
        assert (row.state, row.tries, row.text) == (State.SENT, 1, text)
        assert chat.queries == [{"key": [KEY]}]
        assert "守学提醒：东坪小学 9月7日17:30" in text
        assert "今天到期1件" in text
        assert "今天缺1次" in text
        assert [(each.number, each.outcome) for each in row.attempts.all()] == [(1, "sent")]

    def test_a_signed_robot_gets_time_and_signature(self, evening, chat):
        sealed = seal(address=chat.dingtalk, secret="SEC123")
        make_channel(evening, chat, kind="dingtalk", sealed=sealed)
        assert send(plan()[0]).state == State.SENT
        assert set(chat.queries[0]) == {"access_token", "timestamp", "sign"}
        assert chat.received[0]["markdown"]["title"].startswith("守学提醒")

    def test_every_mailbox_gets_a_mail_of_its_own(self, evening, mail_is_set_up):
        make_channel(evening, recipients=["a@example.com", "b@example.com"])
        for row in plan():
            assert send(row).state == State.SENT
        assert [message.to for message in mail.outbox] == [["a@example.com"], ["b@example.com"]]
        first = mail.outbox[0]
        assert first.subject == "守学提醒：东坪小学 9月7日17:30"
        assert "http://127.0.0.1:8000/duties/" in first.body
        assert first.extra_headers["Message-ID"] == f"<{Delivery.objects.earliest('pk').key}@127.0.0.1>"

    def test_where_nothing_waits_nothing_is_sent(self, scene, clock, chat):
        scene.take(MONDAY)
        scene.take(MONDAY, "PM")
        for day in (date(2026, 9, number) for number in (1, 2, 3, 4)):
            scene.take(day)
            scene.take(day, "PM")
        clock.move_to(EVENING)
        for day in (date(2026, 9, number) for number in (1, 2, 3, 4, 7)):
            who = {"by": scene.clerk, "scope": cast.scope(scene.clerk)}
            closes.close_day(school=scene.school.pk, day=day, note="", today=MONDAY, **who)
        make_channel(scene, chat)
        row = send(plan()[0])
        assert (row.state, row.problem, chat.received) == (State.NOTHING, "", [])
        Channel.objects.update(sends_nothing=True)
        Delivery.objects.all().update(state=State.WAITING, ended_at=None)
        assert send(row).state == State.SENT
        assert "今天没有要办的事" in chat.texts[0]

    def test_before_its_hour_a_job_leaves_it_alone(self, evening, chat):
        make_channel(evening, chat, send_at=time(18))
        row = send(plan()[0])
        assert (row.state, row.tries, chat.received) == (State.WAITING, 0, [])

    def test_what_was_sent_is_not_sent_by_another_job(self, evening, chat):
        make_channel(evening, chat)
        row = send(plan()[0])
        send(row)
        assert len(chat.received) == 1

    def test_a_channel_paused_meanwhile_sends_nothing_more(self, evening, chat):
        make_channel(evening, chat)
        [row] = plan()
        Channel.objects.update(paused_at=EVENING, paused_by=evening.clerk)
        row = send(row)
        assert (row.state, row.problem, chat.received) == (State.CANCELLED, "通道已停用", [])

    def test_a_mailbox_taken_off_the_list_gets_nothing_more(self, evening, mail_is_set_up):
        make_channel(evening)
        [row] = plan()
        Channel.objects.update(recipients=["other@example.com"])
        assert send(row).state == State.CANCELLED
        assert mail.outbox == []


class TestNames:
    """No child's name in a channel that is not marked for it."""

    @pytest.fixture
    def late(self, evening, clock):
        """Tuesday: the contact of Monday is late."""
        evening.take(TUESDAY, by=evening.clerk, second="unexcused")
        clock.move_to(at(TUESDAY, 17, 30))
        return evening

    def allow(self, **rows):
        allowed = {"names_allowed_at": EVENING, "names_reason": "只有班主任在群里", **rows}
        Channel.objects.update(**allowed)

    def test_none_without_leave_in_any_kind_of_channel(self, late, chat, mail_is_set_up):
        for number, place in enumerate(({"school": late.school}, {"township": late.school.township}, {"school": None})):
            make_channel(late, chat, mark=f"m{number}", **place)
            make_channel(late, **place)
        rows = plan(at(TUESDAY, 17, 30))
        assert len(rows) == 6
        assert {send(row).state for row in rows} == {State.SENT}
        texts = chat.texts + [message.body for message in mail.outbox]
        assert len(texts) == 6
        for child in late.children:
            assert not [text for text in texts if child.name in text]

    def test_with_leave_those_that_are_late_and_out(self, late, chat):
        make_channel(late, chat)
        self.allow(names_allowed_by=late.clerk)
        send(plan(at(TUESDAY, 17, 30))[0])
        assert "高东（2023级1班）联系家长，逾期1天" in chat.texts[0]

    def test_leave_that_was_taken_back_counts_at_once_for_what_still_waits(self, late, chat):
        make_channel(late, chat)
        self.allow(names_allowed_by=late.clerk)
        chat.status = 404
        row = send(plan(at(TUESDAY, 17, 30))[0])
        assert "高东" in chat.texts[0]
        self.allow(names_allowed_at=None, names_allowed_by=None, names_reason="")
        Delivery.objects.update(due_at=timezone.now())
        chat.status = 200
        assert send(row).state == State.SENT
        assert "高东" not in chat.texts[1]


class TestTheReader:
    def test_a_school_reads_of_its_own_children_only(self, evening, chat):
        far = cast.school_class(cast.school("西岭小学", township=cast.township("西岭镇")))
        teacher = cast.person(role=Role.HOMEROOM_TEACHER, school_class=far)
        friday = MONDAY - timedelta(days=3)
        cast.take_register(teacher, far, friday, today=MONDAY, child=(cast.student(far), "unexcused"))
        make_channel(evening, chat)
        make_channel(evening, chat, mark="county", school=None)
        for row in plan():
            send(row)
        own, county = chat.texts
        assert "西岭小学" not in own
        assert "逾期" not in own
        assert "> 西岭小学：逾期1件" in county
        assert "> 东坪小学：今天到期1件" in county

    def test_a_county_is_read_in_as_many_queries_for_ten_schools_as_for_one(self, evening, chat):
        reader = reader_of_channel(make_channel(evening, school=None), EVENING)

        def queries():
            compose(reader)
            with CaptureQueriesContext(connection) as asked:
                compose(reader, with_names=True)
            return len(asked)

        few = queries()
        for number in range(10):
            cast.student(cast.school_class(cast.school(f"第{number}小学")))
        assert queries() == few <= 40


def test_the_clock_plans_and_takes_up_at_every_call(evening, chat, capsys):
    make_channel(evening, chat)
    for _ in range(3):
        call_command("tick")
    assert len(chat.received) == 1
    assert capsys.readouterr().out.count("安排每日提醒：已完成") == 3


def test_texts_are_thrown_away_after_a_month(evening, chat):
    make_channel(evening, chat)
    row = send(plan()[0])
    assert row.text
    assert deliveries.forget_texts(day=MONDAY + timedelta(days=30)) == 0
    assert deliveries.forget_texts(day=MONDAY + timedelta(days=31)) == 1
    row.refresh_from_db()
    assert (row.text, row.state) == ("", State.SENT)


class TestOnesOwn:
    @pytest.fixture
    def own(self, evening, mail_is_set_up):
        return OwnDigest.objects.create(
            person=evening.teacher,
            address="shen@example.com",
            state="on",
            send_at=time(17, 30),
            nonce="n",
            codes_day=MONDAY,
            changed_at=at(date(2026, 9, 1)),
        )

    def test_somebody_reads_what_waits_for_them(self, own):
        row = send(plan()[0])
        assert row.state == State.SENT
        [message] = mail.outbox
        assert message.to == ["shen@example.com"]
        assert "今天到期1件" in message.body
        assert "高东" not in message.body

    def test_whoever_has_no_posting_any_more_gets_nothing(self, own, evening):
        [row] = plan()
        evening.teacher.postings.update(until=MONDAY)
        row = send(row)
        assert (row.state, row.problem, mail.outbox) == (State.CANCELLED, "本人现在没有岗位", [])
        assert plan(at(TUESDAY, 17, 30)) == [row]

    @pytest.mark.parametrize("change", [{"state": "off"}, {"address": "new@example.com"}])
    def test_turned_off_or_moved_meanwhile_the_old_address_gets_nothing(self, own, change):
        [row] = plan()
        OwnDigest.objects.update(**change)
        assert send(row).state == State.CANCELLED
        assert mail.outbox == []

    def test_an_account_that_was_closed_is_not_written_to(self, own, evening):
        evening.teacher.is_active = False
        evening.teacher.save()
        assert plan() == []


def test_the_log_of_the_program_holds_no_key_and_no_name(evening, chat, caplog):
    make_channel(evening, chat)
    chat.silent = True
    send(plan()[0])
    assert KEY not in caplog.text
    assert "高东" not in caplog.text


def test_a_message_is_never_handed_to_a_stranger(evening):
    with pytest.raises(sending.NotSent):
        sending.post(
            address="https://evil.example/cgi-bin/webhook/send?key=0123456789abcdef",
            secret="", robot="wecom", title="题", text="文", leave=lambda: None,
        )  # fmt: skip
