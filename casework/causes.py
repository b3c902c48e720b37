"""原因、去向 (why a child left, and where it is): lists that contacts, cases and reports share (domain.md §5). Pure."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a child stays away (辍学原因)."""

    WEARY = "weary"
    POVERTY = "poverty"
    WORK = "work"
    MARRIAGE = "marriage"
    ILLNESS = "illness"
    DISABILITY = "disability"
    WITH_PARENTS = "with_parents"
    FAMILY_CHANGE = "family_change"
    BULLYING = "bullying"
    OTHER = "other"

    @property
    def label(self) -> str:
        return REASON_LABELS[self]


REASON_LABELS = {
    Reason.WEARY: "厌学",
    Reason.POVERTY: "家庭困难",
    Reason.WORK: "务工",
    Reason.MARRIAGE: "婚嫁",
    Reason.ILLNESS: "患病",
    Reason.DISABILITY: "残疾",
    Reason.WITH_PARENTS: "随父母外出",
    Reason.FAMILY_CHANGE: "家庭变故",
    Reason.BULLYING: "校园欺凌",
    Reason.OTHER: "其他",
}


class Whereabouts(StrEnum):
    """Where the child is (去向)."""

    AT_HOME = "at_home"
    WORK_NEAR = "work_near"
    WORK_AWAY = "work_away"
    WITH_PARENTS = "with_parents"
    OTHER_SCHOOL = "other_school"
    VOCATIONAL = "vocational"
    HOSPITAL = "hospital"
    MARRIED = "married"
    UNKNOWN = "unknown"
    OTHER = "other"

    @property
    def label(self) -> str:
        return WHEREABOUTS_LABELS[self]


WHEREABOUTS_LABELS = {
    Whereabouts.AT_HOME: "在家",
    Whereabouts.WORK_NEAR: "在县内务工",
    Whereabouts.WORK_AWAY: "在县外务工",
    Whereabouts.WITH_PARENTS: "随父母在外",
    Whereabouts.OTHER_SCHOOL: "在其他学校就读",
    Whereabouts.VOCATIONAL: "在职业学校或培训机构",
    Whereabouts.HOSPITAL: "在医院治疗",
    Whereabouts.MARRIED: "已婚嫁",
    Whereabouts.UNKNOWN: "下落不明",
    Whereabouts.OTHER: "其他",
}
