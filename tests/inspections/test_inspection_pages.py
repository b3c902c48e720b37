"""The pages of 专项检查: what they show to whom, what they keep, and what they cost."""

import pytest
from django.urls import reverse

from inspections.models import Inspection, InspectionAnswer, InspectionResult, InspectionRound, Judgement
from students.models import Role
from tests import cast
from tests.inspections import inspected
from tests.inspections.inspected import judged
from tests.scene import MONDAY, client_of
from tests.students.papers import pdf, picture


def text_of(page) -> str:
    return page.content.decode()


def page(name, *args) -> str:
    return reverse(f"inspections:{name}", args=args)


def sheet(page="", *, seen=0, **points) -> dict:
    """A sheet as the page sends it."""
    sent = {"page": page}
    for code, mark in judged(**points).items():
        value = "left" if not mark.applies else str(mark.points)
        sent |= {f"mark-{code}": value, f"remark-{code}": mark.remark, f"seen-{code}": str(seen)}
    return sent


def fields_of(response) -> dict:
    """Everything that a browser sends of the sheet as it is drawn."""
    return {field.html_name: str(field.value() or "") for field in response.context["form"]}


class TestOpeningARound:
    def test_takes_the_schools_of_a_township(self, round_here):
        cast.school("西岭小学", township=cast.township("西岭镇"))
        sent = {
            "submission": "6f6cbb39-3d52-4b5c-b8c9-0b9a9a1f8b11", "title": "2026年秋季专项检查",
            "checklist": inspected.checklist().pk, "first_day": "2026-09-07", "last_day": "2026-09-30",
            "audience": "townships", "townships": [round_here.school.township_id], "inspectors": [round_here.bureau.pk],
        }  # fmt: skip
        client_of(round_here.bureau).post(page("open_round"), sent)
        opened = InspectionRound.objects.get(title="2026年秋季专项检查")
        assert [row.school for row in opened.inspections.all()] == [round_here.school]

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("title", "", "请填写名称"),
            ("checklist", "999", "请在列出的检查表中选择"),
            ("first_day", "不知道", "从哪天起没有看懂"),
            ("audience", "chosen", "请选择学校"),
            ("audience", "moon", "请在列出的选项中选择"),
            ("inspectors", [], "请选择检查人"),
            ("inspectors", ["x"], "请在列出的选项中选择"),
            ("last_day", "2026-09-01", "最后一天早于第一天"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_typed(self, round_here, field, value, words):
        sent = {
            "submission": "6f6cbb39-3d52-4b5c-b8c9-0b9a9a1f8b11", "title": "秋季检查",
            "checklist": inspected.checklist().pk, "first_day": "2026-09-07", "last_day": "2026-09-30",
            "audience": "all", "inspectors": [round_here.bureau.pk],
        } | {field: value}  # fmt: skip
        response = client_of(round_here.bureau).post(page("open_round"), sent)
        assert response.status_code == 422
        assert words in text_of(response)
        assert InspectionRound.objects.count() == 1


class TestTheSheet:
    def test_shows_how_every_item_is_judged_and_why(self, round_here):
        text = text_of(client_of(round_here.inspector).get(page("fill", round_here.row.pk)))
        assert "缺一份扣1分" in text
        assert "依据：学校和教育局工作文件：责任书" in text
        assert "已评0/4项" in text

    def test_is_kept_and_goes_on_to_the_signature(self, round_here):
        client = client_of(round_here.inspector)
        response = client.post(page("fill", round_here.row.pk), sheet(register=3) | {"sign": "1"})
        assert response.url == page("sign", round_here.row.pk)
        shown = text_of(client.get(response.url))
        assert "材料不全" in shown
        assert "签名完成检查" in shown
        signature = {"version": "1", "inspected_on": "2026-09-07", "deadline": "2026-09-21"}
        client.post(response.url, signature)
        assert InspectionResult.objects.get().given == 18
        assert client.post(response.url, signature).url == page("inspection", round_here.row.pk)
        assert InspectionResult.objects.count() == 1
        assert client_of(round_here.bureau).post(response.url, signature).status_code == 403

    def test_keeps_what_makes_sense_and_says_what_does_not(self, round_here):
        sent = sheet() | {"mark-plan": "99"}
        response = client_of(round_here.inspector).post(page("fill", round_here.row.pk), sent)
        assert response.status_code == 422
        assert "“有方案”的得分应在0到4分之间" in text_of(response)
        assert set(Judgement.objects.values_list("item", flat=True)) == {"pledge", "register", "persuade"}

    def test_names_the_item_whose_remark_is_too_long(self, round_here):
        sent = sheet() | {"remark-plan": "长" * 301}
        response = client_of(round_here.inspector).post(page("fill", round_here.row.pk), sent)
        assert "“有方案”的说明最多300字" in text_of(response)

    @pytest.mark.parametrize(
        "sent", [{}, {"page": "x"}, {"mark-plan": "4"}, {"mark-plan": "4", "seen-plan": "-1"}, {"seen-plan": "x"}]
    )
    def test_takes_no_harm_from_half_a_page(self, round_here, sent):
        response = client_of(round_here.inspector).post(page("fill", round_here.row.pk), sent)
        assert response.status_code in (302, 422)

    def test_shows_both_judgements_where_two_clash(self, round_here):
        inspected.fill(round_here.row, round_here.bureau, {"plan": judged(plan=1)["plan"]})
        client, address = client_of(round_here.inspector), page("fill", round_here.row.pk)
        response = client.post(address, sheet(plan=3))
        text = text_of(response)
        assert "苏远刚才评为1分，写的是“材料不全”" in text
        assert Judgement.objects.get(item="plan").points == 1
        client.post(address, fields_of(response))
        assert Judgement.objects.get(item="plan").points == 3

    def test_is_kept_while_one_types(self, round_here):
        client, address = client_of(round_here.inspector), page("save_sheet", round_here.row.pk)
        token = "6f6cbb39-3d52-4b5c-b8c9-0b9a9a1f8b11"
        said = client.post(address, sheet(token, register=3)).json()
        assert said["said"] == "已存下 7:40，已评4/4项，得18分，满分20分"
        written = {name: value for name, value in said["goes_on"].items() if name.startswith("seen-")}
        assert written == {f"seen-{code}": "1" for code in ("plan", "pledge", "register", "persuade")}
        # the answer was lost on the way, and the page types on
        assert "得17分" in client.post(address, sheet(token, register=2)).json()["said"]

    def test_says_while_one_types_that_somebody_else_has_judged_otherwise(self, round_here):
        inspected.fill(round_here.row, round_here.bureau, {"plan": judged(plan=1)["plan"]})
        said = client_of(round_here.inspector).post(page("save_sheet", round_here.row.pk), sheet()).json()
        assert said["said"].startswith("“有方案”刚才由苏远评过，你填的没有存下，其他的都存下了。")
        assert "seen-plan" not in said["goes_on"]

    def test_what_was_left_blank_takes_nothing_from_the_other_inspector_however_often_it_is_sent(self, round_here):
        client, address = client_of(round_here.inspector), page("fill", round_here.row.pk)
        opened = fields_of(client.get(address))
        inspected.fill(round_here.row, round_here.bureau, judged(plan=1, pledge=2, register=3))
        response = client.post(address, opened | {"mark-persuade": "4", "remark-persuade": "缺一人"})
        text = text_of(response)
        assert "“有劝返记录”刚才由苏远评过" in text
        assert "“有方案”刚才" not in text
        client.post(address, fields_of(response))
        points = {each.item: each.points for each in Judgement.objects.all()}
        assert points == {"plan": 1, "pledge": 2, "register": 3, "persuade": 4}

    def test_what_another_judged_while_one_types_is_not_sent_back_over_it(self, round_here):
        client, address = client_of(round_here.inspector), page("fill", round_here.row.pk)
        opened = fields_of(client.get(address))
        inspected.fill(round_here.row, round_here.bureau, {"plan": judged()["plan"]})
        typed = opened | {"mark-register": "5"}
        said = client.post(page("save_sheet", round_here.row.pk), typed).json()
        assert client.post(address, typed | said["goes_on"]).status_code == 302
        assert Judgement.objects.get(item="plan").points == 4

    def test_keeps_what_was_typed_on_the_way_to_the_photographs(self, round_here):
        client, address = client_of(round_here.inspector), page("item_photos", round_here.row.pk, "plan")
        assert client.post(address, sheet()).url == address
        assert Judgement.objects.count() == 4
        assert client.post(address, {"photo": picture()}).status_code == 302
        assert round_here.row.photos.get().item == "plan"
        assert "不是JPG或PNG照片" in text_of(client.post(address, {"photo": pdf()}))

    def test_has_no_photographs_of_what_is_no_item(self, round_here):
        address = page("item_photos", round_here.row.pk, "no-such-item")
        assert client_of(round_here.inspector).get(address).status_code == 404

    def test_names_what_is_missing_before_the_signature(self, round_here):
        inspected.fill(round_here.row, round_here.inspector, {"plan": judged()["plan"]})
        text = text_of(client_of(round_here.inspector).get(page("sign", round_here.row.pk)))
        assert "还不能签名" in text
        assert f"{page('fill', round_here.row.pk)}#item-register" in text

    @pytest.mark.parametrize("name", ["fill", "sign"])
    def test_costs_the_same_however_much_is_judged(self, round_here, name, django_assert_max_num_queries):
        client, address = client_of(round_here.inspector), page(name, round_here.row.pk)
        client.get(address)
        for marks in ({}, judged(register=3)):
            inspected.fill(round_here.row, round_here.inspector, marks)
            with django_assert_max_num_queries(10):
                client.get(address)


class TestBeforeTheSignature:
    @pytest.fixture
    def begun(self, round_here):
        inspected.fill(round_here.row, round_here.inspector, {"plan": judged(plan=1)["plan"]})
        client = client_of(round_here.inspector)
        client.post(page("item_photos", round_here.row.pk, "plan"), {"photo": picture()})
        round_here.photo = round_here.row.photos.get()
        return round_here

    def seen(self, made, who) -> tuple[bool, bool, int, int]:
        """Whether the remark and a photograph stand on the page, and what their addresses answer."""
        client = client_of(who)
        text = text_of(client.get(page("inspection", made.row.pk)))
        names = ("photo", "photo_thumbnail")
        statuses = [client.get(page(name, made.photo.pk)).status_code for name in names]
        return "材料不全" in text, page("photo", made.photo.pk) in text, *statuses

    def test_the_school_sees_no_points_remarks_and_photographs(self, begun):
        for who in (begun.principal, begun.scene.clerk):
            assert self.seen(begun, who) == (False, False, 403, 403)
        text = text_of(client_of(begun.principal).get(page("inspection", begun.row.pk)))
        assert "检查人签名以后，这里列出评分、问题和照片" in text
        assert "得分率" not in text

    def test_who_looks_and_the_bureau_see_them(self, begun):
        for who in (begun.inspector, cast.person("贺兰", role=Role.BUREAU_OFFICER)):
            assert self.seen(begun, who) == (True, True, 200, 200)

    def test_the_school_sees_them_once_it_is_signed(self, begun):
        inspected.fill(begun.row, begun.inspector, judged(plan=1), seen=1)
        inspected.sign(begun.row, begun.inspector)
        assert self.seen(begun, begun.principal) == (True, True, 200, 200)


class TestAResult:
    @pytest.fixture
    def done(self, round_here):
        inspected.signed(round_here.row, round_here.inspector, register=3, persuade=None)
        return round_here

    def test_is_read_by_the_school_and_answered(self, done):
        client, address = client_of(done.principal), page("inspection", done.row.pk)
        text = text_of(client.get(address))
        assert "不涉及" in text
        assert "材料不全" in text
        sent = {"number": "1", "kind": "explained", "words": "材料在档案室"}
        assert client.post(page("answer", done.row.pk), sent).status_code == 302
        assert InspectionAnswer.objects.get().words == "材料在档案室"
        assert "材料在档案室" in text_of(client.get(address))

    def test_an_explanation_without_words_is_refused_on_the_page(self, done):
        sent = {"number": "1", "kind": "explained", "words": " "}
        response = client_of(done.principal).post(page("answer", done.row.pk), sent)
        assert response.status_code == 422
        assert "请写明说明的内容" in text_of(response)

    def test_is_corrected_by_the_bureau_and_shows_every_version(self, done):
        client = client_of(done.bureau)
        sent = sheet(register=5, persuade=None) | {"number": "1", "reason": "学校补交了材料"}
        assert client.post(page("correct", done.row.pk), sent).status_code == 302
        text = text_of(client.get(page("inspection", done.row.pk)))
        assert "苏远更正为第2版：学校补交了材料" in text
        assert "第1版" in text

    def test_is_not_corrected_without_a_reason(self, done):
        sent = sheet(register=5) | {"number": "1", "reason": ""}
        response = client_of(done.bureau).post(page("correct", done.row.pk), sent)
        assert response.status_code == 422
        assert "请填写更正原因" in text_of(response)

    def test_shows_the_classes_counted_that_day(self, done):
        from students.models import HeadCount, Term

        HeadCount.objects.create(
            school_class=done.scene.school_class, term=Term.objects.first(), counted_on=MONDAY, on_roll=3, present=2,
            counted_at=done.row.round.opened_at, slot="AM", is_from_above=True,
            counted_by=done.inspector, recorded_at=done.row.round.opened_at, recorded_by=done.inspector,
        )  # fmt: skip
        assert "当天的班级清点" in text_of(client_of(done.principal).get(page("inspection", done.row.pk)))

    def test_costs_little(self, done, django_assert_max_num_queries):
        client, address = client_of(done.principal), page("inspection", done.row.pk)
        client.get(address)
        with django_assert_max_num_queries(12):
            client.get(address)


class TestTheSums:
    @pytest.fixture
    def many(self, round_here):
        schools = [cast.school(f"第{number}小学", township=round_here.school.township) for number in range(4)]
        round_here.round = inspected.opened(
            round_here.school, *schools, by=round_here.bureau, inspectors=[round_here.inspector]
        )
        for number, row in enumerate(round_here.round.inspections.select_related("school", "round")):
            if number:
                inspected.signed(row, round_here.inspector, register=number)
        return round_here

    def test_show_denominators_and_ranks(self, many):
        text = text_of(client_of(many.bureau).get(page("round", many.round.pk)))
        assert '1<span class="unit">/4</span>' in text
        assert '4<span class="unit">/4项</span>' in text
        assert "95.00%" in text

    def test_list_who_waits_in_a_tab_of_its_own(self, many):
        response = client_of(many.bureau).get(page("round", many.round.pk), {"show": "waiting"})
        assert "东坪小学" in text_of(response)
        assert "第1小学" not in text_of(response)

    def test_are_searched(self, many):
        response = client_of(many.bureau).get(page("round", many.round.pk), {"q": "第2"})
        assert [line.inspection.school.name for line in response.context["page"]] == ["第2小学"]

    def test_find_nothing_in_so_many_words(self, many):
        response = client_of(many.bureau).get(page("round", many.round.pk), {"q": "没有"})
        assert response.status_code == 200

    def test_are_printed(self, many):
        text = text_of(client_of(many.bureau).get(page("round_paper", many.round.pk)))
        assert "没有检查完、不排名的：东坪小学" in text

    def test_cost_the_same_however_many_schools_there_are(self, many, django_assert_max_num_queries):
        client = client_of(many.bureau)
        for each in (InspectionRound.objects.exclude(pk=many.round.pk).get(), many.round):
            client.get(page("round", each.pk))
            with django_assert_max_num_queries(8):
                client.get(page("round", each.pk))

    @pytest.mark.parametrize("ending", [".xlsx", ".pdf"])
    def test_are_exported_as_they_stand(self, many, ending):
        address = reverse("reports:inspection_file", args=[many.round.pk])
        response = client_of(many.bureau).post(address, {"format": ending})
        content = b"".join(response.streaming_content)
        assert response.status_code == 200
        assert content[:4] in (b"PK\x03\x04", b"%PDF")


def test_the_table_carries_the_same_numbers_as_the_page(round_here):
    from reports.queries.inspections import inspections_table

    inspected.signed(round_here.row, round_here.inspector, register="2.5", persuade=None)
    [record] = inspections_table(as_of=MONDAY).records()
    assert (record["rank"], record["given"], record["full"], record["state"]) == (1, 12.5, 15, "done")
    assert record["sections"] == {"lead": 10, "work": 2.5}
    assert record["rate"] == {"numerator": 25, "denominator": 30, "text": "83.33%"}


def test_the_table_of_a_day_before_any_round_is_empty(round_here):
    from reports.queries.inspections import inspections_table

    table = inspections_table(as_of=MONDAY.replace(day=1))
    assert (table.count, list(table.records())) == (0, [])


def test_a_clerk_of_a_school_without_a_round_reads_that_there_is_none(scene):
    text = text_of(client_of(scene.clerk).get(page("rounds")))
    assert "还没有检查批次" in text
    assert not Inspection.objects.exists()


def test_nobody_of_another_township_sees_it(round_here):
    far = cast.school("西岭小学", township=cast.township("西岭镇"))
    client = client_of(cast.person(role=Role.REGISTRY_CLERK, school=far))
    assert client.get(page("inspection", round_here.row.pk)).status_code == 404
