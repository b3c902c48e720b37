"""随机清点 as tables: why classes are counted, what a draw found, the tickets of a draw, what differs."""

from datetime import date
from operator import attrgetter

from inspections.drawing import Part, lowest_ticket
from inspections.models import CountReason, Draw
from inspections.queries.draws import drawn_again, frozen_candidates
from inspections.queries.mismatches import Mismatch
from inspections.queries.results import Result
from inspections.suspicion import DEFINITIONS, ReasonKind
from reports.tables import Column, Kind, Table
from students.models import School

DIGITS = 16  # of a ticket's number on paper: as good as all 64 for putting a few thousand classes in order
NO_POINTS = "清点的理由、结果和不符都不影响得分。"


def reasons_export(*, as_of: date, school: School | None = None) -> Table:
    """The reasons as they stand, of every class or of those of one school."""
    rows = CountReason.objects.filter(school_class__school=school) if school else CountReason.objects.all()
    return count_reasons_table(rows, as_of=as_of, filters=(school.name if school else "全部学校",))


def count_reasons_table(rows, *, as_of: date, filters: tuple[str, ...]) -> Table:
    """The reasons that the page shows; ``rows`` is a queryset of ``CountReason``."""
    found = list(
        rows.select_related("school_class__school").order_by(
            "school_class__school__code", "school_class__number", "kind"
        )
    )
    return Table(
        title="随机清点理由",
        columns=(
            Column("school", "学校", Kind.TEXT, 8, _school_code, lambda row: row.school_class.school.name),
            Column("class", "班级", Kind.TEXT, 6, attrgetter("school_class.number"), attrgetter("school_class.name")),
            Column("kind", "理由", Kind.WORD, 6, _kind),
            Column("words", "说明", Kind.TEXT, 32, attrgetter("words")),
        ),
        rows=lambda: found,
        count=len(found),
        unit="条",
        as_of=as_of,
        filters=filters,
        notes=(*(f"{ReasonKind(kind).label}：{words}" for kind, words in DEFINITIONS.items()), NO_POINTS),
        fixed_columns=2,
    )


def _school_code(row: CountReason) -> str:
    return row.school_class.school.code


def _kind(row: CountReason) -> ReasonKind:
    return ReasonKind(row.kind)


def draw_table(draw: Draw, results: list[Result], *, as_of: date, lots_seen: bool) -> Table:
    """The classes of a draw that the reader sees, with what was counted; its seed where they may draw again."""
    lots = f"种子{draw.seed}，按种子重算{'相同' if drawn_again(draw).is_same else '不同'}。" if lots_seen else ""
    return Table(
        title="随机清点结果",
        columns=(
            Column("position", "次序", Kind.INTEGER, 3, attrgetter("row.position")),
            Column("school", "学校", Kind.TEXT, 8, attrgetter("row.school_class.school.name")),
            Column("class", "班级", Kind.TEXT, 6, attrgetter("row.school_class.name")),
            Column("part", "怎样抽中", Kind.WORD, 5, lambda each: Part(each.row.part)),
            Column("reasons", "当时的理由", Kind.TEXT, 18, lambda each: "".join(each.reasons)),
            Column("counted_on", "清点日期", Kind.DATE, 8, lambda each: each.count and each.count.counted_on),
            Column("on_roll", "在校", Kind.INTEGER, 3, lambda each: each.count and each.count.on_roll),
            Column("present", "实到", Kind.INTEGER, 3, lambda each: each.count and each.count.present),
            Column("missing", "不在的", Kind.TEXT, 8, attrgetter("missing_words")),
            Column(
                "mismatches",
                "不符",
                Kind.INTEGER,
                3,
                lambda each: len(each.mismatches) if each.count else None,
                note="清点时不在教室、而同一天同一节次点名说在校的学生数。",
            ),
            Column("counted_by", "清点人", Kind.TEXT, 4, lambda each: each.count and each.count.counted_by.name),
            Column("state", "情况", Kind.TEXT, 5, attrgetter("label")),
        ),
        rows=lambda: results,
        count=len(results),
        unit="个班",
        as_of=as_of,
        filters=(draw.place_words, str(draw)),
        tally={"已清点": sum(each.state == "counted" for each in results)},
        notes=(lots or "抽中的班全部清点完以后公开种子。", NO_POINTS),
        fixed_columns=3,
    )


def lots_table(draw: Draw, classes, seen, *, as_of: date) -> Table:
    """Every class of ``classes`` that might have been drawn with its tickets, so that anybody can draw it again.
    ``seen``: the classes of which the reader knows that they were drawn."""
    named = {row.pk: row for row in classes.select_related("school")}
    drawn = {each.school_class: each.part for each in drawn_again(draw).kept if each.school_class in seen}
    rows = [(each, named[each.school_class]) for each in frozen_candidates(draw) if each.school_class in named]

    def ticket(part: Part):
        return lambda row: lowest_ticket(row[0], part, seed=draw.seed)[:DIGITS] if row[0].tickets(part) else None

    return Table(
        title="各班的签",
        columns=(
            Column("id", "班级编号", Kind.INTEGER, 4, lambda row: row[0].school_class),
            Column("school", "学校", Kind.TEXT, 8, lambda row: row[1].school.name),
            Column("class", "班级", Kind.TEXT, 6, lambda row: row[1].name),
            Column("tickets.reasons", "理由签", Kind.INTEGER, 3, lambda row: row[0].reasons),
            Column("tickets.owed", "欠清点签", Kind.INTEGER, 3, lambda row: row[0].owed),
            Column("part", "抽中", Kind.WORD, 5, lambda row: drawn.get(row[0].school_class)),
            *(Column(f"lowest.{part}", f"{part.label}最小的号", Kind.CODE, 9, ticket(part)) for part in Part),
        ),
        rows=lambda: rows,
        count=len(rows),
        unit="个班",
        as_of=as_of,
        filters=(draw.place_words, str(draw)),
        notes=(
            f"种子{draw.seed}；按理由{draw.by_reasons}个，按欠清点{draw.by_owed}个，完全随机{draw.by_chance}个。",
            "每张签的号码是种子、份、班级编号、第几张用半角冒号连起来的SHA-256，份写作reasons、owed、chance；一个班以最小的号码排队。",
            f"号码64位，这里列前{DIGITS}位，足够排出次序。",
        ),
        fixed_columns=3,
    )


def mismatches_table(found: list[Mismatch], *, as_of: date, filters: tuple[str, ...]) -> Table:
    """The mismatches that the page shows."""
    return Table(
        title="清点不符",
        columns=(
            Column("school", "学校", Kind.TEXT, 8, attrgetter("count.school_class.school.name")),
            Column("class", "班级", Kind.TEXT, 6, attrgetter("count.school_class.name")),
            Column("student", "姓名", Kind.TEXT, 5, attrgetter("row.student.name")),
            Column("counted_on", "清点日期", Kind.DATE, 8, attrgetter("count.counted_on")),
            Column("reason", "清点时", Kind.TEXT, 5, lambda each: each.row.get_reason_display()),
            Column("slot", "点名说在校", Kind.TEXT, 5, lambda each: each.call.get_slot_display()),
            Column("became", "查明", Kind.TEXT, 14, attrgetter("became")),
            Column("due_on", "期限", Kind.DATE, 8, attrgetter("due_on")),
            Column("state", "情况", Kind.TEXT, 6, attrgetter("label"), stressed=frozenset({"逾期未说明"})),
        ),
        rows=lambda: found,
        count=len(found),
        unit="人",
        as_of=as_of,
        filters=filters,
        notes=(NO_POINTS,),
        fixed_columns=3,
    )
