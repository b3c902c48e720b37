"""学籍: where everything that the registry does begins."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from students.access import AREA_ROLES, KEEPER_ROLES, OFFICE_ROLES, REGISTRY_ROLES, Scope
from students.models import Role
from students.queries.waiting import WAITING
from students.views.audience import only_for

# Group → its entries: address, label, what one does there, and the roles that see it.
WAYS = {
    "变动": [
        ("students:new_child", "新增学生", "县外转入、其他增加、新生入学", {Role.REGISTRY_CLERK}),
        ("students:transfers", "转学", "发出、接收和县外转学的确认", OFFICE_ROLES),
        ("students:suspensions", "休学", "申请、审批、延期和期满", OFFICE_ROLES),
        ("students:unaccounted", "疑似失联", "转出未确认、休学期满未复学、未报到、无学籍号", OFFICE_ROLES),
    ],
    "核查": [
        ("students:head_counts", "班级清点", "到班里数人，与名册对照", REGISTRY_ROLES),
        ("casework:opening", "开学到校", "开学第一周应到、实到和未到", REGISTRY_ROLES),
        ("casework:watches", "关注学生", "动摇生、贫困生、学困生：提出、确认、复核", REGISTRY_ROLES),
        ("casework:likely_lost", "可能流失学生", "每名学生为什么、从哪天起、由谁办、下一步", REGISTRY_ROLES),
        ("students:campaigns", "三比对排查", "户籍、学籍、在校逐人落实", OFFICE_ROLES),
        ("students:residents", "户籍儿童", "查找户籍儿童和他们对应的学生", AREA_ROLES),
        ("students:matches", "户籍比对", "户籍儿童与学生逐对确认", AREA_ROLES),
        ("students:comparisons", "与全国系统核对", "上传全国系统导出表，找出差异", KEEPER_ROLES),
    ],
    "文书": [
        ("casework:documents", "文书", "报告、记录、通知书：起草、签发、签收、退回", REGISTRY_ROLES),
        ("casework:document_register", "发文登记", "按年份和种类查每一个文号", REGISTRY_ROLES),
        ("scoring:pledges", "责任书", "一次生成全校的控辍保学责任书，谁还没有签", OFFICE_ROLES),
    ],
    "数据": [
        ("reports:rosters", "名册与台账", "适龄、困境、留守、脱贫、随班就读", REGISTRY_ROLES),
        ("casework:uploads", "导入文件", "上传工作簿，检查后写入", KEEPER_ROLES),
    ],
    "学年": [
        ("students:year_turns", "学年交替", "升级、毕业、留级和跳级", OFFICE_ROLES),
        ("students:hand_overs", "整班移交", "小升初、幼升小移交和逐人报到", OFFICE_ROLES),
        ("students:policy", "县级规定", "天数、年龄等各项规定及来源", AREA_ROLES),
    ],
}


@require_safe
@only_for(REGISTRY_ROLES, "学籍工作由学籍管理员、学校领导和县乡工作人员办理")
def registry(request):
    """Every way that the reader's roles may go, with what waits for them."""
    return show_ways(request, "学籍", WAYS)


def show_ways(request, title: str, ways: dict):
    """A page that leads to the work of a field: groups of entries, each with its count of what waits."""
    context = {"title": title, "groups": ways_of(ways, request.scope, request.today)}
    return render(request, "students/ways.html", context)


def ways_of(ways: dict, scope: Scope, today) -> dict[str, list[dict]]:
    """Group → entries of the page that the scope may go; groups without an entry are left out."""
    groups = {}
    for title, entries in ways.items():
        groups[title] = [
            {"url": reverse(name), "label": label, "note": note, "waiting": WAITING.get(name, _nothing)(scope, today)}
            for name, label, note, roles in entries
            if scope.roles & roles
        ]
    return {title: entries for title, entries in groups.items() if entries}


def _nothing(scope: Scope, today) -> int:
    return 0
