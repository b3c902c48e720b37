"""我的提醒, channels and the log as pages: what is shown, what a press does, what is refused in words."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casework import jobs
from casework.actions import deliveries
from casework.models import Channel, Delivery, OwnDigest
from students.models import Role
from tests import cast
from tests.casework.chat import KEY, chat, mail_is_set_up
from tests.scene import MONDAY, at, client_of

__all__ = ["chat", "mail_is_set_up"]
REMINDERS, CHANNELS, LOG = reverse("casework:reminders"), reverse("casework:channels"), reverse("casework:deliveries")
FORM = {"name": "德育群", "send_at": "17:30", "school_days_only": "on"}


@pytest.fixture
def clerk(scene):
    return client_of(scene.clerk)


@pytest.fixture
def bureau(scene):
    return client_of(cast.person(role=Role.BUREAU_OFFICER))


def text(response) -> str:
    return response.content.decode()


def press(client, name: str, /, *args, **fields) -> str:
    """Press a button; the page that follows."""
    return text(client.post(reverse(f"casework:{name}", args=args), fields, follow=True))


def add(client, kind: str, /, **fields) -> Channel:
    press(client, "new_channel", kind, **FORM | fields)
    return Channel.objects.latest("pk")


class TestChannels:
    def test_a_robot_is_added_tested_and_its_key_never_shown_again(self, clerk, chat):
        channel = add(clerk, "wecom", address=chat.wecom)
        page = text(clerk.get(reverse("casework:channel", args=[channel.pk])))
        assert "还没有发过" in page
        page = press(clerk, "test_channel", channel.pk)
        assert "测试消息已交给后台发送" in page
        assert "已发出" in page
        assert "通道“德育群”设置好了" in chat.texts[0]
        for address in (CHANNELS, LOG, reverse("casework:channel", args=[channel.pk])):
            assert KEY not in text(clerk.get(address))
            assert "5aaa" in text(clerk.get(address)) or address == LOG

    def test_what_is_wrong_stands_on_the_form_with_what_was_typed(self, clerk):
        response = clerk.post(reverse("casework:new_channel", args=["wecom"]), FORM | {"address": "https://x.cn/"})
        assert response.status_code == 422
        assert "只能填这种机器人的官方地址" in text(response)
        assert "没有保存" in text(response)
        assert 'value="德育群"' in text(response)
        response = clerk.post(
            reverse("casework:new_channel", args=["email"]),
            FORM | {"recipients": "a@a.cn\n不是邮箱", "send_at": "25:00"},
        )
        assert "“不是邮箱”不是邮箱地址" in text(response)
        assert "每天几点发没有看懂" in text(response)
        assert not Channel.objects.exists()

    def test_a_kind_that_is_none_is_not_found(self, clerk):
        assert clerk.get(reverse("casework:new_channel", args=["pigeon"])).status_code == 404

    def test_the_bureau_says_for_which_place(self, scene, bureau):
        assert (
            bureau.post(reverse("casework:new_channel", args=["email"]), FORM | {"recipients": "a@a.cn"}).status_code
            == 422
        )
        assert add(bureau, "email", recipients="a@a.cn；b@a.cn", place="county").place == "全县"
        township = f"township-{scene.school.township.pk}"
        assert add(bureau, "email", recipients="a@a.cn", place=township).place == "东坪镇"
        response = bureau.post(
            reverse("casework:new_channel", args=["email"]), FORM | {"recipients": "a@a.cn", "place": "township-99999"}
        )
        assert response.status_code == 422

    def test_two_who_change_it_at_once_do_not_overwrite_each_other(self, scene, clerk):
        channel = add(clerk, "email", recipients="a@a.cn")
        address = reverse("casework:channel", args=[channel.pk])
        changed = FORM | {"recipients": "b@a.cn", "version": "1"}
        assert clerk.post(address, changed).status_code == 302
        response = clerk.post(address, changed | {"recipients": "c@a.cn"})
        assert response.status_code == 422
        assert "别人刚改过这个通道" in text(response)
        assert Channel.objects.get().recipients == ["b@a.cn"]

    def test_names_are_the_heads_to_allow(self, scene, clerk):
        channel = add(clerk, "email", recipients="a@a.cn")
        assert "要含姓名，由校领导或县教育局在这里允许" in text(
            clerk.get(reverse("casework:channel", args=[channel.pk]))
        )
        head = client_of(cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school))
        page = press(head, "allow_names", channel.pk, reason="只有班主任收", version="1")
        assert "罗宁2026年9月7日 7:40允许：只有班主任收" in page
        assert "可含姓名" in text(clerk.get(CHANNELS))
        assert "不含学生姓名" in press(clerk, "forbid_names", channel.pk)

    def test_permission_without_a_reason_or_for_an_older_page_is_refused(self, scene, clerk):
        channel = add(clerk, "email", recipients="a@a.cn")
        head = client_of(cast.person(role=Role.PRINCIPAL, school=scene.school))
        address = reverse("casework:allow_names", args=[channel.pk])
        for fields, words in (
            ({"reason": "", "version": "1"}, "请填写"),
            ({"reason": "有", "version": "7"}, "刷新页面"),
        ):
            response = head.post(address, fields)
            assert response.status_code == 422
            assert words in text(response)
        assert not Channel.objects.get().may_name

    def test_paused_it_says_by_whom(self, clerk):
        channel = add(clerk, "email", recipients="a@a.cn")
        assert "何静2026年9月7日 7:40停用" in press(clerk, "pause_channel", channel.pk)
        assert "从下一条每日提醒起发送" in press(clerk, "resume_channel", channel.pk)

    def test_without_mail_the_pages_say_so(self, scene, clerk):
        channel = add(clerk, "email", recipients="a@a.cn")
        for address in (CHANNELS, REMINDERS, reverse("casework:channel", args=[channel.pk])):
            assert "网站的邮件还没有配置" in text(clerk.get(address))
        page = press(clerk, "test_channel", channel.pk)
        assert "邮件还没有配置，配置好以后自动发出" in page
        assert Delivery.objects.get().state == Delivery.State.WAITING

    def test_without_a_worker_it_says_so_after_ten_minutes(self, clerk, mail_is_set_up, settings, clock):
        settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
        channel = add(clerk, "email", recipients="a@a.cn")
        assert "9月7日7:40发" in press(clerk, "test_channel", channel.pk)
        clock.shift(timedelta(minutes=10))
        assert "后台程序可能没有运行" not in text(clerk.get(LOG))
        clock.shift(timedelta(seconds=1))
        assert "后台程序可能没有运行" in text(clerk.get(LOG))

    def test_it_asks_as_often_for_ten_channels_as_for_one(self, clerk):
        def queries():
            clerk.get(CHANNELS)
            with CaptureQueriesContext(connection) as asked:
                clerk.get(CHANNELS)
            return len(asked)

        first = add(clerk, "email", recipients="a@a.cn")
        press(clerk, "test_channel", first.pk)
        few = queries()
        for number in range(10):
            press(clerk, "test_channel", add(clerk, "email", recipients=f"b{number}@a.cn").pk)
        assert queries() == few <= 10


class TestTheLog:
    @pytest.fixture
    def failed(self, scene, clerk, chat, clock):
        """A digest that has been refused for good, and a test that arrived."""
        channel = add(clerk, "wecom", address=chat.wecom)
        press(clerk, "test_channel", channel.pk)
        scene.take(MONDAY, first="unexcused")
        clock.move_to(at(MONDAY, 17, 30))
        deliveries.plan(now=timezone.localtime(), then=lambda pk, due_at: None)
        chat.answer = b'{"errcode": 93000}'
        row = Delivery.objects.get(kind="digest")
        jobs.send_delivery.call(row.pk)
        return row

    def test_it_says_what_where_when_why_and_when_it_is_tried_again(self, failed, clerk):
        page = text(clerk.get(LOG))
        for words in ("每日提醒", "测试消息", "等待再试", "9月7日17:31再试", "机器人的地址不对", "已发出"):
            assert words in page
        assert "共 2 条" in page

    @pytest.mark.parametrize(
        ("query", "number"),
        [({"state": "open"}, 1), ({"kind": "test"}, 1), ({"state": "sent"}, 1), ({"state": "nothing"}, 0), ({}, 2)],
    )
    def test_it_is_narrowed_down(self, failed, clerk, query, number):
        Delivery.objects.filter(pk=failed.pk).update(state="failed", ended_at=timezone.now())
        assert clerk.get(LOG, query).context["page"].paginator.count == number

    def test_one_that_failed_is_sent_again_and_one_that_arrived_is_not(self, failed, clerk, chat):
        Delivery.objects.filter(pk=failed.pk).update(state="failed", ended_at=timezone.now())
        chat.answer = b'{"errcode": 0}'
        page = press(clerk, "resend_delivery", failed.pk, next=LOG)
        assert "已交给后台再发一次" in page
        assert len(chat.texts) == 3
        assert "不会再发一次" in press(clerk, "resend_delivery", failed.pk, next=LOG)
        assert len(chat.texts) == 3

    def test_of_one_that_is_unknown_a_person_decides(self, failed, clerk):
        Delivery.objects.filter(pk=failed.pk).update(state="unknown", ended_at=timezone.now(), problem="没有等到答复")
        page = text(clerk.get(reverse("casework:delivery", args=[failed.pk])))
        assert "系统不会自动再发，请先看对方收到没有" in page
        assert "已记为收到" in press(clerk, "settle_delivery", failed.pk)
        assert Delivery.objects.get(pk=failed.pk).state == "sent"

    def test_a_message_shows_its_text_and_every_try(self, failed, clerk):
        page = text(clerk.get(reverse("casework:delivery", args=[failed.pk])))
        assert "守学提醒：东坪小学" in page
        assert "第1次：没有送出" in page

    def test_another_school_sees_and_decides_nothing_of_it(self, failed):
        stranger = client_of(cast.person(role=Role.REGISTRY_CLERK, school=cast.school("西岭小学")))
        assert stranger.get(LOG).context["page"].paginator.count == 0
        assert stranger.get(reverse("casework:delivery", args=[failed.pk])).status_code == 404
        assert stranger.post(reverse("casework:resend_delivery", args=[failed.pk])).status_code == 404


class TestMyReminders:
    def test_it_lists_what_waits_with_names_for_whoever_may_see_them(self, scene, clock):
        scene.take(MONDAY, first="unexcused")
        clock.move_to(at(MONDAY + timedelta(days=1), 17, 30))
        page = text(client_of(scene.teacher).get(REMINDERS))
        assert "逾期1件" in page
        assert "高东（2023级1班）联系家长，逾期1天" in page
        assert reverse("casework:duties") in page

    def test_where_nothing_waits_it_says_so(self, scene):
        assert "现在没有要办的事" in text(client_of(cast.person(role=Role.ADMINISTRATOR)).get(REMINDERS))

    def test_one_turns_on_and_off_ones_own_mail(self, scene, mail_is_set_up):
        teacher = client_of(scene.teacher)
        page = press(teacher, "ask_own_digest", address="shen@example.com", send_at="7:00")
        assert "验证码已发到" in page
        code = mail.outbox[0].body.partition("验证码：")[2][:6]
        assert code not in page
        response = teacher.post(reverse("casework:confirm_own_digest"), {"code": "000000" if code != "000000" else "1"})
        assert response.status_code == 422
        assert "验证码不对" in text(response)
        assert "每个上课日7:00发到shen@example.com" in press(teacher, "confirm_own_digest", code=code)
        assert "已关闭" in press(teacher, "own_digest_off")
        assert OwnDigest.objects.get().state == OwnDigest.State.OFF

    @pytest.mark.parametrize("address", ["", "shen", "a@b", f"{'a' * 120}@example.com", "a@b.cn\nBcc: x@y.cn"])
    def test_an_address_that_is_none_is_refused(self, scene, address):
        response = client_of(scene.teacher).post(
            reverse("casework:ask_own_digest"), {"address": address, "send_at": "07:00"}
        )
        assert response.status_code == 422
        assert "没有保存" in text(response)
        assert not OwnDigest.objects.exists()

    def test_what_could_not_be_sent_is_shown_to_the_person_who_may_have_it_sent_again(self, scene, mail_is_set_up):
        own = OwnDigest.objects.create(
            person=scene.teacher, address="shen@example.com", state="on", nonce="n", codes_day=MONDAY,
            changed_at=at(MONDAY),
        )  # fmt: skip
        now = timezone.now()
        row = Delivery.objects.create(
            own=own, kind="digest", day=MONDAY, address=own.address, state="failed", due_at=now, queued_at=now,
            ended_at=now, retries_left=0, problem="连不上邮件服务器",
        )  # fmt: skip
        teacher = client_of(scene.teacher)
        assert "连不上邮件服务器" in text(teacher.get(REMINDERS))
        scene.take(MONDAY, first="unexcused")
        press(teacher, "resend_delivery", row.pk)
        assert len(mail.outbox) == 1
        for other in (scene.clerk, cast.person(role=Role.BUREAU_OFFICER)):
            assert client_of(other).get(reverse("casework:delivery", args=[row.pk])).status_code == 404

    def test_a_code_is_nobodys_to_send_again_or_to_look_at(self, scene, mail_is_set_up):
        teacher = client_of(scene.teacher)
        press(teacher, "ask_own_digest", address="shen@example.com", send_at="7:00")
        row = Delivery.objects.get()
        assert teacher.get(reverse("casework:delivery", args=[row.pk])).status_code == 404

    @pytest.mark.parametrize(("who", "most"), [("teacher", 40), ("clerk", 52)])
    def test_it_asks_as_often_for_many_children_as_for_few(self, scene, who, most):
        client = client_of(getattr(scene, who))
        scene.take(MONDAY, first="unexcused")

        def queries():
            client.get(REMINDERS)
            with CaptureQueriesContext(connection) as asked:
                client.get(REMINDERS)
            return len(asked)

        few = queries()
        friday = MONDAY - timedelta(days=3)
        children = {f"child{number}": (cast.student(scene.school_class), "unexcused") for number in range(8)}
        cast.take_register(scene.teacher, scene.school_class, friday, today=MONDAY, **children)
        assert queries() == few <= most
