"""报表: where the figures, the returns and the ledgers begin."""

from django.views.decorators.http import require_safe

from students.access import OFFICE_ROLES
from students.views.audience import only_for
from students.views.registry import show_ways

# Group → its entries: address, label, what one does there, and the roles that see it.
WAYS = {
    "上报": [
        ("returns:returns", "月报上报", "每月核对、签字、上报，没有变动也报；哪些学校还没有报", OFFICE_ROLES),
    ],
    "数字": [
        ("reports:figures", "月报数字", "每个学校、年级的在校、变动、巩固率和辍学率，每个数字点开是学生", OFFICE_ROLES),
        ("reports:daily_summary", "每日考勤汇总", "各班、各校当天的应到、实到和缺勤", OFFICE_ROLES),
        ("casework:funnel", "劝返漏斗", "从发现缺课到返校、销号，每一步有多少学生", OFFICE_ROLES),
    ],
    "台账": [
        ("reports:rosters", "名册与台账", "适龄、疑似辍学、辍学台账和各类花名册", OFFICE_ROLES),
        ("reports:export_orders", "导出的文件", "在后台生成的大表：进度、下载，保留一天", OFFICE_ROLES),
    ],
}


@require_safe
@only_for(OFFICE_ROLES, "报表由学校管理人员和主管部门查看")
def ways(request):
    """Every table that the reader's roles may open, with what waits for them."""
    return show_ways(request, "报表", WAYS)
