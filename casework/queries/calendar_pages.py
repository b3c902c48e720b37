"""校历改动 as their pages show them: what is changed, what would follow, who, when, and what can be done now."""

from dataclasses import dataclass

from casework.actions.calendar_changes import is_silent, job_of
from casework.actions.progress import standing_of
from casework.queries.uploads import Progress
from students.access import Scope
from students.day_plans import Plan
from students.models import CalendarChange, ChangedDay, Student
from students.models.calendar import WEEKDAYS
from students.queries.calendar_months import Place
from students.templatetags.chinese import cdate, cdatetime

State = CalendarChange.State
TONES = {State.PREVIEWED: "note", State.APPLIED: "ok", State.TAKEN_BACK: "mute", State.GIVEN_UP: "mute"}
FIGURES = [
    ("longer", "缺课变长", "人次"),
    ("shorter", "缺课变短", "人次"),
    ("begun", "新的连续缺课", "人次"),
    ("vanished", "连续缺课不再算", "人次"),
    ("added", "新增待办", "件"),
    ("withdrawn", "撤销待办", "件"),
    ("moved", "待办改期", "件"),
]
WORDS = {"预演": "正在看影响", "重算": "正在重新计算"}
NO_WORKER = "很久没有进展，后台程序可能没有运行。没有执行的改动不会生效；请告诉系统管理员启动后台程序。"
BROKEN_OFF = "执行中断了：校历已经改好，还有学生没有重新计算。请按“接着执行”；不按，今晚也会自动算好。"


def changes_seen(scope: Scope):
    """The changes within a scope, with who made and applied them."""
    rows = CalendarChange.objects.visible_to(scope).prefetch_related("days")
    return rows.select_related(
        "term", "school", "school_class__school", "made_by", "applied_by", "taken_back_by", "reverses"
    )


def place_of(change: CalendarChange) -> Place:
    return Place(change.school, change.school_class)


@dataclass(frozen=True)
class ChangeLine:
    """One day or the term of a change in words."""

    day: str
    before: str
    after: str
    note: str


def lines_of(change: CalendarChange) -> list[ChangeLine]:
    """What the change says of each day, and of its term."""
    lines = [
        ChangeLine(
            f"{cdate(line.day)} 周{'一二三四五六日'[line.day.weekday()]}",
            _words(line, "before"),
            _words(line, "after"),
            line.after_note or line.before_note,
        )
        for line in change.days.all()
    ]
    if term := getattr(change, "term", None):
        lines.append(
            ChangeLine(
                str(term), _span(term.before_start, term.before_end), _span(term.after_start, term.after_end), ""
            )
        )
    return lines


def _words(line: ChangedDay, when: str) -> str:
    follows = getattr(line, f"{when}_follows")
    if getattr(line, when) == Plan.RULE and when == "before":
        return "没有调整"
    word = getattr(line, f"get_{when}_display")()
    return f"{word}，按{dict(WEEKDAYS)[follows]}课表" if follows is not None else word


def _span(start, end) -> str:
    return f"{cdate(start)}至{cdate(end)}" if start else "没有这个学期"


@dataclass(frozen=True)
class ChangePage:
    """Everything that the page of a change shows."""

    change: CalendarChange
    place: Place
    state: str
    tone: str
    lines: list[ChangeLine]
    figures: list[dict]
    children: list[dict]
    may_change: bool
    progress: Progress | None

    @property
    def outcome(self) -> dict:
        return self.change.outcome

    @property
    def days(self) -> int:
        """Single days that it changes; none where it moves a term."""
        return len(self.change.days.all())

    @property
    def made_words(self) -> str:
        return f"{self.change.made_by.name}于{cdatetime(self.change.made_at)}提出"

    @property
    def applied_words(self) -> str:
        words = f"已于{cdatetime(self.change.applied_at)}由{self.change.applied_by.name}执行。"
        if self.change.taken_back_at:
            words += f"{cdatetime(self.change.taken_back_at)}由{self.change.taken_back_by.name}撤回。"
        return words

    @property
    def children_words(self) -> str:
        changed = self.outcome["tally"]["children"]
        return f"这里列出前{len(self.children)}名，共{changed}名。" if changed > len(self.children) else ""

    @property
    def refused(self) -> str:
        return self.outcome.get("refused", "")

    @property
    def registers_words(self) -> str:
        """What becomes of registers that were taken on the days."""
        parts = []
        if lost := self.outcome["registers_lost"]:
            parts.append(f"这些天已点的{lost}次名不再算")
        if regained := self.outcome["registers_regained"]:
            parts.append(f"这些天点过的{regained}次名重新算")
        return "，".join(parts) + "。" if parts else ""

    @property
    def reach_words(self) -> str:
        """Whom it concerns, and whether anything follows."""
        reach = f"涉及{self.outcome['classes']}个班，{self.outcome['children']}名在校学生。"
        if not self.outcome["classes"]:
            reach = "各班的上课日都不变。"
        changed = self.outcome["tally"]["children"]
        return reach + (f"其中{changed}名学生的缺课或待办有变化。" if changed else "没有学生的缺课和待办会变。")


def change_page(change: CalendarChange, scope: Scope) -> ChangePage:
    """The page of a change; children are named as far as the scope holds them."""
    under_way = change.state in (State.PREVIEWING, State.APPLYING)
    tally = change.outcome.get("done") or change.outcome.get("tally") or {}
    figures = [{"label": label, "value": tally[name], "unit": unit} for name, label, unit in FIGURES if tally.get(name)]
    return ChangePage(
        change=change,
        place=place_of(change),
        state=change.get_state_display(),
        tone=TONES.get(change.state, "warn"),
        lines=lines_of(change),
        figures=figures,
        children=_children(change, scope),
        may_change=scope.keeps_calendar_of(change.school_id),
        progress=progress_of(change) if under_way else None,
    )


def _children(change: CalendarChange, scope: Scope) -> list[dict]:
    shown = change.outcome.get("shown", [])
    rows = Student.objects.visible_to(scope).filter(pk__in=[each["student"] for each in shown])
    names = {row.pk: row for row in rows.select_related("line__school_class__school")}
    return [{"student": names[each["student"]], "words": each["words"]} for each in shown if each["student"] in names]


def progress_of(change: CalendarChange) -> Progress:
    """How the job stands, for the bar."""
    silent = is_silent(change)
    if silent:
        return Progress("没有进展", trouble=BROKEN_OFF if change.outcome.get("written") else NO_WORKER)
    standing = standing_of(job_of(change))
    if standing is None:
        return Progress("排队等待")
    return Progress(WORDS[standing.work], standing.done, standing.total or None)
