"""What waits for the reader of a digest: for whom it is written, and the parts of which it is made.

A part is a function in ``PARTS``: it gets the reader and gives a ``Part``, or None where there is nothing of it. So a
new matter of the casework is one more function in the list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q
from django.urls import reverse

from casework.digest import MOST_NAMED, Digest, Part, amounts, named_lines, school_lines
from casework.models import Case, Channel, Delivery, Obligation
from casework.queries import boards, deliveries, document_lists, signs
from casework.queries.closes import unclosed
from casework.queries.hand_ups import standing_cases
from students.access import AREA_ROLES, NOBODY, Scope, in_force, scope_of
from students.models import DayOverride, Person, School, SchoolClass
from students.queries import register_board, waiting
from students.queries.calendar import current_calendar
from students.queries.people import place_line
from students.queries.register_days import days_through, registers_of
from students.register_days import WINDOW
from students.templatetags.chinese import cdate_short, ctime


@dataclass(frozen=True)
class Reader:
    """For whom a digest is written: what they may see, the local time, and what their place is called."""

    scope: Scope
    now: datetime
    place: str

    @property
    def day(self) -> date:
        return self.now.date()

    @property
    def by_school(self) -> bool:
        """Whoever oversees schools reads sums by school."""
        return bool(self.scope.roles & AREA_ROLES)

    @property
    def answers(self) -> Scope:
        """The scope without classes in which only lessons are taught: what is owed there is others' to do."""
        return self.scope.without_lessons


def reader_of_channel(channel: Channel, now: datetime) -> Reader:
    """The people of a channel's place see what the office there sees."""
    if channel.school_id:
        roles, ids = frozenset({"registry_clerk", "principal"}), frozenset({channel.school_id})
        scope = Scope(roles=roles, schools=ids, clerk_of=ids, led=ids)
    elif channel.township_id:
        ids = frozenset({channel.township_id})
        scope = Scope(roles=frozenset({"township_officer"}), townships=ids, officer_of=ids)
    else:
        scope = Scope(roles=frozenset({"bureau_officer"}), county=True)
    return Reader(scope, now, channel.place)


def reader_of_person(person: Person, now: datetime) -> Reader:
    """Somebody by the postings of today; without one there is nothing to read."""
    related = ("school", "school_class", "township")
    postings = list(in_force(person.postings.select_related(*related), now.date())) if person.is_active else []
    return Reader(scope_of(person, postings) if postings else NOBODY, now, place_line(postings) if postings else "")


def is_taught(reader: Reader) -> bool:
    """Whether any class of the reader has school today."""
    calendar, classes = current_calendar(), SchoolClass.objects.visible_to(reader.scope).order_by()
    if reader.by_school:  # a class that differs from its school does not open a county
        schools = School.objects.visible_to(reader.scope).order_by().values_list("pk", flat=True)
        return any(reader.day in calendar.school_days(school=school, school_class=0) for school in schools)
    places = classes.values_list("school", "pk")
    return any(reader.day in calendar.school_days(school=school, school_class=pk) for school, pk in places)


def teaches_anywhere(day: date) -> bool:
    """Whether any class of the county has school: asked first, since on a holiday nobody need be asked one by one."""
    calendar = current_calendar()
    apart = DayOverride.objects.filter(day=day, is_taught=True).exclude(school_class=None)
    schools = School.objects.order_by().values_list("pk", flat=True)
    return any(day in calendar.school_days(school=school, school_class=0) for school in schools) or apart.exists()


def compose(reader: Reader, *, with_names: bool = False) -> Digest:
    """What waits for the reader now; children are named only where ``with_names`` says so."""
    found = [part for write in PARTS if (part := write(reader))]
    digest = Digest(reader.place, f"{cdate_short(reader.day)}{ctime(reader.now)}", tuple(found))
    return digest if with_names else digest.without_names


def duties_part(reader: Reader) -> Part | None:
    """待办: what is due today and what is late; contacts owed for one child are one."""
    rows = Obligation.objects.visible_to(reader.answers).undone_on(reader.day).folded(reader.day).order_by()
    late, due = Q(due_on__lt=reader.day), Q(due_on=reader.day)
    sums = {"late": Count("pk", filter=late), "due": Count("pk", filter=due), "all": Count("pk")}
    total = rows.aggregate(**sums)
    if not total["all"]:
        return None
    lines = (_owed(total),)
    if reader.by_school:
        schools = rows.values("school_class__school__name").annotate(**sums).order_by("-late", "-due", "-all")
        lines += school_lines([(each["school_class__school__name"], _owed(each)) for each in schools])
    return Part("待办", lines, reverse("casework:duties"), _late_children(rows.filter(late), reader.day), total["late"])


def _owed(sums: dict) -> str:
    later = sums["all"] - sums["late"] - sums["due"]
    return amounts(("逾期", sums["late"], "件"), ("今天到期", sums["due"], "件"), ("以后到期", later, "件"))


def _late_children(late, today: date) -> tuple[str, ...]:
    rows = late.select_related("student", "school_class").order_by("due_on", "student", "tier")[: MOST_NAMED + 1]
    lines = [
        f"{row.student.name}（{row.school_class}）{row.get_tier_display()}，逾期{(today - row.due_on).days}天"
        for row in rows
    ]
    return named_lines(lines, late.count() if len(lines) > MOST_NAMED else len(lines))


def handed_up_part(reader: Reader) -> Part | None:
    """逾期上交: cases of which the reader's post has something overdue as well. A principal has what the clerk has."""
    standing = standing_cases(reader.scope, reader.day)
    number = max((len(cases) for post, cases in standing.items() if post in reader.scope.roles), default=0)
    lines = (f"有事项逾期、已经上交来的个案{number}件",)
    return Part("逾期上交", lines, reverse("casework:handed_up"), urgent=number) if number else None


def documents_part(reader: Reader) -> Part | None:
    """文书: papers that wait for the reader's signature, and those sent back to where the reader writes."""
    waits = document_lists.to_sign(reader.scope, reader.day), document_lists.sent_back(reader.scope)
    words = amounts(("等着签", waits[0], "份"), ("退回要改的", waits[1], "份"))
    return Part("文书", (words,), reverse("casework:documents")) if words else None


def cases_part(reader: Reader) -> Part | None:
    """个案: how many stand open, and in how many the next step is late or due today."""
    rows = Case.objects.visible_to(reader.answers).open().with_next(reader.day).order_by()
    late, due = Q(next_on__lt=reader.day), Q(next_on=reader.day)
    sums = {"late": Count("pk", filter=late), "due": Count("pk", filter=due), "all": Count("pk")}
    total = rows.aggregate(**sums)
    if not total["all"]:
        return None
    lines = (_steps(total),)
    if reader.by_school:
        schools = rows.values("student__line__school__name").annotate(**sums).order_by("-late", "-due", "-all")
        lines += school_lines([(each["student__line__school__name"] or "无学校", _steps(each)) for each in schools])
    return Part("个案", lines, reverse("casework:cases"), urgent=total["late"])


def _steps(sums: dict) -> str:
    return amounts(
        ("未销号", sums["all"], "人"), ("下一步逾期", sums["late"], "人"), ("下一步今天到期", sums["due"], "人")
    )


def registers_part(reader: Reader) -> Part | None:
    """点名: registers missing so far today, and those of the days before that can still be taken."""
    if reader.by_school:
        missing = [
            (each.school.name, each.today.missing, each.earlier_missing)
            for each in register_board.school_lines(reader.scope, now=reader.now)
        ]
        unit = "所学校"
    else:
        missing = [
            (str(each.school_class), len(each.days[reader.day].missing), _earlier(each.days, reader.day))
            for each in registers_of(
                SchoolClass.objects.visible_to(reader.answers), days_through(reader.day, WINDOW + 1), now=reader.now
            )
        ]
        unit = "个班"
    owed = sorted((each for each in missing if each[1] or each[2]), key=lambda each: (-each[1], -each[2], each[0]))
    if not owed:
        return None
    today, earlier = sum(each[1] for each in owed), sum(each[2] for each in owed)
    lines = [f"{amounts(('今天缺', today, '次'), (f'前{WINDOW}天缺', earlier, '次'))}，涉及{len(owed)}{unit}"]
    if reader.by_school or len(owed) > 1:
        words = [(name, amounts(("今天缺", now, "次"), ("以前缺", before, "次"))) for name, now, before in owed]
        lines += school_lines(words) if reader.by_school else [f"{name}：{said}" for name, said in words[:MOST_NAMED]]
    return Part("缺点名", tuple(lines), reverse("students:register_board"), urgent=today)


def _earlier(days: dict, today: date) -> int:
    return sum(len(each.missing) for day, each in days.items() if day < today)


def runs_part(reader: Reader) -> Part | None:
    """连续缺课: children who are out of school now."""
    rows = boards.runs_out(reader.answers)
    number = rows.count()
    if not number:
        return None
    lines = (f"正在连续缺课{number}人，最长的{rows.aggregate(most=Max('days'))['most']}天",)
    if reader.by_school:
        sums = rows.order_by().values("school_class__school__name").annotate(children=Count("pk"), most=Max("days"))
        schools = [
            (each["school_class__school__name"], f"{each['children']}人，最长{each['most']}天")
            for each in sums.order_by("-children", "-most")
        ]
        lines += school_lines(schools)
    named = [f"{run.student.name}（{run.school_class}）{run.days}天" for run in rows[:MOST_NAMED]]
    return Part("连续缺课", lines, _home_of(reader), named_lines(named, number))


def _home_of(reader: Reader) -> str:
    return reverse("casework:area_board") if reader.by_school else reverse("home")


def signs_part(reader: Reader) -> Part | None:
    """预警: children with an early sign that nobody has put off."""
    number = signs.children_waiting(reader.scope, reader.day)
    return Part("预警", (f"有预警的学生{number}人",), reverse("casework:signs")) if number else None


def unverified_part(reader: Reader) -> Part | None:
    """待核实: absences whose reason nobody has asked for yet."""
    number = waiting.unverified(reader.scope, reader.day)
    return Part("待核实", (f"缺勤原因没有问清的{number}人次",), reverse("students:unverified")) if number else None


def deliveries_part(reader: Reader) -> Part | None:
    """没有送到的提醒: what the keeper of a channel has to send again or to look after."""
    since = reader.day - timedelta(days=WINDOW)
    rows = deliveries.log(reader.scope).filter(kind=Delivery.Kind.DIGEST, day__gte=since)
    number = rows.filter(state__in=deliveries.TO_DECIDE).order_by().count()
    line = f"最近{WINDOW}天有{number}条提醒失败或不确定送到没有"
    return Part("提醒没有送到", (line,), f"{reverse('casework:deliveries')}?state=open") if number else None


# Address → what waits there, as a line begins.
OTHER = {
    "students:alerts": "有学生不在，没有答复的",
    "students:leave_slips": "等着批准或要补的请假条",
    "students:transfers": "等着接收或退回的转学",
    "students:suspensions": "等着批准的休学",
    "students:hand_overs": "整班移交没有报到的",
    "students:matches": "等着确认的户籍比对",
    "casework:hand_offs": "等着接收或办结的个案移交",
    "casework:desk": "等着批准的销号",
    "students:notices": "没有看的通知",
}


def other_part(reader: Reader) -> Part | None:
    """其他等你办的: what the pages 考勤 and 学籍 count as waiting; it leads to the first of them."""
    counts = [(name, label, waiting.WAITING[name](reader.scope, reader.day)) for name, label in OTHER.items()]
    counts.append(("casework:daily", "没有上报的日子", unclosed(reader.scope, reader.day)))
    found = [each for each in counts if each[2]]
    lines = tuple(f"{label}{number}件" for _, label, number in found)
    return Part("其他", lines, reverse(found[0][0])) if found else None


PARTS: list[Callable[[Reader], Part | None]] = [
    handed_up_part,
    duties_part,
    cases_part,
    documents_part,
    registers_part,
    runs_part,
    signs_part,
    unverified_part,
    other_part,
    deliveries_part,
]
