"""导入文件 as their pages show them, and who may import what."""

from dataclasses import dataclass
from typing import NamedTuple

from django.utils import timezone

from casework.actions.progress import Standing, standing_of
from casework.actions.uploads import UNDER_WAY, is_silent, job_of, queued_at
from students.access import KEEPER_ROLES, Scope
from students.models import WorkbookUpload
from students.templatetags.chinese import cdatetime

MOST_PROBLEMS = 200  # kept to be shown; the marked copy has all
QUEUE_SECONDS = 60  # a running worker with nothing else to do begins within seconds
NO_WORKER = (
    "等了一分钟以上还没有开始，后台程序可能没有运行。文件已经收到，还没有写入任何数据，不用重新上传。"
    "请告诉系统管理员启动后台程序；启动以后会自动接着办。"
)
BROKEN_OFF = "后台任务很久没有进展，可能已经中断。请取消后重新上传；还是这样，请告诉系统管理员。"
State = WorkbookUpload.State
RESULT_WORDS = {"created": ("新增", "ok"), "updated": ("更新", "note")}
WORK_WORDS = {"文件": "正在打开文件", "副本": "正在标出错误", "待办": "正在重新计算待办"}


def may_import(scope: Scope) -> bool:
    """县教育局 for the county, 学籍管理员 for the own school."""
    return bool(scope.roles & KEEPER_ROLES)


def schools_for(scope: Scope) -> frozenset[int] | None:
    """The schools whose registry the person keeps; None = the whole county."""
    return None if scope.is_bureau else scope.clerk_of


class StateWords(NamedTuple):
    """A state in words and its tone."""

    text: str
    tone: str


def state_words(upload: WorkbookUpload) -> StateWords:
    left = sum(sheet["left"] for sheet in upload.outcome.get("sheets", ()))
    if upload.state == State.CHECKED and upload.problem_count:
        return StateWords(f"有{upload.problem_count}处错误", "alarm")
    if upload.state == State.APPLIED and left:
        return StateWords(f"已写入，留下{left}行", "warn")
    if upload.state == State.CANCELLED and upload.cancelled_by_id is None:
        return StateWords("已过期", "mute")
    tones = {State.CHECKED: "note", State.APPLIED: "ok", State.FAILED: "alarm", State.CANCELLED: "mute"}
    return StateWords(upload.get_state_display(), tones.get(upload.state, "note"))


@dataclass
class Progress:
    """How a job under way stands, for the bar; ``value`` None where that cannot be said.

    ``trouble`` says what the reader has to do where nothing goes on; empty as long as all is well.
    """

    label: str
    value: int | None = None
    maximum: int | None = None
    trouble: str = ""


def progress_of(upload: WorkbookUpload) -> Progress:
    standing: Standing | None = standing_of(job_of(upload))
    has_begun = standing is not None or upload.state == State.CHECKING
    if has_begun and is_silent(upload):
        return Progress("没有进展", trouble=BROKEN_OFF)
    if standing is None:
        return _queued(upload)
    verb = "正在写入" if upload.state == State.APPLYING else "正在检查"
    label = WORK_WORDS.get(standing.work, f"{verb}《{standing.work}》")
    has_total = standing.total > 0 and standing.work not in WORK_WORDS
    return Progress(label, standing.done if has_total else None, standing.total if has_total else None)


def _queued(upload: WorkbookUpload) -> Progress:
    """One that no worker has begun: another file is being done before it, or there is no worker."""
    others = WorkbookUpload.objects.filter(state__in=UNDER_WAY).exclude(pk=upload.pk).only("state")
    standings = [standing_of(job_of(other)) for other in others]
    if any(standing and not standing.is_silent for standing in standings):
        return Progress("排队等待，正在办理前面的文件")
    has_waited = (timezone.now() - queued_at(upload)).total_seconds()
    return Progress("排队等待", trouble=NO_WORKER if has_waited > QUEUE_SECONDS else "")


def is_under_way(upload: WorkbookUpload) -> bool:
    return upload.state in UNDER_WAY


def applied_before(upload: WorkbookUpload) -> WorkbookUpload | None:
    """The same bytes, imported earlier by anybody."""
    same = WorkbookUpload.objects.filter(sha256=upload.sha256, state=State.APPLIED).exclude(pk=upload.pk)
    return same.select_related("uploaded_by").defer("content", "marked", "problems", "outcome").first()


@dataclass
class UploadPage:
    """What the page of one upload shows."""

    upload: WorkbookUpload
    state: StateWords
    under_way: bool
    sheets: list[dict]
    children: list[dict]
    problems: list[dict]
    rows: int
    changes: int
    left: int
    may_confirm: bool
    may_take_good_rows: bool
    before: WorkbookUpload | None

    @property
    def sent_words(self) -> str:
        return f"上传于{cdatetime(self.upload.uploaded_at)}"

    @property
    def before_words(self) -> str:
        when, who = cdatetime(self.before.finished_at), self.before.uploaded_by.name
        return f"同样的文件已由{who}于{when}写入过。再写入一次也不会重复。"

    @property
    def ready_words(self) -> str:
        if not self.rows:
            return "各表都没有内容，没有可以写入的。请在空白模板里填好，再上传。"
        if not self.changes:
            return "检查通过：所有内容系统中都已经有了，写入也不会有改动。"
        return f"检查通过：共{self.rows}行，将新增或更新{self.changes}行。还没有写入，请看过后确认。"

    @property
    def trouble_words(self) -> str:
        told = f"共{self.rows}行，有{self.upload.problem_count}处错误，{self.left}行不能写入。" if self.rows else ""
        return f"{told or '这个文件不能导入。'}还没有写入任何数据。"

    @property
    def good_rows_label(self) -> str:
        return "写入没有错误的行"

    @property
    def result_words(self) -> str:
        told = f"已写入{self.rows - self.left}行，其中新增或更新{self.changes}行。"
        return told + (f"留下{self.left}行没有写入，请下载、改好后再上传。" if self.left else "")

    @property
    def problems_note(self) -> str:
        shown, found = len(self.problems), self.upload.problem_count
        if not self.upload.has_marked:
            return ""
        if shown < found:
            return f"这里列出前{shown}处，共{found}处；全部错误见标出错误的副本。号码只显示一部分。"
        return "号码只显示一部分，完整的见标出错误的副本。"

    @property
    def children_note(self) -> str:
        shown, found = len(self.children), self.upload.outcome.get("child_count", 0)
        return f"这里列出前{shown}名，共{found}名。" if shown < found else ""


def upload_page(upload: WorkbookUpload) -> UploadPage:
    """``upload`` says by ``has_content`` whether its bytes are still there."""
    sheets = [sheet for sheet in upload.outcome.get("sheets", []) if sheet["rows"]]
    changes = sum(sheet["created"] + sheet["updated"] for sheet in sheets)
    left = sum(sheet["left"] for sheet in sheets)
    rows = sum(sheet["rows"] for sheet in sheets)
    under_way, is_checked = is_under_way(upload), upload.state == State.CHECKED and upload.has_content
    children = [
        child | {"words": RESULT_WORDS[child["result"]][0], "tone": RESULT_WORDS[child["result"]][1]}
        for child in upload.outcome.get("children", [])
    ]
    sound = is_checked and upload.problem_count > 0 and upload.outcome.get("only_rows_are_wrong", False)
    return UploadPage(
        upload=upload,
        state=state_words(upload),
        under_way=under_way,
        sheets=sheets,
        children=children,
        problems=upload.problems,
        rows=rows,
        changes=changes,
        left=left,
        may_confirm=is_checked and not upload.problem_count and rows > 0,
        may_take_good_rows=sound and rows > left,
        before=applied_before(upload),
    )
