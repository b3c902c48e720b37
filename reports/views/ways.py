"""报表: where the figures, the returns and the ledgers begin."""

from django.views.decorators.http import require_safe

from students.access import AREA_ROLES, OFFICE_ROLES
from students.views.audience import only_for
from students.views.registry import show_ways

# Group → its entries: address, label, what one does there, and the roles that see it.
WAYS = {
    "上报": [
        (
            "returns:rounds",
            "四个一",
            "每日点名、每月上报、每季复核、每学期和每年报告：各到哪一步，下一步做什么",
            OFFICE_ROLES,
        ),
        (
            "returns:returns",
            "各校上报",
            "月报、学期报告、学年报告：核对、签字、上报，没有变动也报；哪些学校还没有报",
            OFFICE_ROLES,
        ),
        ("returns:reviews", "季度复核", "每季度到校抽查：上报的学生和数字是否属实，不实的由学校更正", OFFICE_ROLES),
    ],
    "数字": [
        ("reports:county", "控辍看板", "当月的巩固率和辍学率、各月走势、各校比较，今天的点名和逾期", OFFICE_ROLES),
        ("reports:figures", "月报数字", "每个学校、年级的在校、变动、巩固率和辍学率，每个数字点开是学生", OFFICE_ROLES),
        (
            "reports:figure_parts",
            "按性别、乡镇和群体",
            "当月各项数字按性别、乡镇、特殊群体分开",
            OFFICE_ROLES,
        ),
        ("reports:cohorts", "三年、六年巩固率", "各校每一届入学、转入转出、毕业多少人，分配指标生的依据", OFFICE_ROLES),
        ("reports:years", "三年对照", "三个学年的辍学率、巩固率、完成率、入学率，与目标对照", AREA_ROLES),
        ("reports:bulletin", "每日通报", "今天哪些学校缺点名、有逾期待办、有疑似辍学，可打印通报", AREA_ROLES),
        ("reports:daily_summary", "每日考勤汇总", "各班、各校当天的应到、实到和缺勤", OFFICE_ROLES),
        ("casework:funnel", "劝返漏斗", "从发现缺课到返校、销号，每一步有多少学生", OFFICE_ROLES),
    ],
    "报告": [
        (
            "reports:work_reports",
            "工作情况报告",
            "半月、月度、学期的控辍保学工作情况：自动填好，修改、定稿、打印",
            OFFICE_ROLES,
        ),
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
