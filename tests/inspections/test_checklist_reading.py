"""检查表 that nobody could judge by are refused with the reason."""

from copy import deepcopy

import pytest

from inspections.checklist_reading import ChecklistError, read_checklist
from inspections.models import StoredChecklist
from inspections.presets import PRESETS, checklist_of, load_presets
from tests.inspections.inspected import CONTENT


def changed(change) -> dict:
    content = deepcopy(CONTENT)
    change(content)
    return content


def first(content) -> dict:
    return content["sections"][0]["items"][0]


REFUSED = {
    "points without bounds": (lambda c: first(c).pop("points"), "“有方案”没有写分值：分数要有上限"),
    "points left blank": (lambda c: first(c).update(points=""), "分数要有上限"),
    "no points at all": (lambda c: first(c).update(points=0), "分值应在0.5到100分之间，不能是0分"),
    "points below nothing": (lambda c: first(c).update(points=-4), "分值应在0.5到100分之间"),
    "points beyond all bounds": (lambda c: first(c).update(points=101), "分值应在0.5到100分之间"),
    "points between half steps": (lambda c: first(c).update(points=3.3), "以半分为一档"),
    "points that are no number": (lambda c: first(c).update(points="四"), "应是数字，不能是“四”"),
    "points without end": (lambda c: first(c).update(points="Infinity"), "以半分为一档"),
    "a sum other than full marks": (lambda c: c.update(full_marks=100), "各项分值相加是20分，满分写的是100分"),
    "an item without words": (lambda c: first(c).update(text=" "), "“没有名称的项目”没有写检查内容"),
    "an item that nobody knows to judge": (lambda c: first(c).update(judge=""), "没有写评分标准"),
    "an item without a source": (lambda c: first(c).update(source=""), "没有写依据"),
    "the same item twice": (
        lambda c: c["sections"][1]["items"][0].update(text="有方案"), "检查内容“有方案”写了2次"
    ),
    "the same code twice": (lambda c: c["sections"][1]["items"][0].update(code="plan"), "项目代号“plan”写了2次"),
    "the same section twice": (lambda c: c["sections"][1].update(title="组织领导"), "部分“组织领导”写了2次"),
    "an empty section": (
        lambda c: c["sections"].append({"code": "x", "title": "其他", "items": []}), "“其他”里没有项目"
    ),
    "a section without a name": (lambda c: c["sections"][0].update(title=""), "每个部分要有名称"),
    "no item": (lambda c: c.update(sections=[]), "现在有0个"),
    "a kind of school that is none": (lambda c: first(c).update(not_for=["university"]), "不认识的办学类型"),
    "nothing for a kind of school": (
        lambda c: [each.update(not_for=["junior"]) for part in c["sections"] for each in part["items"]],
        "没有一项适用于初级中学",
    ),
    "no time to mend": (lambda c: c.update(rectify_days=0), "整改期限应在1到180天之间"),
    "a part of a day to mend": (lambda c: c.update(rectify_days=1.5), "整改期限应在1到180天之间"),
    "no name": (lambda c: c.update(title=""), "检查表要有名称"),
    "a line left out": (lambda c: c.pop("source"), "检查表里缺少“source”一项"),
    "points for an absence": (
        lambda c: first(c).update(text="学生缺勤率低于2%", judge="缺勤一人次扣0.5分"), "不能按缺勤本身扣分"
    ),
    "a text too long": (lambda c: first(c).update(judge="看" * 301), "评分标准最多300字"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), REFUSED.values(), ids=REFUSED)
def test_is_refused(change, words):
    with pytest.raises(ChecklistError, match=words):
        read_checklist(changed(change))


def test_what_was_stored_is_read_as_it_was_judged_by():
    content = changed(lambda c: first(c).update(judge="缺勤一人次扣0.5分"))
    assert read_checklist(content, key=7).items[0].judge == "缺勤一人次扣0.5分"


def test_what_is_right_is_read():
    checklist = read_checklist(CONTENT, key=7)
    assert (checklist.key, checklist.title, len(checklist.items)) == (7, "简表", 4)
    assert sum(section.points for section in checklist.sections) == checklist.full_marks


@pytest.mark.django_db
class TestThePresets:
    def test_are_stored_after_migrate_and_can_be_read(self):
        stored = StoredChecklist.objects.get(code="retention_inspection")
        checklist = checklist_of(stored)
        assert checklist.full_marks == 100
        assert [section.title for section in checklist.sections] == [
            "组织领导", "责任书", "点名登记", "家访劝返", "台账档案", "控辍成效",
        ]  # fmt: skip
        assert (stored.made_at, stored.made_by) == (None, None)

    def test_every_item_names_its_source(self):
        for stored in StoredChecklist.objects.all():
            assert all(item.source.startswith(("[S]", "[L]", "[D]")) for item in checklist_of(stored).items)

    def test_loaded_again_they_stay_one(self):
        load_presets()
        assert StoredChecklist.objects.count() == len(list(PRESETS.glob("*.yaml")))
