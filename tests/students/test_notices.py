"""Notices: one sentence, where it leads, put aside or settled by themselves."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from students.actions import notices
from students.models import Notice, Role
from students.queries import notices as queries
from tests import cast
from tests.scene import FRIDAY, MONDAY, at, client_of

PAGE, HOME = reverse("students:notices"), reverse("home")


def remind(scene, *, day=MONDAY, slot="PM", to=None):
    send = {"kind": Notice.Kind.REGISTER_MISSING, "school_class": scene.school_class, "day": day, "slot": slot}
    return notices.send(by=scene.clerk, to=to or [scene.teacher], **send)


@pytest.mark.django_db
class TestAReminder:
    @pytest.mark.parametrize("page", [PAGE, HOME])
    def test_says_what_is_missing_and_leads_to_the_register(self, scene, page):
        remind(scene)
        html = client_of(scene.teacher).get(page).content.decode()
        assert "2023级1班9月7日下午还没有点名，何静 7:40 催点名。" in html
        assert f'href="{reverse("students:register", args=[scene.school_class.pk, MONDAY, "PM"])}"' in html

    @pytest.mark.parametrize(("days", "words"), [(0, "何静 7:40 催点名"), (1, "何静 9月7日7:40 催点名")])
    def test_of_an_earlier_day_names_the_day(self, scene, clock, days, words):
        remind(scene)
        clock.move_to(at(MONDAY + timedelta(days)))
        assert words in client_of(scene.teacher).get(PAGE).content.decode()

    @pytest.mark.parametrize("page", [PAGE, HOME])
    def test_settles_itself_once_the_register_stands(self, scene, page):
        remind(scene)
        scene.take(MONDAY, "PM")
        html = client_of(scene.teacher).get(page).content.decode()
        assert "还没有点名，何静" not in html
        if page == PAGE:
            assert "2023级1班9月7日下午已点名。何静 7:40 催过。" in html
            assert "没有新的通知" in html

    def test_names_its_register(self, scene):
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.create(
                person=scene.teacher, kind="register_missing", school_class=scene.school_class, day=MONDAY,
                sent_at=timezone.now(), sent_by=scene.clerk,
            )  # fmt: skip

    def test_is_not_kept_from_being_seen_by_those_that_are_done(self, scene, monkeypatch):
        monkeypatch.setattr(queries, "MOST_WAITING", 2)
        remind(scene, day=FRIDAY)
        for slot in ("AM", "PM"):
            remind(scene, slot=slot)
            scene.take(MONDAY, slot)
        (line,) = client_of(scene.teacher).get(PAGE).context["waiting"]
        assert line.notice.day == FRIDAY

    def test_five_stand_on_the_first_page_and_the_others_are_counted(self, scene):
        for days_ago in range(7):
            remind(scene, day=MONDAY - timedelta(days=days_ago))
        html = client_of(scene.teacher).get(HOME).content.decode()
        assert html.count("还没有点名，何静 7:40 催点名") == 5
        assert f'<a href="{PAGE}">还有 2 条通知</a>' in html

    @pytest.mark.parametrize(("role", "place"), [(Role.TOWNSHIP_OFFICER, "township"), (Role.BUREAU_OFFICER, None)])
    def test_stands_on_the_first_page_of_an_area(self, scene, role, place):
        person = cast.person("苏远", role=role, **({place: scene.school.township} if place else {}))
        told = {"kind": Notice.Kind.CONCERN, "student": scene.children[0]}
        notices.send(by=scene.clerk, to=[person], school_class=scene.school_class, day=MONDAY, **told)
        html = client_of(person).get(HOME).content.decode()
        assert scene.children[0].name in html.split('class="stats"')[0]

    def test_is_not_sent_to_whom_it_cannot_reach(self, scene):
        left = cast.person()
        left.is_active = False
        assert remind(scene, to=[left, scene.teacher, scene.clerk]) == 1
        assert Notice.objects.get().person == scene.teacher
        assert remind(scene, slot="AM", to=[left]) == 0

    def test_counts_whom_it_told_where_another_is_quicker(self, scene, monkeypatch):
        """Between the look and the writing somebody else tells the same."""
        write, rival, other = Notice.objects.bulk_create, cast.person(), cast.person()

        def after_the_rival(rows, **options):
            told = {"kind": "register_missing", "school_class": scene.school_class, "day": MONDAY, "slot": "PM"}
            Notice.objects.create(person=scene.teacher, sent_at=timezone.now(), sent_by=rival, **told)
            return write(rows, **options)

        monkeypatch.setattr(Notice.objects, "bulk_create", after_the_rival)
        assert remind(scene, to=[scene.teacher, other]) == 1
        assert set(Notice.objects.values_list("person", "sent_by")) == {
            (scene.teacher.pk, rival.pk),
            (other.pk, scene.clerk.pk),
        }

    def test_is_put_aside_and_brings_one_back_to_the_page(self, scene):
        remind(scene)
        notice = Notice.objects.get()
        put_aside = reverse("students:put_notice_aside", args=[notice.pk])
        client = client_of(scene.teacher)
        assert client.post(put_aside, {"next": HOME}).url == HOME
        for nowhere in ("https://elsewhere.example/", "//elsewhere.example/", "nowhere", "2026-02-31", "-1"):
            assert client.post(put_aside, {"next": nowhere}).url == PAGE
        notice.refresh_from_db()
        assert notice.seen_by == scene.teacher
        assert "还没有点名，何静" not in client.get(HOME).content.decode()
        assert "还没有点名，何静" in client.get(PAGE).content.decode()

    def test_of_somebody_else_is_not_found(self, scene):
        remind(scene)
        put_aside = reverse("students:put_notice_aside", args=[Notice.objects.get().pk])
        assert client_of(scene.clerk).post(put_aside).status_code == 404
        assert Notice.objects.get().seen_at is None

    def test_no_longer_waits_for_whoever_has_lost_the_class(self, scene):
        other = cast.person(role=Role.SUBJECT_TEACHER, school_class=cast.school_class(scene.school, "202302"))
        remind(scene, to=[other])
        assert client_of(other).get(PAGE).context["waiting"] == []

    def test_is_counted_on_the_page_of_attendance(self, scene):
        client = client_of(scene.teacher)
        remind(scene)
        remind(scene, slot="AM")
        assert "2件待办" in client.get(reverse("students:attendance")).content.decode()
        scene.take(MONDAY)
        assert "1件待办" in client.get(reverse("students:attendance")).content.decode()


def test_a_reminder_to_the_school_leads_to_its_board(scene):
    send = {"kind": Notice.Kind.SCHOOL_MISSING, "school_class": scene.school_class, "day": MONDAY}
    notices.send(by=cast.person("苏远", role=Role.BUREAU_OFFICER), to=[scene.clerk], **send)
    html = client_of(scene.clerk).get(PAGE).content.decode()
    assert "东坪小学截至9月7日还有班级没点名，苏远 7:40 催学校补点。" in html
    assert f'href="{reverse("students:school_registers", args=[scene.school.pk])}"' in html


def test_the_newest_stands_first_and_there_are_pages_of_those_seen(scene, clock):
    for days_ago in range(32):
        remind(scene, day=MONDAY - timedelta(days=days_ago))
        clock.shift(60)
    client = client_of(scene.teacher)
    waiting = client.get(PAGE).context["waiting"]
    assert [line.notice.day for line in waiting[:2]] == [MONDAY - timedelta(days=31), MONDAY - timedelta(days=30)]
    Notice.objects.update(seen_at=Notice.objects.first().sent_at, seen_by=scene.teacher)
    page = client.get(PAGE, {"page": 2}).context["page"]
    assert (page.number, len(page.object_list)) == (2, 2)
