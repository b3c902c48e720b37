"""责任考核: where everything that scores and responsibilities do begins."""

from django.views.decorators.http import require_safe

from students.access import (
    AREA_ROLES,
    CLASS_ROLES,
    COUNTY_ROLES,
    OFFICE_ROLES,
    OVERSEER_ROLES,
    REGISTRY_ROLES,
    SCHOOL_ROLES,
)
from students.views.attendance import READERS
from students.views.audience import only_for
from students.views.registry import show_ways

# Group → its entries: address, label, what one does there, and the roles that see it.
WAYS = {
    "得分": [
        ("scoring:scores", "班级责任考核", "各班的得分，每一分的依据都能点开", REGISTRY_ROLES),
        ("scoring:mine", "我的考核", "自己这个月的得分，每一分是哪一天、哪件事", CLASS_ROLES),
        ("scoring:school_months", "学校月考核", "各校当月的得分、等级和排名", OFFICE_ROLES),
        ("scoring:teachers", "教师个人绩效", "一所学校各位教师当月的得分", COUNTY_ROLES | SCHOOL_ROLES),
    ],
    "申诉和定分": [
        ("scoring:appeals", "申诉", "不可归责的写明情况，附上材料；答复写在得分里", REGISTRY_ROLES | CLASS_ROLES),
        ("scoring:freezes", "学期定分", "学期结束后核对、签字、检查、定分，以后只出更正", OFFICE_ROLES),
    ],
    "评优": [
        ("scoring:awards", "评优", "无流失生班级和年级、先进校、先进个人：谁符合、为什么", OFFICE_ROLES),
        ("scoring:award_lists", "表彰名单", "评定过的名单，打印奖状；定分更正后的变更", OFFICE_ROLES),
    ],
    "办法": [
        ("scoring:scheme", "考核办法", "考核哪些事、各多少分、依据什么；新的办法先试算再采用", READERS),
        ("scoring:month_scheme", "学校考核办法", "学校每月怎样计分、怎样评等级；新的办法先试算再采用", READERS),
    ],
    "督查": [
        ("inspections:count_reasons", "随机清点", "哪些班要到班里看一看，抽取和结果", OVERSEER_ROLES),
        ("inspections:mismatches", "清点不符", "清点没有看到、点名说在校的学生", OFFICE_ROLES),
        ("inspections:rounds", "专项检查", "到校按检查表评分，汇总排名，学校回复", OFFICE_ROLES),
        ("inspections:rectifications", "整改台账", "检查发现的问题：措施、责任人、期限、销号", OFFICE_ROLES),
    ],
    "责任": [
        ("scoring:pledges", "责任书", "局校、校内各层的责任书：生成、签发、打印，谁还没有签", OFFICE_ROLES),
        ("scoring:my_pledges", "我的责任书", "自己承担的工作、目标，签字", CLASS_ROLES | SCHOOL_ROLES),
        ("scoring:bundles", "三包", "重点生由谁负责：包村、包班、包学生，谁还没有人包", OFFICE_ROLES),
        ("scoring:my_bundles", "我包的学生", "学校交给你的重点生：打电话、家访、记联系", OFFICE_ROLES | CLASS_ROLES),
        ("scoring:liaisons", "联点", "县、乡干部联系学校，哪些学校还没有人", AREA_ROLES),
    ],
}


@require_safe
@only_for(READERS, "责任考核由教师、学校和主管部门查看，系统管理员只管账号")
def responsibility(request):
    """Every way that the reader's roles may go, with what waits for them."""
    return show_ways(request, "责任考核", WAYS)
