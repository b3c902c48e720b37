"""The pages of 随机清点: what they show to whom, each reason with its registers, and what they cost."""

import json
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from inspections.actions.draws import Place, cancel_draw
from inspections.drawing import Candidate, Part, lowest_ticket
from inspections.models import Draw, Explanation
from inspections.spot_forms import draws_somewhere, places_for
from students.models import AuditRow, Role
from students.templatetags.chinese import cdatetime
from tests import cast
from tests.inspections.drawing import count_of, draw_of, reason_of
from tests.scene import FRIDAY, MONDAY, at, client_of

LIST, DRAWS, NEW = (reverse(f"inspections:{name}") for name in ("count_reasons", "draws", "draw_classes"))
MISMATCHES, TO_COUNT = reverse("inspections:mismatches"), reverse("inspections:to_count")


@pytest.fixture
def bureau(scene):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def principal(scene):
    return cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)


def text_of(who, address, **query) -> str:
    return client_of(who).get(address, query).content.decode()


class TestTheList:
    def test_says_why_each_class_stands_there_most_reasons_first(self, scene, bureau):
        beside = cast.school_class(scene.school, "202302")
        reason_of(scene.school_class)
        reason_of(beside)
        reason_of(beside, "odd_hours", "9月1日至9月4日有6次点名远离这一节开始的时间。")
        page = text_of(bureau, LIST)
        assert page.index("2023级2班") < page.index("2023级1班")
        assert "9月4日20:00补交了6次点名。" in page
        assert "不影响任何得分" in page
        assert "2026年9月7日凌晨查找" in page

    def test_is_narrowed_down_by_school_township_and_reason(self, scene, bureau):
        far = cast.school_class(cast.school("西岭小学", township=cast.township("西岭镇")), "202501")
        reason_of(scene.school_class)
        reason_of(far, "odd_hours", "早了很多。")
        for query in ({"school": far.school_id}, {"township": far.school.township_id}, {"kind": "odd_hours"}):
            page = text_of(bureau, LIST, **query)
            assert "2025级1班" in page
            assert "2023级1班" not in page
        assert "没有符合条件的班" in text_of(bureau, LIST, kind="unverified")
        assert "2023级1班" in text_of(bureau, LIST, school="moon", kind="moon")

    def test_is_empty_in_words(self, bureau):
        assert "没有要说明的班" in text_of(bureau, LIST)

    def test_shows_a_head_their_school_alone_and_not_their_own_class(self, scene, principal):
        far, own = cast.school_class(cast.school("西岭小学"), "202501"), cast.school_class(scene.school, "202302")
        for each in (far, own, scene.school_class):
            reason_of(each)
        cast.post(principal, Role.HOMEROOM_TEACHER, school_class=own)
        # whoever has a class is met by it at home; the list is reached by its address
        page = text_of(principal, LIST)
        assert ">2023级1班<" in page
        assert ">2023级2班<" not in page
        assert ">2025级1班<" not in page
        assert client_of(principal).get(reverse("inspections:class_reasons", args=[own.pk])).status_code == 404

    def test_is_not_for_whoever_takes_registers(self, scene):
        for who in (scene.teacher, scene.clerk):
            response = client_of(who).get(LIST)
            assert response.status_code == 403
            assert "由校领导、乡镇、督学和县教育局查看" in response.content.decode()

    def test_asks_as_many_queries_for_many_classes(self, scene, bureau):
        client = client_of(bureau)
        reason_of(scene.school_class)
        client.get(LIST)
        with CaptureQueriesContext(connection) as few:
            client.get(LIST)
        for number in range(10, 25):
            reason_of(cast.school_class(scene.school, f"2023{number}"))
        with CaptureQueriesContext(connection) as many:
            client.get(LIST)
        assert len(many) == len(few) <= 12


class TestAClass:
    def test_opens_every_register_that_a_reason_speaks_of(self, scene, bureau):
        reason_of(scene.school_class)
        page = text_of(bureau, reverse("inspections:class_reasons", args=[scene.school_class.pk]))
        assert reverse("students:register", args=[scene.school_class.pk, FRIDAY, "AM"]) in page
        assert "整月补录和工作簿导入不算" in page

    def test_without_a_reason_may_still_be_drawn(self, scene, bureau):
        made = draw_of(bureau, Place())
        page = text_of(bureau, reverse("inspections:class_reasons", args=[scene.school_class.pk]))
        assert "仍会随机抽到" in page
        assert reverse("inspections:draw", args=[made.pk]) in page


class TestDrawing:
    def send(self, who, **fields):
        return client_of(who).post(NEW, {"place": "county", "size": "1", "submission": str(uuid4())} | fields)

    def test_leads_to_the_draw(self, scene, bureau):
        response = self.send(bureau)
        assert response.url == reverse("inspections:draw", args=[Draw.objects.get().pk])

    def test_twice_with_one_page_is_one_draw(self, scene, bureau):
        sent = str(uuid4())
        assert self.send(bureau, submission=sent).url == self.send(bureau, submission=sent).url

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"size": ""}, "请填写抽几个班"),
            ({"size": "0"}, "至少抽1个班"),
            ({"size": "51"}, "一次最多抽50个班"),
            ({"size": "2"}, "可以抽1到1个班，没有抽取"),
            ({"size": "几"}, "抽几个班应是整数"),
            ({"place": "moon"}, "请在列出的地方中选择"),
            ({"place": ""}, "请选择在哪里抽"),
            ({"submission": "x"}, "提交的内容不完整"),
        ],
    )
    def test_says_what_is_wrong(self, fields, words, scene, bureau):
        response = self.send(bureau, **fields)
        assert response.status_code == 422
        assert words in response.content.decode()
        assert not Draw.objects.exists()

    def test_offers_a_head_their_school_alone(self, scene, principal):
        page = text_of(principal, NEW)
        assert "全县" not in page
        assert f"school-{scene.school.pk}" in page
        assert self.send(principal).status_code == 422
        assert self.send(principal, place=f"school-{scene.school.pk}").status_code == 302

    def test_asks_nothing_to_know_whether_somebody_draws(self, scene, bureau, principal, django_assert_num_queries):
        scopes = [cast.scope(who) for who in (bureau, principal, scene.clerk, scene.teacher)]
        with django_assert_num_queries(0):
            may = [draws_somewhere(scope) for scope in scopes]
        assert may == [bool(places_for(scope)) for scope in scopes] == [True, True, False, False]

    def test_says_how_many_each_part_draws(self, bureau):
        assert "例如抽8个班：按理由4个，按欠清点2个，完全随机2个" in text_of(bureau, NEW)

    def test_is_not_for_who_counts_for_others(self, scene):
        inspector = cast.person(role=Role.INSPECTOR, township=scene.school.township)
        assert client_of(inspector).get(NEW).status_code == 403


class TestADraw:
    def page(self, who, made) -> str:
        return text_of(who, reverse("inspections:draw", args=[made.pk]))

    def test_says_its_seed_and_that_it_comes_out_the_same(self, scene, bureau):
        made = draw_of(bureau, Place())
        page = self.page(bureau, made)
        assert made.seed in page
        assert "相同" in page
        assert "待清点" in page
        assert reverse("students:count_class", args=[scene.school_class.pk]) in page

    def test_shows_what_was_counted_and_what_differs(self, scene, bureau, clock):
        scene.take(MONDAY)
        clock.move_to(at(MONDAY, 9))
        made = draw_of(bureau, Place())
        count_of(bureau, scene.school_class, scene.children[0])
        page = self.page(bureau, made)
        assert "原因不明1人" in page
        assert '<span class="tone-alarm">1</span>' in page
        assert "已清点" in page
        assert reverse("students:count_class", args=[scene.school_class.pk]) not in page

    def test_called_off_stays_with_its_reason(self, scene, bureau):
        made = draw_of(bureau, Place())
        response = client_of(bureau).post(reverse("inspections:cancel_draw", args=[made.pk]), {"reason": "停电"})
        assert response.status_code == 302
        assert f"苏远在{cdatetime(at(MONDAY))}作废：停电" in self.page(bureau, made)
        assert "已作废" in text_of(bureau, DRAWS)

    @pytest.mark.parametrize(("reason", "words"), [("", "请填写作废原因"), ("长" * 201, "最多200字")])
    def test_is_called_off_for_a_reason(self, reason, words, scene, bureau):
        made = draw_of(bureau, Place())
        response = client_of(bureau).post(reverse("inspections:cancel_draw", args=[made.pk]), {"reason": reason})
        assert response.status_code == 422
        assert words in response.content.decode()

    def test_called_off_twice_says_so(self, scene, bureau):
        made = draw_of(bureau, Place())
        cancel_draw(by=bureau, scope=cast.scope(bureau), draw=made.pk, reason="停电")
        other = cast.person(role=Role.BUREAU_OFFICER)
        response = client_of(other).post(reverse("inspections:cancel_draw", args=[made.pk]), {"reason": "下雪"})
        assert "已经把这次抽取作废：停电" in response.content.decode()

    def test_from_above_is_not_found_by_the_school_before_somebody_was_there(self, scene, bureau, principal):
        made = draw_of(bureau, Place())
        address = reverse("inspections:draw", args=[made.pk])
        assert client_of(principal).get(address).status_code == 404
        count_of(bureau, scene.school_class)
        assert "2023级1班" in text_of(principal, address)

    @pytest.mark.parametrize(("days", "label"), [(7, "待清点"), (8, "逾期未清点")])
    def test_is_late_after_its_day(self, days, label, scene, bureau, clock):
        made = draw_of(bureau, Place())
        clock.move_to(at(MONDAY + timedelta(days=days)))
        assert label in self.page(bureau, made)

    def test_asks_as_many_queries_for_many_classes(self, scene, bureau):
        client = client_of(bureau)
        small = draw_of(bureau, Place())
        count_of(bureau, scene.school_class)
        client.get(reverse("inspections:draw", args=[small.pk]))
        with CaptureQueriesContext(connection) as few:
            client.get(reverse("inspections:draw", args=[small.pk]))
        for number in range(10, 20):
            cast.student(cast.school_class(scene.school, f"2023{number}"))
        large = draw_of(bureau, Place(), 11)
        count_of(bureau, large.classes.exclude(school_class=scene.school_class).first().school_class)
        with CaptureQueriesContext(connection) as many:
            client.get(reverse("inspections:draw", args=[large.pk]))
        assert len(many) == len(few) <= 14


class TestTheHistory:
    def test_shows_every_draw_the_newest_first(self, scene, bureau):
        first = draw_of(bureau, Place())
        cancel_draw(by=bureau, scope=cast.scope(bureau), draw=first.pk, reason="停电")
        draw_of(bureau, Place())
        page = text_of(bureau, DRAWS)
        assert page.index("第2次抽取") < page.index("第1次抽取")

    def test_is_empty_in_words(self, bureau):
        assert "还没有抽取过" in text_of(bureau, DRAWS)


class TestWhatIsToBeCounted:
    def test_leads_to_the_class(self, scene, bureau):
        draw_of(bureau, Place())
        assert reverse("students:count_class", args=[scene.school_class.pk]) in text_of(bureau, TO_COUNT)

    def test_stands_on_the_first_page(self, scene, bureau, principal):
        assert TO_COUNT not in text_of(bureau, reverse("home"))
        draw_of(bureau, Place())
        assert TO_COUNT in text_of(bureau, reverse("home"))
        assert TO_COUNT not in text_of(principal, reverse("home"))

    def test_is_empty_in_words(self, bureau):
        assert "没有待清点的班" in text_of(bureau, TO_COUNT)


class TestMismatches:
    @pytest.fixture
    def counted(self, scene, bureau, clock):
        scene.take(MONDAY)
        clock.move_to(at(MONDAY, 9))
        return count_of(bureau, scene.school_class, scene.children[0])

    @pytest.fixture
    def address(self, scene, counted):
        return reverse("inspections:explain", args=[counted.pk, scene.children[0].pk])

    def test_lead_the_school_to_say_what_became_of_them(self, scene, bureau, address):
        assert address in text_of(scene.clerk, MISMATCHES)
        assert address not in text_of(bureau, MISMATCHES)
        assert "高东" in text_of(bureau, MISMATCHES)

    def test_stand_on_the_school_s_first_page(self, scene, counted, principal):
        assert MISMATCHES in text_of(principal, reverse("home"))

    def test_offer_the_ways_of_the_usual_facts(self, scene, address):
        page = text_of(scene.clerk, address)
        assert reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"]) in page
        assert reverse("casework:raise_concern", args=[scene.children[0].pk]) in page

    def test_are_explained(self, scene, address):
        response = client_of(scene.clerk).post(address, {"text": "在医务室", "seen": ""})
        assert response.url == MISMATCHES
        assert "学校说明：在医务室" in text_of(scene.clerk, MISMATCHES)

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"text": ""}, "请填写当时在哪里"),
            ({"text": "远" * 201}, "最多200字"),
            ({"seen": "then"}, "提交的内容不完整"),
        ],
    )
    def test_say_what_is_wrong(self, fields, words, scene, address):
        response = client_of(scene.clerk).post(address, {"text": "在医务室", "seen": ""} | fields)
        assert response.status_code == 422
        assert words in response.content.decode()
        assert not Explanation.objects.exists()

    def test_of_a_child_who_was_found_are_not_found(self, scene, counted):
        address = reverse("inspections:explain", args=[counted.pk, scene.children[1].pk])
        assert client_of(scene.clerk).get(address).status_code == 404

    @pytest.mark.parametrize(("state", "shown"), [("open", True), ("late", False), ("settled", False), ("moon", True)])
    def test_are_narrowed_down(self, state, shown, scene, counted):
        assert ("高东" in text_of(scene.clerk, MISMATCHES, state=state)) == shown

    def test_are_empty_in_words(self, scene):
        assert "没有不符" in text_of(scene.clerk, MISMATCHES)

    def test_ask_as_many_queries_for_many(self, scene, counted, bureau):
        client = client_of(scene.clerk)
        client.get(MISMATCHES)
        with CaptureQueriesContext(connection) as few:
            client.get(MISMATCHES)
        for number in range(10, 16):
            each = cast.school_class(scene.school, f"2023{number}")
            child = cast.student(each)
            cast.take_register(scene.clerk, each, MONDAY)
            count_of(bureau, each, child)
        with CaptureQueriesContext(connection) as many:
            client.get(MISMATCHES)
        assert len(many) == len(few) <= 16


class TestTheFiles:
    def rows(self, who, name, *args, **query) -> list[tuple]:
        address = reverse(f"reports:{name}", args=args)
        response = client_of(who).post(address + ("?kind=batch" if query else ""), {"format": ".xlsx"})
        book = load_workbook(BytesIO(b"".join(response.streaming_content)))
        return list(book.active.iter_rows(values_only=True))

    def test_say_what_the_pages_say(self, scene, bureau, clock):
        scene.take(MONDAY)
        clock.move_to(at(MONDAY, 9))
        reason_of(scene.school_class)
        made = draw_of(bureau, Place())
        count_of(bureau, scene.school_class, scene.children[0])
        found = {
            "count_reasons_file": self.rows(bureau, "count_reasons_file", kind="batch"),
            "draw_file": self.rows(bureau, "draw_file", made.pk),
            "lots_file": self.rows(bureau, "lots_file", made.pk),
            "mismatches_file": self.rows(bureau, "mismatches_file"),
        }
        text = {name: "\n".join(str(cell) for row in rows for cell in row if cell) for name, rows in found.items()}
        assert "9月4日20:00补交了6次点名。" in text["count_reasons_file"]
        assert "理由：事后成批补交" in text["count_reasons_file"]
        assert "原因不明1人" in text["draw_file"]
        assert f"种子{made.seed}，按种子重算相同。" in text["draw_file"]
        own = Candidate(scene.school_class.pk)
        assert lowest_ticket(own, Part.CHANCE, seed=made.seed)[:16] in text["lots_file"]
        assert "高东" in text["mismatches_file"]
        assert AuditRow.objects.filter(subject__startswith="reports.").count() == 4

    def test_of_the_server_are_the_same_also_for_scripts(self, scene, tmp_path):
        reason_of(scene.school_class)
        path = tmp_path / "reasons.json"
        call_command("export", "count_reasons", output=str(path), school=scene.school.code)
        [row] = json.loads(path.read_text())
        assert row == {
            "school": scene.school.code, "class": "202301", "kind": "batch", "words": "9月4日20:00补交了6次点名。"
        }  # fmt: skip

    @pytest.mark.parametrize("form", [".xlsx", ".pdf"])
    @pytest.mark.parametrize("name", ["count_reasons_file", "mismatches_file", "draw_file", "lots_file"])
    def test_are_of_every_form(self, form, name, scene, bureau):
        made = draw_of(bureau, Place())
        args = [made.pk] if name in ("draw_file", "lots_file") else []
        response = client_of(bureau).post(reverse(f"reports:{name}", args=args), {"format": form})
        assert response.status_code == 200
        assert b"".join(response.streaming_content)
