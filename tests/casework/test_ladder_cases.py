"""The cases of ``cases/*.yaml``: facts as a school would tell them, and what is owed on which day, as sentences.

In a case every register of every school day has been taken and whoever is not named as absent was there; 未点名 names
the registers that are missing. A day without a year lies in 2026. Ladder and brute force both have to agree with it.
"""

import csv
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from casework.contacts import ContactMethod
from casework.ruleset import EXPORTED_TIERS, Tier
from students.days import MARK_LABELS, SLOT_LABELS
from students.enrolment import EVENT_LABELS
from tests import brute_force
from tests.brute_force import DAY, PlainChild, PlainWorld
from tests.casework.small_world import PRESETS, climb

FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
STATUTORY_DAYS = Path(__file__).resolve().parents[2] / "students" / "data" / "statutory_days.csv"
KEYS = {
    *("情形", "学期", "校历", "学校", "入学"),  # the world and how the child came into it
    *("学籍变动", "缺勤", "未点名", "请假", "联系", "报告", "证明", "批准"),  # what happened
    *("只看", "应有", "缺课段"),  # what is asked
}

SLOTS = {label: str(slot) for slot, label in SLOT_LABELS.items()}
KINDS = {label: str(kind) for kind, label in MARK_LABELS.items()}
EVENTS = {label: str(kind) for kind, label in EVENT_LABELS.items()}
METHODS = {method.label: str(method) for method in ContactMethod}
REPORTS = {tier.label: str(tier) for tier in Tier}
USUAL = {tier.label for tier in EXPORTED_TIERS}  # what a case looks at where it does not say 只看
RULES = {preset["title"]: preset for preset in PRESETS.values()}


def all_cases():
    for path in FILES:
        content = yaml.safe_load(path.read_text())
        for case in content["各种情形"]:
            case = content["共同"] | case
            assert set(case) <= KEYS, (path.name, set(case) - KEYS)
            yield pytest.param(case, id=f"{path.stem}：{case['情形']}")


def read_day(text: str) -> date:
    year, month, day = re.fullmatch(r"(?:(\d{4})年)?(\d+)月(\d+)日", text).groups()
    return date(int(year or 2026), int(month), int(day))


def read_days(text: str) -> list[date]:
    """9月7日, or 9月7日至9月11日 with both ends."""
    first, last = read_span(text)
    return [first + DAY * n for n in range((last - first).days + 1)]


def read_span(text: str) -> tuple[date, date]:
    first, _, last = text.partition("至")
    return read_day(first), read_day(last or first)


def read_rules(rules) -> list[tuple[date, dict]]:
    """A title, or a list: 标准规则, then 9月9日起从严规则."""
    if isinstance(rules, str):
        return [(date.min, RULES[rules])]
    first, *later = rules
    changes = [text.split("起", 1) for text in later]
    return [(date.min, RULES[first]), *((read_day(day), RULES[title]) for day, title in changes)]


def read_world(case: dict) -> PlainWorld:
    schools = case["学校"]
    school_of = {name: school for school, row in schools.items() for name in row["班级"]}
    world = PlainWorld(
        terms=[read_span(text) for text in case["学期"]],
        school_of=school_of,
        rules={school: read_rules(row["规则"]) for school, row in schools.items()},
        overrides={"statutory": statutory_days()},
    )
    for place, days in case.get("校历", {}).items():
        name = "county" if place == "全县" else place
        assert name in {"county", *schools, *school_of}, place
        world.overrides[name] = {read_day(day): kind == "上课" for day, kind in days.items()}
    for name, school in school_of.items():
        slots = {SLOTS[slot] for slot in schools[school]["节次"]}
        first, last = world.terms[0][0], world.terms[-1][1]
        days = [first + DAY * n for n in range((last - first).days + 1)]
        world.registers[name] = {day: set(slots) for day in days if brute_force.is_school_day(world, name, day)}
    leave_out_registers(world, case)
    return world


def leave_out_registers(world: PlainWorld, case: dict) -> None:
    for text in case.get("未点名", ()):
        span, _, slot = text.partition(" ")
        for day in read_days(span):
            for registers in world.registers.values():
                registers.get(day, set()).difference_update([SLOTS[slot]] if slot else list(SLOTS.values()))


def statutory_days() -> dict[date, bool]:
    with STATUTORY_DAYS.open() as file:
        return {date.fromisoformat(row["date"]): row["kind"] == "work" for row in csv.DictReader(file)}


def read_child(case: dict, world: PlainWorld) -> PlainChild:
    events = [read_event(text) for text in case.get("学籍变动", ())]
    if entered := case["入学"]:
        on, joined = entered.split()
        events.insert(0, (read_day(on), "enrol", joined))
    child = PlainChild(
        events=events,
        leaves=[read_span(text) for text in case.get("请假", ())],
        contacts=[read_act(text, METHODS) for text in case.get("联系", ())],
        reports=[read_act(text, REPORTS) for text in case.get("报告", ())],
        certificates=[read_pair(text, "提交") for text in case.get("证明", ())],
        suspensions=[read_pair(text, "期满") for text in case.get("批准", ())],
    )
    for span, kinds in case.get("缺勤", {}).items():
        for day in read_days(span):
            place = brute_force.where(child, day)
            taken = world.registers[place[0]].get(day, set()) if place else set()
            if isinstance(kinds, str):
                marks = dict.fromkeys(taken, KINDS[kinds])
            else:
                marks = {SLOTS[slot]: KINDS[kind] for slot, kind in kinds.items()}
                assert marks.keys() <= taken, f"{span}有缺勤而没有点名"
            if marks:
                child.marks[day] = marks
    return child


def read_event(text: str) -> tuple[date, str, str | None]:
    on, kind, *joined = text.split()
    return read_day(on), EVENTS[kind], joined[0] if joined else None


def read_act(text: str, names: dict[str, str]) -> tuple[date, str]:
    on, name = text.split()
    return read_day(on), names[name]


def read_pair(text: str, verb: str) -> tuple[date, date]:
    """9月9日的变动，9月14日提交 or 9月9日的变动，12月31日期满."""
    changed, other = text.removesuffix(verb).split("的变动，")
    return read_day(changed), read_day(other)


def say_day(day: date) -> str:
    year = "" if day.year == 2026 else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def say_days(days: int, unknown: int, what: str = "缺课") -> str:
    return f"{what}{days}天" + (f"、未点名{unknown}天" if unknown else "")


def say_obligation(row: dict) -> str:
    """9月9日 缺课报告（一班）：9月7日起缺课3天，9月9日到期，待办."""
    run = row["run_start"]
    if row["tier"] != "suspension_end":
        by_run = row["tier"] not in {"contact", "change_report", "change_evidence", "opening_visit"}
        assert row["key"] == (run if by_run else row["triggered_on"]), "the key says which run or which day"
    until = f"{say_day(row['key'])}期满，" if row["tier"] == "suspension_end" else ""
    counted = say_days(row["run_days"], row["unknown_days"], "请假" if row["tier"] == "excused_check" else "缺课")
    so_far = f"{say_day(run)}起{counted}，" if run else ""
    assert run or (row["run_days"], row["unknown_days"]) == (0, 0)
    done = row["done_on"] and say_day(row["done_on"])
    state = {"open": "待办", "late_open": "逾期未办", "done": f"{done}已办", "late_done": f"{done}逾期已办"}
    return (
        f"{say_day(row['triggered_on'])} {Tier(row['tier']).label}（{row['school_class']}）："
        f"{until}{so_far}{say_day(row['due_on'])}到期，{state[row['status']]}"
    )


def say_run(run: dict) -> str:
    """9月7日起缺课3天，至9月9日（一班），9月10日到校结束."""
    words = f"{say_day(run['started_on'])}起{say_days(run['days'], run['unknown_days'])}，"
    words += f"至{say_day(run['last_absent_on'])}（{run['school_class']}），"
    if run["ended_on"] is None:
        assert run["settled_on"] is None
        return words + "尚未结束"
    if run["ended_on"] == run["settled_on"]:
        return words + f"{say_day(run['ended_on'])}到校结束"
    words += f"{say_day(run['ended_on'])}离校结束"
    return words + (f"，{say_day(run['settled_on'])}再到校" if run["settled_on"] else "")


def naive(world, child, as_of):
    return brute_force.obligations(world, child, as_of), brute_force.runs(world, child, as_of)


@pytest.mark.parametrize("ask", [climb, naive], ids=["ladder", "naive"])
@pytest.mark.parametrize("case", list(all_cases()))
def test_on_each_day_is_owed_what_the_case_says(case, ask):
    world = read_world(case)
    child = read_child(case, world)
    wanted = case.get("只看", USUAL)
    assert set(wanted) <= set(REPORTS)
    assert case.get("应有") or case.get("缺课段")
    for as_of, expected in case.get("应有", {}).items():
        obligations, _ = ask(world, child, read_day(as_of))
        assert [say_obligation(row) for row in obligations if Tier(row["tier"]).label in wanted] == expected, as_of
    for as_of, expected in case.get("缺课段", {}).items():
        _, runs = ask(world, child, read_day(as_of))
        assert [say_run(run) for run in runs] == expected, as_of


@pytest.mark.parametrize("title", RULES)
def test_every_counted_threshold_of_a_preset_has_a_case_that_ends_one_day_short_and_goes_on_to_reach_it(title):
    cases = [parameter.values[0] for parameter in all_cases() if parameter.values[0]["情形"].startswith(title)]
    for trigger in RULES[title]["triggers"]:
        if trigger["measure"] == "run_school_days":
            tier, reached = Tier(trigger["tier"]).label, f"起缺课{trigger['threshold']}天，"
            answers = [case["应有"].values() for case in cases if tier in case.get("只看", USUAL)]
            assert any(
                not any(f" {tier}（" in sentence for sentence in before)
                and any(
                    f" {tier}（" in sentence and reached in sentence and "待办" in sentence for sentence in on_the_day
                )
                for days in map(list, answers)
                for before, on_the_day in pairwise(days)
            ), (title, tier)
