"""考勤: where everything that attendance does begins."""

from django.views.decorators.http import require_safe

from students.access import AREA_ROLES, CLASS_ROLES, OFFICE_ROLES, REGISTRY_ROLES, SCHOOL_ROLES
from students.models import Role
from students.views.audience import only_for
from students.views.registry import show_ways

READERS = {*Role.values} - {Role.ADMINISTRATOR}
# Group → its entries: address, label, what one does there, and the roles that see it.
WAYS = {
    "点名": [
        ("students:register_board", "点名情况", "今天和最近14天哪些班点了、缺哪些，催点名", READERS),
        ("students:unverified", "待核实", "问清缺勤原因，一次点按写入点名", SCHOOL_ROLES | {Role.HOMEROOM_TEACHER}),
        ("students:alerts", "有学生不在", "科任教师的报告和答复", SCHOOL_ROLES | CLASS_ROLES),
        ("students:notices", "通知", "催点名等要马上知道的事", READERS),
        ("students:substitutes", "代班", "班主任外出时由谁代、从哪天到哪天", SCHOOL_ROLES),
        ("students:timetables", "课表", "各节次由谁上课、先由谁点名", SCHOOL_ROLES | CLASS_ROLES),
    ],
    "请假": [
        ("students:leave_slips", "请假条", "交请假条、审批、提前到校，补上缺的请假条", REGISTRY_ROLES),
    ],
    "校历": [
        ("students:calendar", "校历", "每月哪天上课、放假、停课，按谁的安排", READERS),
    ],
    "规则": [
        ("casework:rules", "规则", "缺课到第几天该做什么、由谁办、依据什么；新的规则先预演再执行", READERS),
    ],
    "汇总": [
        ("casework:daily", "每日上报", "一日一上报：当天的数、未上报的和上报后的更正", OFFICE_ROLES),
        ("reports:daily_summary", "每日考勤汇总", "任一天各班、各校的应到、实到和缺勤，点开看到人", OFFICE_ROLES),
        ("reports:sheets", "月考勤表", "按班看整月考勤，导出、打印空白表、补录", READERS),
    ],
    "预警": [
        ("casework:signs", "预警", "多日未见、零星旷课、出勤率低……写明依据和下一步", REGISTRY_ROLES),
        ("casework:my_concerns", "我报的预警", "报过的苗头谁看到了、办到哪一步", SCHOOL_ROLES | CLASS_ROLES),
        ("casework:signs_by_school", "各校预警", "各校有预警的学生人数", AREA_ROLES),
    ],
}


@require_safe
@only_for(READERS, "考勤由教师、学校和主管部门使用，系统管理员只管账号")
def attendance(request):
    """Every way that the reader's roles may go, with what waits for them."""
    return show_ways(request, "考勤", WAYS)
