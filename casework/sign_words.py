"""Early signs 预警 in words a teacher can read: what a sign means, why a child has it, what to do next. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from casework.signs import SignCode
from casework.wording import joined_days, short_day
from students.days import Slot
from students.policy import Policy

SHOWN_DAYS = 6  # days told one by one; more stand on the child's page

ADVICE = {
    SignCode.UNSEEN: "今天家访，当面见到孩子，并报告学校",
    SignCode.UNEXCUSED: "联系家长，问清去向和原因，记下结果",
    SignCode.FAMILY: "家访，一次问清一家几个孩子的情况",
    SignCode.ATTENDANCE: "约家长谈一次，找出缺勤的主要原因",
    SignCode.LEAVE: "核对请假条和病情，久病的办理休学",
    SignCode.WEEKDAYS: "问清周末接送和返校时间，与家长约好",
    SignCode.FIRST_MONTH: "本学期多留意，缺勤当天就联系家长",
    SignCode.VILLAGE: "请村干部一起了解村里的情况",
}


def definition(code: SignCode, policy: Policy) -> str:
    """Who is listed, in a sentence under the list."""
    return {
        SignCode.UNSEEN: f"满{policy.unseen_days}天没有在任何一次点名中见到，不论请假与否；没有点名的日子不算见到，"
        "两个学期之间的假期不计，新到班的从到班那天算起。",
        SignCode.UNEXCUSED: f"最近{policy.sign_window}天旷课（含待核实）满{policy.sign_slots}个节次，"
        "最后一次以后没有联系家长。",
        SignCode.FAMILY: "正在连续缺课，而且家长电话相同的另一名学生也在连续缺课。",
        SignCode.ATTENDANCE: f"本学期到校节次不足已点名节次的{policy.low_attendance}%，事假、病假、公假也算缺勤；"
        f"点过名的满{policy.low_attendance_days}天才算。",
        SignCode.LEAVE: f"一次请假满{policy.long_leave_days}个上课日，或者最近{policy.leave_window}天请假满"
        f"{policy.leave_spells}次；整天的事假、病假、公假才算，已经开始的假按批准的天数算。",
        SignCode.WEEKDAYS: f"最近{policy.pattern_weeks}周在周一、周五缺勤满{policy.pattern_days}天，"
        f"并且占全部缺勤日的{policy.pattern_share}%以上；缺一个节次也算一天。",
        SignCode.FIRST_MONTH: f"9月整天缺课满{policy.first_month_days}天，请假也算；列到这个学期结束。",
        SignCode.VILLAGE: "正在连续缺课，而且户籍同村的另一名学生也在连续缺课。",
    }[code]


def reason(code: SignCode, details: Mapping[str, Any], *, named: Sequence[str] = (), unnamed: int = 0) -> str:
    """Why a child has the sign, with the days: 最近45天旷课5次（9月7日上午、下午，8日上午……），其后没有联系家长.

    ``named``: the other children whom the reader may know of; ``unnamed``: how many more there are.
    """
    if code in (SignCode.FAMILY, SignCode.VILLAGE):
        return _others(code, named, unnamed)
    return REASONS[code](details)


def _unseen(details: Mapping) -> str:
    if details["last"]:
        return f"最后一次到校是{_day(details['last'])}，学期内已有{details['days']}天没有见到"
    return f"从{_day(details['from'])}起一次也没有见到，学期内已有{details['days']}天"


def _unexcused(details: Mapping) -> str:
    days, month = [], None
    for text, slots in details["days"][:SHOWN_DAYS]:
        day = date.fromisoformat(text)
        shown = short_day(day) if day.month != month else f"{day.day}日"
        days.append(shown + ("、".join(Slot(slot).label for slot in slots) if len(slots) < 3 else f"{len(slots)}次"))
        month = day.month
    more = "……" if len(details["days"]) > SHOWN_DAYS else ""
    return f"最近{details['window']}天旷课{details['slots']}次（{'，'.join(days)}{more}），其后没有联系家长"


def _attendance(details: Mapping) -> str:
    slots, missed = details["slots"], details["missed"]
    share = f"{(slots - missed) * 1000 // slots / 10:.1f}".removesuffix(".0")  # rounded down: below 90 is never 90
    excused = f"，其中请假{details['excused']}次" if details["excused"] else ""
    return f"本学期出勤率{share}%：点名{slots}次，缺勤{missed}次{excused}"


def _leave(details: Mapping) -> str:
    told = [f"{_span(first, last)}{days}天" for first, last, days in details["spells"]]
    times = f"最近{details['window']}天请假{len(told)}次" if len(told) > 1 else "请假"
    return f"{times}（{'，'.join(told[-SHOWN_DAYS:])}）"


def _weekdays(details: Mapping) -> str:
    return (
        f"最近{details['weeks']}周缺勤{details['missed']}天，周一、周五占{len(details['days'])}天（{_days(details)}）"
    )


def _first_month(details: Mapping) -> str:
    return f"9月整天缺课{len(details['days'])}天（{_days(details)}）"


REASONS = {
    SignCode.UNSEEN: _unseen,
    SignCode.UNEXCUSED: _unexcused,
    SignCode.ATTENDANCE: _attendance,
    SignCode.LEAVE: _leave,
    SignCode.WEEKDAYS: _weekdays,
    SignCode.FIRST_MONTH: _first_month,
}


def _others(code: SignCode, named: Sequence[str], unnamed: int) -> str:
    same = "同家庭" if code is SignCode.FAMILY else "同村"
    if not named:
        return f"另有{unnamed}名{same}的学生也在缺课"
    shown = named[:SHOWN_DAYS]
    more = unnamed + len(named) - len(shown)
    return f"{same}的{'、'.join(shown)}也在缺课" + (f"，另有{more}名" if more else "")


def _day(text: str) -> str:
    return short_day(date.fromisoformat(text))


def _days(details: Mapping) -> str:
    days = [date.fromisoformat(text) for text in details["days"]]
    return joined_days(days[:SHOWN_DAYS]) + ("……" if len(days) > SHOWN_DAYS else "")


def _span(first: str, last: str) -> str:
    return _day(first) if first == last else f"{_day(first)}至{_day(last)}"
