"""A checklist takes no points for absences as such; whether the duty was done may be judged."""

import pytest
import yaml

from inspections.absences import counts_absences
from inspections.presets import PRESETS

PUNISHES = [
    ("学生缺勤率低于2%", "缺勤一人次扣0.5分"),
    ("学生缺勤率低于2%", "超过的不得分"),
    ("出勤情况", "出勤率低于98%的扣2分"),
    ("学生到校率", "到校率每低1个百分点扣1分"),
    ("学生缺勤情况", "一人次扣0.5分"),
    ("考勤", "班级有学生缺课的，每人扣0.5分"),
    ("考勤", "抽看四周：旷课一节扣1分，请假一天扣0.1分"),
    ("考勤", "未经请假缺勤一人扣0.5分"),
    ("考勤", "请假超过三天的扣1分"),
    ("考勤", "有学生未到校不得分"),
    ("考勤", "全勤得满分，其余酌情给分"),
    ("考勤", "没有学生缺勤的得5分"),
    ("考勤", "抽看十条缺勤，没有假条的一条扣0.5分。旷课一人扣2分"),
]
ASKS_FOR_DUTIES = [
    ("学生缺勤原因查清，请假有假条", "抽看十条缺勤，没有假条的一条扣0.5分。缺勤多少不扣分"),
    ("学生缺课当天联系家长", "抽看十次缺课，没有当天联系的一次扣1分"),
    ("点名如实", "瞒报缺课一人扣2分；漏记缺勤一人次扣1分"),
    ("点名登记", "缺一次扣0.5分，扣完为止"),
    ("未到校的学生有劝返记录", "未到校学生逐人家访，缺一人扣1分"),
    ("请假手续齐全", "手续不全的一条扣0.5分"),
    ("出勤率与清点一致", "不一致的一处扣1分"),
    ("缺课报告", "缺课三天没有上报的一份扣2分，逾期的一份扣0.5分"),
    ("控辍目标", "小学没有流失生，初中流失率低于2%，得满分"),
    ("劝返", "按劝返到校率给分，每低一个百分点扣1分"),
]


@pytest.mark.parametrize(("text", "judge"), PUNISHES)
def test_points_for_an_absence_are_found(text, judge):
    assert counts_absences(text, judge)


@pytest.mark.parametrize(("text", "judge"), ASKS_FOR_DUTIES)
def test_points_for_a_duty_are_let_be(text, judge):
    assert not counts_absences(text, judge)


@pytest.mark.parametrize("path", sorted(PRESETS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_presets_punish_no_absence(path):
    content = yaml.safe_load(path.read_text())
    items = [item for section in content["sections"] for item in section["items"]]
    assert [item["text"] for item in items if counts_absences(item["text"], item["judge"])] == []
