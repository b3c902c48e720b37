"""三包 and 联点: what can be assigned to whom, from which day, and how an assignment ends. Pure.

领导包片包村: a head answers for villages; 教师包学生: a teacher answers for named key students; 联点: an officer of the
bureau or the township goes with a school. 班主任包班 follows from the posting and is assigned to nobody here.
Source: the bureaus' 三包 and 联点 schemes [S] (domain.md §8); every number here [D].
"""

from datetime import date
from enum import StrEnum

from students.calendar import school_year_of, school_year_start

NOTE_CHARACTERS = 200


class Kind(StrEnum):
    """What is assigned (分工种类)."""

    STUDENT = "student"
    VILLAGE = "village"
    LIAISON = "liaison"

    @property
    def label(self) -> str:
        return {"student": "包学生", "village": "包村", "liaison": "联点"}[self]


class End(StrEnum):
    """How an assignment ended (结束方式)."""

    HANDED_OVER = "handed_over"
    LAPSED = "lapsed"
    ENDED = "ended"
    TAKEN_BACK = "taken_back"

    @property
    def label(self) -> str:
        return {
            "handed_over": "已移交",
            "lapsed": "失效后重新安排",
            "ended": "已结束",
            "taken_back": "当天撤销",
        }[self]


def day_at_fault(since: date, today: date) -> str:
    """Why an assignment cannot begin on ``since``, in words; blank where it can.

    It may be entered late, from the lists of the year's beginning, and never for a day to come: what is planned holds
    nobody to anything yet.
    """
    if since > today:
        return "开始日期还没有到，请填今天或以前的日子"
    if since < school_year_start(school_year_of(today)):
        return "开始日期不在本学年，请从9月1日以后的日子填起"
    return ""
