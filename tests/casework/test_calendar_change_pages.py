"""The pages of a calendar change: the form, what would follow, patterns, terms, and the register that waited for it."""

from datetime import date

import pytest
from django.urls import reverse

from casework.actions import calendar_changes as actions
from students.models import CalendarChange, DayOverride, Role, Term
from tests import cast
from tests.scene import MONDAY, client_of

SATURDAY = date(2026, 9, 12)
SUNDAY = date(2026, 9, 6)


def days_sent(first=MONDAY, what="closed", note="大雪封路", last="", follows=""):
    return {"first": str(first), "last": str(last), "what": what, "note": note, "follows": follows}


def words(response):
    return response.content.decode()


def latest():
    return CalendarChange.objects.first()


def confirm(client, change, **more):
    address = reverse("casework:confirm_calendar_change", args=[change.pk])
    return client.post(address, {"seen": change.mark} | more, follow=True)


@pytest.fixture
def school_page(scene):
    return reverse("casework:change_school", args=[scene.school.pk])


@pytest.fixture
def class_page(scene):
    return reverse("casework:change_class", args=[scene.school_class.pk])


class TestSnow:
    def test_today_is_closed_from_the_school_board_looked_at_and_done(self, scene, school_page):
        scene.take(MONDAY, first="unexcused")
        client = client_of(scene.clerk)
        assert reverse("casework:close_today") in words(client.get(reverse("casework:school_board")))
        form = client.get(reverse("casework:close_today"), follow=True)
        assert form.context["form"].initial == {"first": "2026-09-07", "last": "", "what": "closed"}
        shown = client.post(school_page, days_sent(), follow=True)
        for said in (
            "9月7日停课",
            "这是预演，还没有改动",
            "涉及1个班，3名在校学生",
            "其中1名学生",
            "已点的1次名不再算",
            "高东",
        ):
            assert said in words(shown), said
        assert not DayOverride.objects.exists()
        done = confirm(client, latest())
        assert "由何静执行" in words(done)
        assert DayOverride.objects.get().note == "大雪封路"
        back = client.post(reverse("casework:take_back_calendar_change", args=[latest().pk]), follow=True)
        assert "撤回9月7日停课" in words(back)
        confirm(client, latest())
        assert not DayOverride.objects.exists()

    def test_a_class_alone_is_closed(self, scene, class_page):
        client = client_of(scene.clerk)
        client.post(class_page, days_sent(note="水痘"))
        confirm(client, latest())
        assert DayOverride.objects.get().school_class == scene.school_class

    def test_the_month_says_who_and_when(self, scene, school_page):
        client = client_of(scene.clerk)
        client.post(school_page, days_sent())
        confirm(client, latest())
        assert "何静 2026年9月7日 7:40" in words(client.get(f"/calendar/schools/{scene.school.pk}/"))


class TestWhatCannotBeIsSaid:
    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"note": ""}, "停课，请写明原因"),
            ({"first": SATURDAY, "what": "taught", "note": ""}, "改为上课请写明原因"),
            ({"first": date(2027, 2, 10), "what": "taught"}, "先请县教育局把学期日期填好"),
            ({"first": date(2026, 8, 31), "what": "taught"}, "上学年"),
            ({"last": date(2026, 11, 6)}, "最多改60天"),
            ({"last": SUNDAY}, "在开始日期之前"),
            ({"first": SATURDAY}, "本来就不上课"),
            ({"first": "x"}, "没有看懂"),
            ({"what": "x"}, "请在列出的选项中选择"),
            ({"follows": "7"}, "请在列出的课表中选择"),
            ({"note": "雪" * 101}, "最多100字"),
        ],
    )
    def test_on_the_form(self, scene, school_page, fields, said):
        response = client_of(scene.clerk).post(school_page, days_sent(**fields))
        assert response.status_code == 422
        assert said in words(response)
        assert not CalendarChange.objects.exists()

    def test_of_another_school_is_not_found(self, scene):
        far = cast.school_class(cast.school("西岭小学"))
        client = client_of(scene.clerk)
        for address in ("change_school", "big_and_small_weeks", "monthly_holidays"):
            assert client.post(reverse(f"casework:{address}", args=[far.school.pk]), days_sent()).status_code == 404
        assert client.post(reverse("casework:change_class", args=[far.pk]), days_sent()).status_code == 404

    def test_a_page_that_is_stale_carries_nothing_out(self, scene, school_page):
        client = client_of(scene.clerk)
        client.post(school_page, days_sent())
        response = confirm(client, latest(), seen="0" * 64)
        assert "已经不是刚才看到的样子" in words(response)
        assert not DayOverride.objects.exists()

    def test_a_change_that_was_given_up_is_over(self, scene, school_page):
        client = client_of(scene.clerk)
        client.post(school_page, days_sent())
        response = client.post(reverse("casework:give_up_calendar_change", args=[latest().pk]), follow=True)
        assert "已放弃，校历没有改动" in words(response)
        assert "没有执行" in words(confirm(client, latest()))


class TestLineByLine:
    def lines(self, *lines):
        fields = {"rows": str(len(lines))}
        for number, (day, what, follows, note) in enumerate(lines):
            fields |= {f"day-{number}": str(day), f"what-{number}": what}
            fields |= {f"follows-{number}": follows, f"note-{number}": note}
        return fields

    @pytest.fixture
    def weeks(self, scene):
        return reverse("casework:big_and_small_weeks", args=[scene.school.pk])

    def asked(self, **more):
        return {
            "first": "2026-09-07", "last": "2026-10-11", "first_is": "big", "big": ["0", "1", "2", "3", "4", "5"],
            "small": ["0", "1", "2", "3", "4"], "note": "大周",
        } | more  # fmt: skip

    def test_a_pattern_is_listed_before_anything_is_kept(self, scene, weeks):
        page = client_of(scene.clerk).get(weeks, self.asked())
        days = [line["day"].initial for line in page.context["lines"].lines]
        assert days == [SATURDAY, None, None, None]  # the state has decided on 26 September and 10 October
        assert not CalendarChange.objects.exists()

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({"big": []}, "请选大周上课的日子"),
            ({"last": "2026-09-01"}, "在开始日期之前"),
            ({"last": "2027-09-01"}, "最多排200天"),
            ({"note": ""}, "请填写说明"),
            ({"big": ["0", "1", "2", "3", "4"]}, "没有哪天和现在的安排不同"),
        ],
    )
    def test_a_pattern_that_cannot_be_is_said(self, scene, weeks, more, said):
        page = client_of(scene.clerk).get(weeks, self.asked(**more))
        assert (page.status_code, said in words(page)) == (422, True)

    def test_monthly_holidays_are_listed_too(self, scene):
        asked = {"first": "2026-09-10", "last": "2026-10-20", "every": "4", "length": "4", "note": "月假"}
        page = client_of(scene.clerk).get(reverse("casework:monthly_holidays", args=[scene.school.pk]), asked)
        lines = [(line["day"].initial.day, line["what"].initial) for line in page.context["lines"].lines[:2]]
        assert lines == [(10, "off"), (11, "off")]

    def test_a_line_can_be_left_out_changed_and_added(self, scene, weeks):
        client = client_of(scene.clerk)
        sent = self.lines(
            (SATURDAY, "", "", "大周"), (date(2026, 9, 26), "taught", "4", "大周"), ("2026-10-17", "taught", "", "补"),
            ("", "", "", ""),
        )  # fmt: skip
        client.post(weeks, sent)
        confirm(client, latest())
        rows = DayOverride.objects.values_list("day", "follows_weekday")
        assert list(rows) == [(date(2026, 9, 26), 4), (date(2026, 10, 17), None)]

    @pytest.mark.parametrize(
        ("lines", "said"),
        [
            ([(SATURDAY, "taught", "", "a"), (SATURDAY, "off", "", "a")], "2026年9月12日写了两次"),
            ([("", "off", "", "")], "第1行没有写日期"),
            ([("", "", "", "")], "没有选要改的日子"),
            ([(SATURDAY, "taught", "", "")], "请写明原因"),
            ([("2026-02-30", "off", "", "")], "没有看懂"),
        ],
    )
    def test_lines_that_cannot_be_are_said(self, scene, weeks, lines, said):
        page = client_of(scene.clerk).post(weeks, self.lines(*lines))
        assert (page.status_code, said in words(page)) == (422, True)
        assert not CalendarChange.objects.exists()

    @pytest.mark.parametrize("rows", ["", "x", "-1", "999999999999"])
    def test_a_broken_form_is_refused(self, scene, weeks, rows):
        assert client_of(scene.clerk).post(weeks, {"rows": rows}).status_code == 422

    def test_one_that_waits_is_replaced_and_one_carried_out_is_changed_further(self, scene, school_page):
        client = client_of(scene.clerk)
        client.post(school_page, days_sent(last=date(2026, 9, 8)))
        first = latest()
        edit = reverse("casework:edit_calendar_change", args=[first.pk])
        assert [line["day"].initial for line in client.get(edit).context["lines"].lines][:2] == [
            MONDAY, date(2026, 9, 8),
        ]  # fmt: skip
        client.post(edit, self.lines((MONDAY, "closed", "", "大雪")))
        first.refresh_from_db()
        assert first.state == "given_up"
        second = latest()
        confirm(client, second)
        client.post(reverse("casework:edit_calendar_change", args=[second.pk]), self.lines((MONDAY, "off", "", "校庆")))
        second.refresh_from_db()
        assert (second.state, latest().state) == ("applied", "previewed")

    def test_what_somebody_carries_out_meanwhile_stands_beside_the_other_days(self, scene, monkeypatch):
        client = client_of(scene.clerk)
        client.post(reverse("casework:change_school", args=[scene.school.pk]), days_sent())
        first = latest()
        give_up = actions.give_up

        def too_late(**asked):
            confirm(client_of(scene.clerk), first)
            give_up(**asked)

        monkeypatch.setattr(actions, "give_up", too_late)
        lines = self.lines((date(2026, 9, 8), "closed", "", "大雪"))
        shown = client.post(reverse("casework:edit_calendar_change", args=[first.pk]), lines, follow=True)
        first.refresh_from_db()
        assert (first.state, latest().state) == ("applied", "previewed")
        assert shown.context["change"] == latest() != first


class TestTheRegisterThatWaited:
    @pytest.fixture
    def register(self, scene):
        return reverse("students:register", args=[scene.school_class.pk, SUNDAY, "AM"])

    def test_the_clerk_is_asked_whether_the_day_was_taught_and_comes_back(self, scene, register):
        client = client_of(scene.clerk)
        page = client.get(register)
        address = page.context["override_url"]
        assert "这一天上课了？" in words(page)
        assert client.get(address).context["form"].initial["what"] == "taught"
        shown = client.post(address, days_sent(SUNDAY, "taught", "补周五的课"), follow=True)
        assert shown.context["slot"] == "AM"
        back = confirm(client, latest(), slot="AM")
        assert back.redirect_chain[-1][0] == register
        assert "校历已改，现在可以点名" in words(back)
        assert back.context["register"].obstacle == ""

    def test_a_teacher_is_told_to_ask(self, scene, register):
        page = client_of(scene.teacher).get(register)
        assert (page.context["override_url"], "校历有误请告诉教务处" in words(page)) == ("", True)

    def test_on_a_school_day_nobody_is_asked(self, scene):
        page = client_of(scene.clerk).get(reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"]))
        assert page.context["override_url"] == ""

    def test_what_is_no_slot_leads_nowhere(self, scene, class_page):
        client = client_of(scene.clerk)
        client.post(f"{class_page}?slot=//elsewhere", days_sent(SUNDAY, "taught", "补课"))
        back = confirm(client, latest(), slot="//elsewhere")
        assert back.redirect_chain[-1][0] == reverse("casework:calendar_change", args=[latest().pk])


class TestTheCounty:
    @pytest.fixture
    def bureau(self, scene):
        return client_of(cast.person("苏远", role=Role.BUREAU_OFFICER))

    def test_gives_a_day_off_by_a_job(self, scene, bureau):
        scene.take(MONDAY, first="unexcused")
        shown = bureau.post(reverse("casework:change_county"), days_sent(what="off", note="县庆"), follow=True)
        assert latest().state == "previewed"
        assert "其中1名学生" in words(shown)
        confirm(bureau, latest())
        assert (latest().state, DayOverride.objects.get().school) == ("applied", None)

    def test_says_which_weekday_a_make_up_day_follows(self, scene, bureau):
        sent = days_sent(date(2026, 9, 20), "taught", "", follows="4")
        bureau.post(reverse("casework:change_county"), sent)
        confirm(bureau, latest())
        page = client_of(scene.clerk).get(f"/calendar/schools/{scene.school.pk}/")
        assert "按周五课表" in words(page)

    def test_moves_a_term(self, scene, bureau):
        term = Term.objects.get(number=1)
        page = bureau.get(reverse("casework:terms"), {"term": term.pk})
        assert page.context["form"].initial["end"] == term.end
        sent = {"school_year": "2026", "number": "1", "start": "2026-09-01", "end": "2027-01-15"}
        bureau.post(reverse("casework:terms"), sent)
        confirm(bureau, latest())
        assert Term.objects.get(number=1).end == date(2027, 1, 15)

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"end": "2027-03-05"}, "的日期重叠"),
            ({"end": "2026-08-01"}, "应在开始日期之后"),
            ({"school_year": "1999"}, "请在列出的学年中选择"),
            ({"end": ""}, "请填写结束日期"),
        ],
    )
    def test_a_term_that_cannot_be_is_said(self, scene, bureau, fields, said):
        sent = {"school_year": "2026", "number": "1", "start": "2026-09-01", "end": "2027-01-15"} | fields
        page = bureau.post(reverse("casework:terms"), sent)
        assert (page.status_code, said in words(page)) == (422, True)

    def test_a_job_under_way_shows_how_far_it_is(self, scene, bureau):
        bureau.post(reverse("casework:change_county"), days_sent(what="off"))
        CalendarChange.objects.update(state="previewing")
        assert "排队等待" in words(bureau.get(reverse("casework:calendar_change", args=[latest().pk])))
        bar = reverse("casework:calendar_progress", args=[latest().pk])
        assert "排队等待" in words(bureau.get(bar))
        CalendarChange.objects.update(state="previewed")
        assert bureau.get(bar).headers["HX-Refresh"] == "true"

    def test_the_record_lists_every_change(self, scene, bureau, django_assert_num_queries):
        bureau.post(reverse("casework:change_county"), days_sent(what="off", note="县庆"))
        address = reverse("casework:calendar_changes")
        assert "9月7日放假" in words(bureau.get(address))
        bureau.post(reverse("casework:change_county"), days_sent(date(2026, 9, 8), what="off"))
        with django_assert_num_queries(5):
            bureau.get(address)
        assert "9月7日放假" not in words(client_of(scene.clerk).get(address))
