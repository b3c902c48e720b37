"""提醒通道 as actions: who keeps which, what is refused, what a change ends, that no secret can be read back."""

from datetime import time

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from casework.actions import channels, deliveries
from casework.models import Channel, Delivery
from casework.queries.deliveries import channels_of, places
from casework.sealing import Unreadable, seal, unseal
from students.models import AuditRow, Role
from tests import cast
from tests.casework.chat import KEY, chat
from tests.scene import MONDAY, at

__all__ = ["chat"]
OFFICIAL = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
OTHER = OFFICIAL.replace("693a", "7777")
NOON = at(MONDAY, 12)


def wanted(**fields) -> channels.Wanted:
    common = {"name": "德育群", "send_at": time(17, 30), "school_days_only": True, "sends_nothing": False}
    return channels.Wanted(**common | fields)


def add(by, kind="wecom", *, school=None, township=None, **fields) -> Channel:
    target = {"address": OFFICIAL} if kind == "wecom" else {"recipients": ("bgs@example.com",)}
    place = {"school": school, "township": township}
    return channels.add(by=by, scope=cast.scope(by), kind=kind, wanted=wanted(**target | fields), now=NOON, **place)


def change(by, channel: Channel, *, seen=None, then=lambda pk, at: None, **fields) -> Channel:
    values = {"wanted": wanted(**fields), "seen": channel.version if seen is None else seen, "now": NOON}
    return channels.change(by=by, scope=cast.scope(by), channel=channel.pk, then=then, **values)


def do(action, by, channel: Channel, **values) -> Channel:
    action(by=by, scope=cast.scope(by), channel=channel.pk, **values)
    return Channel.objects.get(pk=channel.pk)


def allow(by, channel: Channel, reason="群里只有班主任") -> Channel:
    return do(channels.allow_names, by, channel, reason=reason, seen=channel.version, now=NOON)


@pytest.fixture
def principal(scene):
    return cast.person(role=Role.PRINCIPAL, school=scene.school)


@pytest.fixture
def bureau(scene):
    return cast.person(role=Role.BUREAU_OFFICER)


class TestWhoKeepsThem:
    def test_a_clerk_the_schools_and_the_bureau_the_countys_and_townships(self, scene, bureau):
        assert add(scene.clerk, school=scene.school).place == "东坪小学"
        assert add(bureau).place == "全县"
        assert add(bureau, township=scene.school.township).place == "东坪镇"

    @pytest.mark.parametrize("place", ["county", "far"])
    def test_a_clerk_none_of_another_place(self, scene, place):
        school = cast.school("西岭小学") if place == "far" else None
        with pytest.raises(channels.NotYoursToKeep, match="没有保存"):
            add(scene.clerk, school=school)
        assert not Channel.objects.exists()

    @pytest.mark.parametrize("role", [Role.HOMEROOM_TEACHER, Role.SUBJECT_TEACHER])
    def test_a_teacher_none(self, scene, role):
        with pytest.raises(channels.NotYoursToKeep):
            add(cast.person(role=role, school_class=cast.school_class(scene.school, "202302")), school=scene.school)

    def test_another_schools_clerk_finds_none(self, scene):
        channel = add(scene.clerk, school=scene.school)
        stranger = cast.person(role=Role.REGISTRY_CLERK, school=cast.school("西岭小学"))
        for action in (channels.resume, channels.forbid_names):
            with pytest.raises(Channel.DoesNotExist):
                do(action, stranger, channel)

    @pytest.mark.parametrize("role", [Role.TOWNSHIP_OFFICER, Role.INSPECTOR])
    def test_a_township_sees_those_of_its_schools_and_changes_nothing(self, scene, role):
        channel = add(scene.clerk, school=scene.school)
        officer = cast.person(role=role, township=scene.school.township)
        with pytest.raises(channels.NotYoursToKeep):
            do(channels.pause, officer, channel, now=NOON)

    def test_a_township_keeps_its_own_and_no_other(self, scene):
        officer = cast.person(role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
        channel = add(officer, township=scene.school.township)
        assert list(places(cast.scope(officer))) == [f"township-{scene.school.township_id}"]
        assert list(channels_of(cast.scope(officer))) == [channel]
        do(channels.pause, officer, channel, now=NOON)
        for place in ({}, {"school": scene.school}, {"township": cast.township("西岭镇")}):
            with pytest.raises(channels.NotYoursToKeep):
                add(officer, **place)
        far = cast.person(role=Role.TOWNSHIP_OFFICER, township=cast.township("西岭镇"))
        with pytest.raises(Channel.DoesNotExist):
            do(channels.resume, far, channel)

    def test_whether_a_townships_channel_names_children_is_the_bureaus_to_say(self, scene, bureau):
        officer = cast.person(role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
        channel = add(officer, township=scene.school.township)
        with pytest.raises(channels.NotYoursToKeep, match="由校领导或县教育局决定"):
            do(channels.allow_names, officer, channel, reason="干部群", seen=1, now=NOON)
        do(channels.allow_names, bureau, channel, reason="干部群", seen=1, now=NOON)
        assert Channel.objects.get().may_name

    def test_an_inspector_changes_none_of_the_townships(self, scene):
        channel = add(
            cast.person(role=Role.TOWNSHIP_OFFICER, township=scene.school.township), township=scene.school.township
        )
        with pytest.raises(Channel.DoesNotExist):
            do(channels.pause, cast.person(role=Role.INSPECTOR, township=scene.school.township), channel, now=NOON)


class TestTheSecret:
    def test_nothing_readable_of_it_is_kept(self, scene):
        channel = add(scene.clerk, school=scene.school)
        kept = [str(value) for row in Channel.objects.values() for value in row.values()]
        assert not [value for value in kept if KEY in value]
        assert channel.hint == "qyapi.weixin.qq.com，密钥末四位5aaa"
        assert unseal(channel.sealed)["address"] == OFFICIAL
        assert KEY not in str(list(AuditRow.objects.values()))

    def test_with_another_key_it_cannot_be_read(self, settings):
        sealed = seal(address="x", secret="y")
        assert sealed != seal(address="x", secret="y")
        settings.SECRET_KEY = "quite another key, of a length that will do"
        with pytest.raises(Unreadable):
            unseal(sealed)
        with pytest.raises(Unreadable):
            unseal("nonsense")


class TestWhatIsRefused:
    @pytest.mark.parametrize("address", ["", "http://qyapi.weixin.qq.com/x", OFFICIAL.replace("weixin.qq", "evil")])
    def test_an_address_that_is_none(self, scene, address):
        with pytest.raises(channels.ChannelRefused, match="没有保存"):
            add(scene.clerk, school=scene.school, address=address)

    def test_the_same_robot_of_a_place_twice(self, scene, bureau):
        add(scene.clerk, school=scene.school)
        with pytest.raises(channels.ChannelRefused, match="已经设置过了"):
            add(scene.clerk, school=scene.school)
        add(bureau)
        with pytest.raises(channels.ChannelRefused, match="已经设置过了"):
            add(bureau)
        assert Channel.objects.count() == 2

    def test_a_robot_changed_into_one_that_is_there(self, scene):
        add(scene.clerk, school=scene.school)
        second = add(scene.clerk, school=scene.school, address=OTHER)
        with pytest.raises(channels.ChannelRefused, match="已经设置过了"):
            change(scene.clerk, second, address=OFFICIAL)

    def test_a_mailbox_in_two_channels_of_a_place(self, scene):
        add(scene.clerk, "email", school=scene.school)
        with pytest.raises(channels.ChannelRefused, match=r"bgs@example.com已经在通道“德育群”里"):
            add(scene.clerk, "email", school=scene.school, recipients=("BGS@example.com", "x@a.cn"))

    @pytest.mark.parametrize("recipients", [(), (" ",), tuple(f"a{number}@a.cn" for number in range(21))])
    def test_no_mailbox_or_too_many(self, scene, recipients):
        with pytest.raises(channels.ChannelRefused):
            add(scene.clerk, "email", school=scene.school, recipients=recipients)

    def test_a_page_that_is_older_than_the_channel(self, scene):
        channel = add(scene.clerk, school=scene.school)
        change(scene.clerk, channel, name="年级群")
        with pytest.raises(channels.ChangedMeanwhile, match="别人刚改过"):
            change(scene.clerk, channel, seen=1, name="又一个名字")
        assert Channel.objects.get().name == "年级群"

    def test_a_new_secret_without_its_address(self, scene):
        channel = add(scene.clerk, school=scene.school)
        with pytest.raises(channels.ChannelRefused, match="重新填上"):
            change(scene.clerk, channel, secret="SEC1")


class TestNames:
    def test_the_head_allows_them_for_a_reason(self, scene, principal):
        channel = allow(principal, add(scene.clerk, school=scene.school))
        assert channel.may_name
        row = AuditRow.objects.get(action="channel.allow_names")
        assert (row.done_by, row.details) == (principal, {"reason": "群里只有班主任"})

    def test_the_clerk_may_not_but_takes_it_back(self, scene, principal):
        channel = add(scene.clerk, school=scene.school)
        with pytest.raises(channels.NotYoursToKeep, match="由校领导或县教育局决定"):
            allow(scene.clerk, channel)
        channel = allow(principal, channel)
        assert not do(channels.forbid_names, scene.clerk, channel).may_name
        assert AuditRow.objects.filter(action="channel.forbid_names").count() == 1

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_without_a_reason_nothing_changes(self, scene, principal, reason):
        with pytest.raises(channels.ChannelRefused, match="为什么"):
            allow(principal, add(scene.clerk, school=scene.school), reason)

    @pytest.mark.parametrize(
        ("kind", "elsewhere"), [("wecom", {"address": OTHER}), ("email", {"recipients": ("x@example.com",)})]
    )
    def test_another_address_ends_the_permission(self, scene, principal, kind, elsewhere):
        channel = allow(principal, add(scene.clerk, kind, school=scene.school))
        assert not change(scene.clerk, channel, **elsewhere).may_name

    @pytest.mark.parametrize(
        ("kind", "same"),
        [("wecom", {}), ("wecom", {"address": OFFICIAL}), ("email", {"recipients": ("bgs@example.com",)})],
    )
    def test_another_name_or_time_does_not(self, scene, principal, kind, same):
        channel = allow(principal, add(scene.clerk, kind, school=scene.school))
        assert change(scene.clerk, channel, name="新名", send_at=time(8), **same).may_name

    def test_the_permission_is_for_the_address_that_the_page_showed(self, scene, principal):
        channel = add(scene.clerk, school=scene.school)
        change(scene.clerk, channel, address=OTHER)
        with pytest.raises(channels.ChangedMeanwhile):
            allow(principal, channel)

    def test_the_database_wants_somebody_and_a_reason(self, scene):
        add(scene.clerk, school=scene.school)
        with pytest.raises(IntegrityError), transaction.atomic():
            Channel.objects.update(names_allowed_at=NOON)


def test_paused_and_resumed_once_however_often_it_is_pressed(scene):
    channel = add(scene.clerk, school=scene.school)
    for _ in range(2):
        channel = do(channels.pause, scene.clerk, channel, now=NOON)
    assert (channel.paused_by, AuditRow.objects.filter(action="channel.pause").count()) == (scene.clerk, 1)
    for _ in range(2):
        channel = do(channels.resume, scene.clerk, channel)
    assert (channel.paused_at, AuditRow.objects.filter(action="channel.resume").count()) == (None, 1)


def test_a_new_time_holds_for_what_waits_today(scene):
    channel = add(scene.clerk, school=scene.school)
    deliveries.plan(now=NOON, then=lambda pk, at: None)
    queued = []
    change(scene.clerk, channel, send_at=time(16), then=lambda pk, due_at: queued.append(due_at))
    assert queued == [at(MONDAY, 16, 0)]
    assert Delivery.objects.get().due_at == at(MONDAY, 16, 0)
    channel.refresh_from_db()
    change(scene.clerk, channel, send_at=time(9))
    assert Delivery.objects.get().due_at == NOON


class TestTesting:
    def press(self, by, channel):
        sent = []
        values = {"now": timezone.localtime(), "then": lambda pk, due_at: sent.append(pk)}
        do(channels.test, by, channel, **values)
        return sent

    def test_every_mailbox_gets_one_and_a_second_press_none_beside_it(self, scene):
        channel = add(scene.clerk, "email", school=scene.school, recipients=("a@a.cn", "b@a.cn"))
        assert len(self.press(scene.clerk, channel)) == 2
        with pytest.raises(channels.ChannelRefused, match="还在发送"):
            self.press(scene.clerk, channel)
        assert Delivery.objects.count() == 2

    def test_there_is_an_end_to_it(self, scene):
        channel = add(scene.clerk, school=scene.school)
        for _ in range(channels.TESTS_A_DAY):
            self.press(scene.clerk, channel)
            Delivery.objects.update(state="sent", ended_at=NOON)
        with pytest.raises(channels.ChannelRefused, match="明天再试"):
            self.press(scene.clerk, channel)

    def test_a_test_says_nothing_of_any_child(self, scene, chat, clock):
        from casework import jobs

        scene.take(MONDAY, first="unexcused")
        channel = add(scene.clerk, school=scene.school, address=chat.wecom)
        Channel.objects.update(names_allowed_at=NOON, names_allowed_by=scene.clerk, names_reason="有")
        [pk] = self.press(scene.clerk, channel)
        jobs.send_delivery.call(pk)
        [text] = chat.texts
        assert "测试消息" in text
        assert "高东" not in text
