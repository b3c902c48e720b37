"""考勤: where everything that attendance does begins."""

from django.views.decorators.http import require_safe

from students.access import AREA_ROLES, REGISTRY_ROLES
from students.models import Role
from students.views.audience import only_for
from students.views.registry import show_ways

READERS = {*Role.values} - {Role.ADMINISTRATOR}
# Group → its entries: address, label, what one does there, and the roles that see it.
WAYS = {
    "点名": [
        ("students:register_board", "点名情况", "今天和最近14天哪些班点了、缺哪些，催点名", READERS),
    ],
    "请假": [],
    "校历": [
        ("students:calendar", "校历", "每月哪天上课、放假、停课，按谁的安排", READERS),
    ],
    "汇总": [
        ("reports:sheets", "月考勤表", "按班看整月考勤，导出、打印空白表、补录", READERS),
    ],
    "预警": [
        ("casework:signs", "预警", "多日未见、零星旷课、出勤率低……写明依据和下一步", REGISTRY_ROLES),
        ("casework:signs_by_school", "各校预警", "各校有预警的学生人数", AREA_ROLES),
    ],
}


@require_safe
@only_for(READERS, "考勤由教师、学校和主管部门使用，系统管理员只管账号")
def attendance(request):
    """Every way that the reader's roles may go, with what waits for them."""
    return show_ways(request, "考勤", WAYS)
