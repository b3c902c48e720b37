"""检查表 made by form: a new version beside the old one, or refused with the reason."""

from copy import deepcopy

import pytest

from inspections.actions.checklists import make_version
from inspections.actions.filling import InspectionRefused, NotYourInspection
from inspections.checklist import differences
from inspections.checklist_reading import read_checklist
from inspections.models import StoredChecklist
from inspections.presets import checklist_of, load_presets
from inspections.queries.checklists import changes_of, current_checklists
from tests import cast
from tests.inspections import inspected
from tests.inspections.inspected import CONTENT
from tests.inspections.test_inspection_pages import page, text_of
from tests.scene import client_of


def changed(**item) -> dict:
    content = deepcopy(CONTENT)
    content["sections"][0]["items"][0] |= item
    content["full_marks"] = sum(each["points"] for part in content["sections"] for each in part["items"])
    return content


def make(made, content, *, by=None, seen=0, reason="本县加一分"):
    by = by or made.bureau
    return make_version(
        by=by, scope=cast.scope(by), follows=inspected.checklist(), seen=seen, content=content, reason=reason
    )


class TestMaking:
    def test_stands_beside_the_old_one_of_which_nothing_changes(self, round_here):
        made = make(round_here, changed(points=5))
        assert (made.code, made.version, made.made_by) == ("county-short", 1, round_here.bureau)
        assert checklist_of(round_here.round.checklist).full_marks == 20
        assert changes_of(made) == ["修改“有方案”，由4分改为5分", "满分由20分改为21分"]

    def test_twice_is_once(self, round_here):
        assert make(round_here, changed(points=5)) == make(round_here, changed(points=5))

    def test_that_has_not_seen_the_newest_overwrites_nothing(self, round_here):
        make(round_here, changed(points=5))
        with pytest.raises(InspectionRefused, match="已经有了第1版"):
            make(round_here, changed(points=6), reason="另一个人改的")
        assert make(round_here, changed(points=6), seen=1, reason="看过再改").version == 2

    def test_is_not_overwritten_by_a_preset(self, round_here):
        made = make(round_here, changed(points=5))
        load_presets()
        assert made in current_checklists()
        assert StoredChecklist.objects.filter(code="county-short").count() == 1

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (changed(points=5) | {"full_marks": 20}, "各项分值相加是21分，满分写的是20分"),
            (changed(points=0), "分值应在0.5到100分之间"),
            (changed(text="签责任书"), "检查内容“签责任书”写了2次"),
            (changed(judge=""), "没有写评分标准"),
            (changed(judge="缺勤一人次扣0.5分"), "“有方案”不能按缺勤本身扣分"),
        ],
    )
    def test_nobody_could_judge_by_is_refused_with_the_reason(self, round_here, content, words):
        with pytest.raises(InspectionRefused, match=words):
            make(round_here, content)

    def test_says_why(self, round_here):
        with pytest.raises(InspectionRefused, match="要写明为什么改"):
            make(round_here, changed(points=5), reason="")

    def test_is_the_bureaus(self, round_here):
        with pytest.raises(NotYourInspection):
            make(round_here, changed(points=5), by=round_here.inspector)


def test_versions_are_compared_item_by_item():
    new = deepcopy(CONTENT)
    new["sections"][1]["items"][1] = {"code": "new", "text": "有公示栏", "points": 5, "judge": "看", "source": "[D]"}
    new["sections"][0]["items"][1]["judge"] = "另一个标准"
    assert list(differences(read_checklist(CONTENT), read_checklist(new))) == [
        "修改“签责任书”的评分标准、依据或适用学校",
        "增加“有公示栏”，5分",
        "去掉“有劝返记录”，5分",
    ]


class TestThePages:
    def sent(self, client, pk) -> dict:
        """The form as it is opened."""
        context = client.get(page("new_version", pk)).context
        fields = {each.html_name: each.value() for each in context["head"]}
        for form in [*context["rows"], context["rows"].management_form]:
            fields |= {each.html_name: each.value() for each in form}
        filled = {name: value for name, value in fields.items() if value is not None and value is not False}
        return filled | {"reason": "本县的要求"}

    def test_a_version_is_made_by_changing_adding_and_taking_out(self, round_here):
        client, stored = client_of(round_here.bureau), inspected.checklist()
        sent = self.sent(client, stored.pk) | {
            "items-0-points": "3.5", "items-3-removed": "on", "items-4-section": "公示", "items-4-text": "有公示栏",
            "items-4-points": "5.5", "items-4-judge": "没有不得分", "items-4-source": "[D] 本县",
        }  # fmt: skip
        response = client.post(page("new_version", stored.pk), sent)
        assert response.status_code == 302
        made = StoredChecklist.objects.get(code="county-short")
        checklist = checklist_of(made)
        assert [section.title for section in checklist.sections] == ["组织领导", "点名家访", "公示"]
        assert [item.code for item in checklist.items] == ["plan", "pledge", "register", "item-1"]
        assert "增加“有公示栏”，5.5分" in text_of(client.get(response.url))

    def test_sources_stand_in_words_on_the_pages_and_as_marks_in_the_store(self, round_here):
        client, stored = client_of(round_here.bureau), inspected.checklist()
        sent = self.sent(client, stored.pk)
        assert sent["items-0-source"] == "学校和教育局工作文件：方案"
        response = client.post(page("new_version", stored.pk), sent)
        assert [item.source for item in checklist_of(StoredChecklist.objects.get(code="county-short")).items] == [
            item.source for item in checklist_of(stored).items
        ]
        for address in (response.url, page("checklist", stored.pk), page("new_version", stored.pk)):
            assert (
                "[" not in text_of(client.get(address)).partition("<main")[2].replace("[]", "").partition("<script")[0]
            )

    def test_what_is_refused_keeps_what_was_typed(self, round_here):
        client, stored = client_of(round_here.bureau), inspected.checklist()
        response = client.post(page("new_version", stored.pk), self.sent(client, stored.pk) | {"items-0-points": "9"})
        assert response.status_code == 422
        assert "各项分值相加是25分，满分写的是20分" in text_of(response)
        assert 'value="9"' in text_of(response)

    def test_points_for_an_absence_are_refused_at_their_field(self, round_here):
        client, stored = client_of(round_here.bureau), inspected.checklist()
        sent = self.sent(client, stored.pk) | {"items-0-text": "学生缺勤率低于2%", "items-0-judge": "缺勤一人次扣0.5分"}
        response = client.post(page("new_version", stored.pk), sent)
        assert response.status_code == 422
        assert "不能按缺勤本身扣分" in response.context["rows"][0].errors["judge"][0]
        assert not StoredChecklist.objects.filter(code="county-short").exists()
        assert client.post(page("new_version", stored.pk), sent | {"items-0-removed": "on"}).status_code == 422
        taken_out = sent | {"items-0-removed": "on", "full_marks": "16"}
        assert client.post(page("new_version", stored.pk), taken_out).status_code == 302

    @pytest.mark.parametrize(
        "sent", [{}, {"items-TOTAL_FORMS": "x"}, {"items-TOTAL_FORMS": "100000", "items-INITIAL_FORMS": "4"}]
    )
    def test_half_a_page_is_refused(self, round_here, sent):
        response = client_of(round_here.bureau).post(page("new_version", inspected.checklist().pk), sent)
        assert response.status_code == 422

    def test_everybody_who_is_inspected_reads_how(self, round_here):
        text = text_of(client_of(round_here.principal).get(page("checklist", inspected.checklist().pk)))
        assert "缺一次扣0.5分" in text
        assert "改检查表" not in text
