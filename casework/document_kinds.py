"""文书种类 (kinds of documents): who writes and who signs each, and what is filled in. Pure.

A school's letter only urges; 责令限期改正 is the township government's and the bureau's (义务教育法 58). No kind prints
a fine or an expulsion.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from casework.causes import REASON_LABELS, WHEREABOUTS_LABELS
from casework.documents import Post, SignStep
from casework.ruleset import Tier
from students.enrolment import EVENT_LABELS, REPORTED_CHANGES, EventKind


class DocumentKind(StrEnum):
    """What a document is (文书种类)."""

    ABSENCE_REPORT = "absence_report"
    LOSS_REPORT = "loss_report"
    RETURN_REPORT = "return_report"
    CHANGE_REPORT = "change_report"
    VISIT_RECORD = "visit_record"
    PERSUASION_RECORD = "persuasion_record"
    URGING_NOTICE = "urging_notice"
    ORDER = "order"
    PLEDGE_SCHOOL = "pledge_school"
    PLEDGE_POST = "pledge_post"
    PLEDGE_HOMEROOM = "pledge_homeroom"
    PLEDGE = "pledge"

    @property
    def label(self) -> str:
        return KINDS[self].label


class Input(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    CHOICE = "choice"


@dataclass(frozen=True)
class PaperField:
    """A field of a kind. ``source``: the fact that it is filled with beforehand (``queries.document_facts``);
    ``is_past``: a day that is over or today; ``in_line``: a choice that the paper names in a sentence of its own;
    ``is_fixed``: it follows from what is in force, and nobody writes it by hand."""

    name: str
    label: str
    input: Input = Input.LINE
    required: bool = True
    source: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    highest: int = 400
    is_past: bool = False
    in_line: bool = False
    is_fixed: bool = False


@dataclass(frozen=True)
class KindSpec:
    """``tier``: the report that issuing it files; ``addressee``: whom it is sent to; ``is_served``: it is delivered
    with a 送达回证 and sets a limit; ``authors``: who may write it, in whose name ``issuer`` it is numbered;
    ``layer``: between whom a 责任书 is signed."""

    label: str
    addressee: str
    authors: frozenset[Post]
    chain: tuple[SignStep, ...]
    fields: tuple[PaperField, ...]
    tier: Tier | None = None
    is_served: bool = False
    in_short: str = ""
    layer: str = ""

    @property
    def asked(self) -> tuple[PaperField, ...]:
        """The fields that somebody fills in."""
        return tuple(each for each in self.fields if not each.is_fixed)

    @property
    def author_label(self) -> str:
        return "、".join(post.label for post in Post if post in self.authors)

    def issue_verb(self, posts: Collection[Post] = ()) -> str:
        """What issuing it is called for whoever holds ``posts``: a letter that another one 签发 is sent to them."""
        later = any(step.verb == ISSUES and step.post not in posts for step in self.chain)
        return "送签" if later else ISSUES


ISSUES = "签发"
SCHOOL = frozenset({Post.HOMEROOM, Post.CLERK, Post.HEAD})
CLERK_RECEIVES = SignStep(Post.CLERK, "签收")
HEAD_SIGNS = SignStep(Post.HEAD, "审签")
BUREAU_RECEIVES = SignStep(Post.BUREAU, "确认")
_REASONS = tuple((code.value, label) for code, label in REASON_LABELS.items())
_CHANGES = tuple((kind.value, EVENT_LABELS[kind]) for kind in EventKind if kind in REPORTED_CHANGES)
_WHEREABOUTS = tuple((code.value, label) for code, label in WHEREABOUTS_LABELS.items())

ABSENT_SINCE = PaperField("absent_since", "缺课开始日期", Input.DATE, source="run_start", is_past=True)
ABSENT_DAYS = PaperField("absent_days", "连续缺课天数", Input.NUMBER, source="run_days", help="上课日")
SITUATION = PaperField("situation", "缺课情况", Input.TEXT, source="run_words")
REASON = PaperField("reason", "原因", Input.CHOICE, source="reason", choices=_REASONS)
PROMISED_ON = PaperField("promised_on", "约定返校日期", Input.DATE, required=False, source="promised_on")
LIMIT_DAYS = PaperField(
    "limit_days", "返校期限", Input.NUMBER, source="limit_days", help="送达之日起几天内", highest=30
)
CONTACT = PaperField("contact", "联系人和电话", source="contact")
ADDRESSEE = PaperField("addressee", "父母或监护人", source="guardian", help="写姓名和关系，例如：曾杰（母亲）")

PLEDGED = (SignStep(Post.NAMED, "签字"),)
PLEDGE_FIELDS = (
    PaperField("duty", "承担的工作"),
    PaperField("target", "目标", Input.TEXT, is_fixed=True),
    PaperField("veto", "一票否决", Input.TEXT, is_fixed=True),
    PaperField("points", "计分", Input.TEXT, is_fixed=True),
    PaperField("basis", "依据的考核办法", is_fixed=True),
    PaperField("since", "责任期开始", Input.DATE),
    PaperField("until", "责任期结束", Input.DATE),
)

KINDS: Mapping[DocumentKind, KindSpec] = {
    DocumentKind.ABSENCE_REPORT: KindSpec(
        "学生缺课报告",
        "教务处",
        SCHOOL,
        (CLERK_RECEIVES,),
        (
            ABSENT_SINCE,
            ABSENT_DAYS,
            SITUATION,
            PaperField("contacts", "联系家长情况", Input.TEXT, source="contacts"),
            PaperField("reason", "初步了解的原因", Input.CHOICE, required=False, choices=_REASONS),
            PaperField("measures", "下一步措施", Input.TEXT),
        ),
        tier=Tier.ABSENCE_REPORT,
        in_short="连续缺课达到天数时报教务处",
    ),
    DocumentKind.LOSS_REPORT: KindSpec(
        "学生流失报告",
        "教务处并报县教育局",
        SCHOOL,
        (CLERK_RECEIVES, HEAD_SIGNS, BUREAU_RECEIVES),
        (
            ABSENT_SINCE,
            ABSENT_DAYS,
            SITUATION,
            REASON,
            PaperField("whereabouts", "去向", Input.CHOICE, choices=_WHEREABOUTS),
            PaperField("contacts", "已采取的劝返措施", Input.TEXT, source="contacts"),
            PaperField("attitude", "家长和学生的态度", Input.TEXT),
            PaperField("measures", "下一步措施", Input.TEXT),
        ),
        tier=Tier.LOSS_REPORT,
        in_short="达到流失标准时报教务处和县教育局",
    ),
    DocumentKind.RETURN_REPORT: KindSpec(
        "学生复学报告",
        "教务处并报县教育局",
        SCHOOL,
        (CLERK_RECEIVES, HEAD_SIGNS, BUREAU_RECEIVES),
        (
            ABSENT_SINCE,
            ABSENT_DAYS,
            PaperField("returned_on", "返校日期", Input.DATE, source="returned_on", is_past=True),
            PaperField("contacts", "劝返经过", Input.TEXT, source="contacts"),
            PaperField("support", "返校后的安排", Input.TEXT, help="例如：谁补课、谁结对帮扶、多久回访一次"),
        ),
        tier=Tier.RETURN_REPORT,
        in_short="流失学生返校的当天报",
    ),
    DocumentKind.CHANGE_REPORT: KindSpec(
        "学生正常变动报告",
        "教务处",
        SCHOOL,
        (CLERK_RECEIVES, HEAD_SIGNS),
        (
            PaperField("change", "变动", Input.CHOICE, source="change", choices=_CHANGES, in_line=True),
            PaperField("changed_on", "变动日期", Input.DATE, source="changed_on", is_past=True),
            PaperField("explanation", "情况说明", Input.TEXT, source="change_note"),
            PaperField("proof", "证明材料", Input.TEXT, required=False, source="papers"),
        ),
        tier=Tier.CHANGE_REPORT,
        in_short="转学、休学等学籍变动时报",
    ),
    DocumentKind.VISIT_RECORD: KindSpec(
        "家访记录表",
        "",
        SCHOOL,
        (SignStep(Post.CLERK, "审阅"),),
        (
            PaperField("visited_on", "家访日期", Input.DATE, source="visited_on", is_past=True),
            PaperField("place", "家访地点", source="address"),
            PaperField("visitors", "家访人员", source="visitors"),
            PaperField("met", "受访人", source="spoken_to", help="写姓名和关系；没有见到人的写明"),
            PaperField("talk", "谈话内容", Input.TEXT, source="talk"),
            PaperField("attitude", "家长和学生的意见", Input.TEXT),
            PaperField("outcome", "结果和约定", Input.TEXT, source="outcome"),
            PROMISED_ON,
        ),
        in_short="家访以后填写、存档",
    ),
    DocumentKind.PERSUASION_RECORD: KindSpec(
        "劝返记录",
        "",
        SCHOOL | {Post.TOWNSHIP, Post.BUREAU},
        (HEAD_SIGNS,),
        (
            PaperField("visited_on", "劝返日期", Input.DATE, source="visited_on", is_past=True),
            PaperField("place", "劝返地点", source="address"),
            PaperField(
                "visitors", "参加人员", Input.TEXT, source="visitors", help="学校、村（居）委会、乡镇等，写明姓名"
            ),
            PaperField("process", "劝返经过", Input.TEXT, source="contacts"),
            REASON,
            PaperField("wish", "学生和家长的意愿", Input.TEXT),
            PaperField("outcome", "结果和约定", Input.TEXT, source="outcome"),
            PROMISED_ON,
        ),
        in_short="每次劝返以后填写、存档",
    ),
    DocumentKind.URGING_NOTICE: KindSpec(
        "劝学（返校）通知书",
        "父母或其他法定监护人",
        SCHOOL,
        (SignStep(Post.HEAD, ISSUES),),
        (
            ADDRESSEE,
            ABSENT_SINCE,
            ABSENT_DAYS,
            LIMIT_DAYS,
            CONTACT,
            PaperField("note", "其他要说明的", Input.TEXT, required=False, help="例如：可以申请的资助、住宿"),
        ),
        is_served=True,
        in_short="学校书面劝导，附送达回证",
    ),
    DocumentKind.ORDER: KindSpec(
        "责令限期改正通知书",
        "父母或其他法定监护人",
        frozenset({Post.TOWNSHIP, Post.BUREAU}),
        (),
        (
            ADDRESSEE,
            ABSENT_SINCE,
            ABSENT_DAYS,
            PaperField("situation", "查明的情况", Input.TEXT, source="contacts"),
            LIMIT_DAYS,
            CONTACT,
        ),
        is_served=True,
        in_short="劝返无效时由乡镇政府或县教育局发出",
    ),
    DocumentKind.PLEDGE_SCHOOL: KindSpec(
        "控辍保学责任书（局—校）",
        "",
        frozenset({Post.BUREAU}),
        PLEDGED,
        PLEDGE_FIELDS,
        in_short="县教育局和每所学校的校长",
        layer="局—校",
    ),
    DocumentKind.PLEDGE_POST: KindSpec(
        "控辍保学责任书（校长—副职、中层）",
        "",
        frozenset({Post.CLERK, Post.HEAD}),
        PLEDGED,
        PLEDGE_FIELDS,
        in_short="校长和分管领导、学籍管理员",
        layer="校长—副职、中层",
    ),
    DocumentKind.PLEDGE_HOMEROOM: KindSpec(
        "控辍保学责任书（校长—班主任）",
        "",
        frozenset({Post.CLERK, Post.HEAD}),
        PLEDGED,
        PLEDGE_FIELDS,
        in_short="校长和每位班主任",
        layer="校长—班主任",
    ),
    DocumentKind.PLEDGE: KindSpec(
        "控辍保学责任书（学校—任课教师）",
        "",
        frozenset({Post.CLERK, Post.HEAD}),
        PLEDGED,
        PLEDGE_FIELDS,
        in_short="学校和每班每位任课教师",
        layer="学校—任课教师",
    ),
}
REPORT_KINDS: Mapping[Tier, DocumentKind] = {spec.tier: kind for kind, spec in KINDS.items() if spec.tier}
SCHOOL_PLEDGES = (DocumentKind.PLEDGE_SCHOOL, DocumentKind.PLEDGE_POST)  # of somebody of a whole school
PLEDGES = (*SCHOOL_PLEDGES, DocumentKind.PLEDGE_HOMEROOM, DocumentKind.PLEDGE)
OF_A_CHILD = tuple(kind for kind in DocumentKind if kind not in PLEDGES)


def fixed(kind: DocumentKind, values: Mapping[str, object]) -> dict[str, object]:
    """What of a document follows from what is in force, and no form changes."""
    return {each.name: values[each.name] for each in KINDS[kind].fields if each.is_fixed and each.name in values}


# What no document says (domain.md §5; 义务教育法 58 knows 责令限期改正 and no more), with what to write instead.
NEVER_SAID = {"罚款": "限期改正", "开除": "劝返", "失学儿童": "适龄儿童少年"}


def forbidden(values: Mapping[str, object]) -> str:
    """Why the text may not stand so, in a Chinese sentence; blank where nothing in it is forbidden."""
    text = "".join(str(value) for value in values.values())
    found = next((word for word in NEVER_SAID if word in text), "")
    return f"文书里不能写“{found}”，请改写，例如“{NEVER_SAID[found]}”" if found else ""


def missing_labels(kind: DocumentKind, values: Mapping[str, object]) -> list[str]:
    """The labels of what has to be filled in and is not."""
    return [each.label for each in KINDS[kind].fields if each.required and values.get(each.name) in (None, "")]


def shown(kind: DocumentKind, values: Mapping[str, object]) -> dict[str, str]:
    """The values of a document as they are printed: choices by their labels, days as 2026年9月7日."""
    return {each.name: _shown(each, values.get(each.name)) for each in KINDS[kind].fields}


def _shown(field: PaperField, value: object) -> str:
    if value in (None, ""):
        return ""
    if field.input is Input.CHOICE:
        return dict(field.choices).get(str(value), str(value))
    if field.input is Input.DATE:
        year, month, day = (int(part) for part in str(value).split("-"))
        return f"{year}年{month}月{day}日"
    return str(value)
