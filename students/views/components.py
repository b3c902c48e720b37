"""The page ``/components/``: every component in all its states, side by side, with invented data and no query."""

from datetime import date, timedelta

from django import forms
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from students.attendance_year import DayCell, Stay, YearFacts, year_cells
from students.calendar import SchoolDays
from students.days import MarkKind

EXAMPLE_DAYS = [date(2026, 9, 1) + timedelta(days=number) for number in range(300)]
REASONS = [("study", "厌学"), ("poverty", "家庭困难"), ("work", "务工"), ("illness", "患病"), ("other", "其他")]
RESULTS = [
    ("reached", "已联系上"),
    ("no_answer", "未接通"),
    ("returning", "答应返校"),
    ("wrong_number", "号码有误"),
    ("moved", "地址不符"),
    ("other", "其他情况"),
]
DUTIES = [
    {"who": "张三", "sentence": "今天上午旷课，请联系家长", "due": "今天放学前", "phone": "13812345678"},
    {
        "who": "欧阳娜娜",
        "sentence": "连续缺课 3 天，请写《学生缺课报告》",
        "due": "应在 9月9日",
        "overdue": "逾期 1 天",
    },
    {"who": "李四", "sentence": "昨天缺课一天，请家访", "due": "今天放学前"},
    {"who": "王小明", "sentence": "9月7日旷课，已联系家长", "due": "按时完成", "done": "已完成"},
]
ENTRIES = [
    {
        "when": "9月7日 周一 8:12",
        "title": "上午旷课",
        "text": "班主任点名时不在，未请假。",
        "by": "陈老师",
        "tone": "alarm",
    },
    {"when": "9月7日 周一 8:40", "title": "电话联系父亲，未接通", "by": "陈老师", "tone": "warn"},
    {
        "when": "9月8日 周二 17:30",
        "title": "家访，见到奶奶",
        "text": "孩子随舅舅去了县城，奶奶答应当晚通电话。",
        "by": "陈老师、李主任",
        "tone": "note",
    },
    {"when": "9月10日 周四 8:05", "title": "返校上课", "tone": "ok"},
    {"when": "9月24日 周四 9:00", "title": "销号", "text": "返校后到校满 10 天。"},
]
STAGES = [
    {"label": "关注", "state": "done", "note": "9月7日"},
    {"label": "缺课", "state": "done", "note": "9月9日"},
    {"label": "已报流失", "state": "current", "note": "9月18日"},
    {"label": "辍学", "state": "ahead"},
    {"label": "已复学", "state": "ahead"},
    {"label": "销号", "state": "ahead"},
]
TABS = [
    {"label": "待处理", "url": "#lists", "current": True, "count": 12},
    {"label": "已复学", "url": "#lists", "current": False, "count": 3},
    {"label": "已销号", "url": "#lists", "current": False, "count": 0},
]
STUDENTS = [
    {"name": "陈思远", "class": "七年级（2）班", "days": 3, "phone": "13812345678", "state": "逾期", "tone": "alarm"},
    {"name": "欧阳娜娜", "class": "七年级（2）班", "days": 10, "phone": "13912340000", "state": "待写", "tone": "warn"},
    {
        "name": "古丽·买买提",
        "class": "八年级（1）班",
        "days": 1,
        "phone": "13700001234",
        "state": "已联系",
        "tone": "ok",
    },
]
WEEKS = [
    ("陈思远", ["", "unexcused", "unexcused", "unverified", "no_school"]),
    ("欧阳娜娜", ["", "", "late", "sick_leave", "no_school"]),
    ("古丽·买买提", ["personal_leave", "official", "left_early", "unknown", "no_school"]),
]
WEEKDAYS = ["周一", "周二", "周三", "周四", "周五"]
SCHOOLS = [("青石镇中心学校", 120), ("石桥初级中学", 386), ("白水九年一贯制学校", 245)]
FIGURES = ["期初在校", "入学", "转入", "休学复学", "劝返复学", "转出", "休学", "辍学", "毕业", "期末在校"]
MONTHS = ["9月", "10月", "11月", "12月", "1月", "2月", "3月", "4月", "5月", "6月"]
COURSE = [0.2, 0.3, 0.3, 0.9, 0.8, None, 2.1, 1.4, 1.2, 0.9]
BESIDE = [0.1, 0.3, 0.4, 0.5, 0.7, 0.8, 1.0, 1.2, 1.5, 1.6]
LINES = [("目标：低于", 2), ("国家参考线", 1.8)]
RATES = [("石桥初级中学", 2.4, "9/375人"), ("白水九年一贯制学校", 1.1, "3/272人"), ("青石镇中心学校", 0.6, "2/318人"),
         ("高坪初级中学", 0, "0/164人")]  # fmt: skip

# Fifty names, one character of each line a name; then the short, the long and the very long.
SURNAMES = "陈林黄吴张李王刘杨周孙马朱胡郭何高罗梁宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅"
FIRST = "思婉志雨子浩一雪佳翔敏晨词婷欣冰阳诺超然瑶伟依湃虹梦洋洁生醒宇凡来甜娟宁文珊可心悦涵轩怡琪睿博嘉俊明"
SECOND = "远清强桐涵然鸣琪怡宇慧曦雅婷悦月光言凡之瑶杰依波云琪帆如辉晨轩一仪甜秀静博珊欣怡然宁豪宁琳智文乐杰辉"
NAMES = ["".join(characters) for characters in zip(SURNAMES, FIRST, SECOND, strict=True)]
NAMES[2], NAMES[5], NAMES[6], NAMES[7] = "欧阳娜娜", "张三", "李四", "阿卜杜热合曼·买买提"


class ExampleForm(forms.Form):
    """A contact as a teacher would record it (联系记录)."""

    day = forms.DateField(label="联系日期", widget=forms.DateInput(attrs={"type": "date"}))
    who = forms.CharField(label="接听人", help_text="姓名和与学生的关系，例如：王建国，父亲。")
    reason = forms.ChoiceField(label="缺课原因", choices=REASONS, widget=forms.RadioSelect)
    wishes = forms.MultipleChoiceField(
        label="需要的帮助", choices=REASONS[:3], required=False, widget=forms.CheckboxSelectMultiple
    )
    whereabouts = forms.ChoiceField(label="去向", choices=[("", "请选择"), ("home", "在家")], required=False)
    words = forms.CharField(label="谈话内容", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    photo = forms.FileField(label="家访照片", required=False, help_text="每张不超过 10 兆。")
    told = forms.BooleanField(label="已告诉教务处", required=False)
    school = forms.CharField(label="学校", initial="青石镇中心学校", disabled=True)


class ExampleFilter(forms.Form):
    """Search and filters of a list of students (学生筛选)."""

    q = forms.CharField(label="搜索", required=False, help_text="姓名、拼音首字母或末四位")
    grade = forms.ChoiceField(label="年级", choices=[("", "全部"), ("7", "七年级"), ("8", "八年级")], required=False)
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), ("absent", "缺课中")], required=False)


def example_forms() -> dict:
    """The same form empty and sent with mistakes, a filter in force, a long list and a short one."""
    return {
        "form": ExampleForm(auto_id="empty_%s"),
        "wrong": ExampleForm({"wrong-reason": "study", "wrong-words": "通话三分钟。"}, prefix="wrong"),
        "filter_form": ExampleFilter({"q": "zs", "grade": "7", "state": ""}),
        "page": Paginator(range(182), 20).page(4),
        "single_page": Paginator(range(3), 20).page(1),
    }


def example_duties() -> list[dict]:
    """A duty to dial, one to write, one to record, one done."""
    blank = {"overdue": "", "phone": "", "phone_of": "", "label": "", "results": (), "done": ""}
    duties = [blank | duty | {"key": key} for key, duty in enumerate(DUTIES)]
    duties[0] |= {"phone_of": "父亲", "results": RESULTS}
    duties[1] |= {"label": "写报告"}
    return duties


def example_class() -> dict:
    """Fifty children with yesterday's absentees first, as the register shows them."""
    children = [{"id": number, "number": number, "name": name, "mark": ""} for number, name in enumerate(NAMES, 1)]
    children[2]["mark"] = MarkKind.SICK_LEAVE.value
    children[4]["mark"] = MarkKind.LATE.value
    children[6]["mark"] = MarkKind.UNEXCUSED.value
    return {"absent_yesterday": children[5:8], "others": children[:5] + children[8:]}


def example_year() -> list[DayCell]:
    """A school year up to a day in November, with a square of every kind (考勤日历)."""
    days = SchoolDays(tuple(day for day in EXAMPLE_DAYS if day.weekday() < 5))
    marks = {day: {"AM": kind, "PM": kind} for day, kind in zip(days.days[20:], MarkKind, strict=False)}
    marks[days.days[28]] = {"AM": MarkKind.UNEXCUSED}
    taken = {(1, day): {"AM", "PM"} for day in days.days if day != days.days[30]}
    facts = YearFacts(stays=[Stay(1, EXAMPLE_DAYS[0], None)], school_days={1: days}, taken=taken, marks=marks)
    return year_cells(EXAMPLE_DAYS[0].year, facts, today=EXAMPLE_DAYS[75])


@require_safe
def components(request):
    """Everything a page can be made of, in all its states (组件)."""
    context = {
        "duties": example_duties(),
        "entries": ENTRIES,
        "stages": STAGES,
        "tabs": TABS,
        "students": STUDENTS,
        "weeks": WEEKS,
        "weekdays": WEEKDAYS,
        "schools": SCHOOLS,
        "figures": FIGURES,
        "months": list(zip(MONTHS, COURSE, strict=True)),
        "courses": [("本校", list(zip(MONTHS, COURSE, strict=True))), ("全县", list(zip(MONTHS, BESIDE, strict=True)))],
        "lines": LINES,
        "rates": RATES,
        "year": example_year(),
        "kept_states": ["waiting", "login", "sent", "conflict", "refused"],
        "signs": ["", *MarkKind, "unknown", "no_school"],
    }
    return render(request, "components_page.html", context | example_forms() | example_class())
