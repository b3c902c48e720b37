"""The sample township as plain facts: read straight from its sheets, without the import."""

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

import openpyxl

from tests.brute_force import IN, PlainChild, PlainWorld

STATUTORY_DAYS = Path(__file__).resolve().parents[1] / "students" / "data" / "statutory_days.csv"
SLOTS = {"上午": "AM", "下午": "PM", "晚自习": "EV"}
KINDS = {
    "旷课": "unexcused",
    "待核实": "unverified",
    "事假": "personal_leave",
    "病假": "sick_leave",
    "公假": "official",
    "迟到": "late",
    "早退": "left_early",
}
EVENTS = {
    "入学": "enrol",
    "转入": "transfer_in",
    "转出": "transfer_out",
    "休学": "suspend",
    "休学复学": "resume",
    "辍学": "drop_out",
    "劝返复学": "return",
    "死亡": "decease",
    "出国": "leave_country",
    "毕业": "graduate",
    "转班": "class_move",
    "留级": "repeat",
    "跳级": "skip",
    "其他增加": "other_in",
    "其他减少": "other_out",
}
METHODS = {"电话": "phone", "微信": "wechat", "家访": "home_visit", "联合家访": "joint_visit", "书面": "letter"}
REPORTS = {
    "缺课报告": "absence_report",
    "流失报告": "loss_report",
    "复学报告": "return_report",
    "变动报告": "change_report",
}
ENTRIES = {"入学", "转入", "其他增加"}


def read(path: Path, *, presets: dict[str, dict]) -> tuple[PlainWorld, dict[str, PlainChild]]:
    """The world, and the children by 学籍号."""
    book = openpyxl.load_workbook(path)

    def rows(sheet):
        headers, *lines = book[sheet].iter_rows(values_only=True)
        return [dict(zip(headers, line, strict=True)) for line in lines]

    classes = [class_name(row) for row in rows("班级")]
    world = PlainWorld(
        terms=[(day(row["开始日期"]), day(row["结束日期"])) for row in rows("学年学期")],
        school_of={name: name.split()[0] for name in classes},
        rules={row["学校标识码"]: [(date.min, presets[row["规则集"] or "standard"])] for row in rows("学校")},
        overrides=defaultdict(dict),
        registers={name: defaultdict(set) for name in classes},
    )
    with STATUTORY_DAYS.open() as file:
        for row in csv.DictReader(file):
            world.overrides["statutory"][day(row["date"])] = row["kind"] == "work"
    for row in rows("校历"):
        place = class_name(row) if row["班号"] else row["学校标识码"] or "county"
        world.overrides[place][day(row["日期"])] = row["类型"] == "上课"
    for row in rows("点名"):
        world.registers[class_name(row)][day(row["日期"])].add(slot(row))
    return world, read_children(rows)


def read_children(rows) -> dict[str, PlainChild]:
    history, children = defaultdict(list), {}
    for row in rows("学籍变动"):
        history[row["学籍号"]].append(row)
    for row in rows("学生"):
        # A stable sort: the events of one day stand in row order.
        later = sorted(history[row["学籍号"]], key=lambda event: event["发生日期"])
        events = [] if later and later[0]["变动类型"] in ENTRIES else [(entry_day(row), "enrol", class_name(row))]
        events += [(day(event["发生日期"]), EVENTS[event["变动类型"]], joined(event, row)) for event in later]
        children[row["学籍号"]] = PlainChild(events)
    for row in rows("缺勤"):
        children[row["学籍号"]].marks.setdefault(day(row["日期"]), {})[slot(row)] = KINDS[row["类型"]]
    for row in rows("请假"):
        children[row["学籍号"]].leaves.append((day(row["开始日期"]), day(row["结束日期"])))
    for row in rows("联系记录"):
        children[row["学籍号"]].contacts.append((day(row["日期"]), METHODS[row["方式"]]))
    for row in rows("报告"):
        children[row["学籍号"]].reports.append((day(row["日期"]), REPORTS[row["报告类型"]]))
    return children


def day(text: str) -> date:
    return date.fromisoformat(text)


def slot(row: dict) -> str:
    return SLOTS.get(str(row["节次"]), str(row["节次"]))


def class_name(row: dict) -> str:
    return f"{row['学校标识码']} {row['班号']}"


def entry_day(student: dict) -> date:
    month = str(student["入学年月"])
    return date(int(month[:4]), int(month[4:]), 1)


def joined(event: dict, student: dict) -> str | None:
    """The class that an event leads into, where it names one."""
    if event["班号"]:
        return class_name({"学校标识码": event["学校标识码"] or student["学校标识码"], "班号": event["班号"]})
    assert EVENTS[event["变动类型"]] not in IN - {"resume", "return"}
    return None


def exported(number: str, world: PlainWorld, row: dict) -> dict:
    """An obligation as ``export obligations`` writes it."""
    school, school_class = row["school_class"].split()
    dates = {name: row[name] and row[name].isoformat() for name in ("key", "triggered_on", "due_on", "run_start")}
    return {
        "student": number,
        "school": school,
        "class": school_class,
        "tier": row["tier"],
        **dates,
        "run_days": row["run_days"],
        "unknown_days": row["unknown_days"],
        "status": row["status"],
        "done_on": row["done_on"] and row["done_on"].isoformat(),
    }
