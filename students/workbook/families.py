"""What a row of 学生 says of a child's family members and special groups, and how that is kept."""

import re
from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple

from students.models import Guardian, SpecialGroup, Student
from students.workbook import cells
from students.workbook.columns import Column, Row, header_key

Kind = SpecialGroup.Kind
MEMBER_HEADER = re.compile(r"成员([1-9]\d?)(姓名|关系|联系电话|是否监护人)")
MEMBER_FIELDS = {
    "姓名": ("name", cells.text(60)),
    "关系": ("relation", cells.word(20)),
    "联系电话": ("phone", cells.code(30)),
    "是否监护人": ("is_guardian", cells.yes_no),
}
LEFT_BEHIND = {Kind.LEFT_BEHIND_ONE, Kind.LEFT_BEHIND_BOTH}
NOT_SAID_WHICH = "是"
WITHOUT_DISABILITY = {"无残疾", "无", "否"}

GROUP_COLUMNS = (
    Column(
        "是否留守儿童",
        cells.choice(
            {
                "单亲留守": Kind.LEFT_BEHIND_ONE,
                "双亲留守": Kind.LEFT_BEHIND_BOTH,
                "非留守儿童": None,
                NOT_SAID_WHICH: NOT_SAID_WHICH,
                "否": None,
            }
        ),
    ),
    Column("是否孤儿", cells.yes_no),
    Column("残疾类型", cells.word(60)),
    Column("是否进城务工人员随迁子女", cells.yes_no),
)


def member_column(header: str) -> Column | None:
    """The column of a family member 家庭成员 (成员1姓名, 成员2关系 …) behind a header, if it is one."""
    match = MEMBER_HEADER.fullmatch(header_key(header))
    return match and Column(match[0], MEMBER_FIELDS[match[2]][1])


def members_of(row: Row, headers: Collection[str]) -> dict[int, dict]:
    """Position → fields of the family members that a row fills in. ``headers``: those of family members."""
    members: dict[int, dict] = {}
    for header in headers:
        if (value := row[header]) is not None:
            position, field = MEMBER_HEADER.fullmatch(header).groups()
            members.setdefault(int(position), {})[MEMBER_FIELDS[field][0]] = value
    return members


class GroupWish(NamedTuple):
    """What a row says of some kinds of special group: of ``about`` only ``kind`` holds (None = none)."""

    about: frozenset[Kind]
    kind: Kind | None
    detail: str = ""


def group_wishes(row: Row) -> Iterator[GroupWish]:
    """What a row says of special groups 特殊群体; a blank or missing column says nothing."""
    values = row.values
    if "是否留守儿童" in values:
        kind, about = values["是否留守儿童"], frozenset(LEFT_BEHIND)
        if kind == NOT_SAID_WHICH:
            yield GroupWish(about, Kind.LEFT_BEHIND_ONE, "未注明单亲或双亲")
        else:
            yield GroupWish(about, kind)
    for header, kind in (("是否孤儿", Kind.ORPHAN), ("是否进城务工人员随迁子女", Kind.MIGRANT)):
        if header in values:
            yield GroupWish(frozenset({kind}), kind if values[header] else None)
    if disability := values.get("残疾类型"):
        is_disabled = disability not in WITHOUT_DISABILITY
        yield GroupWish(
            frozenset({Kind.DISABLED}), Kind.DISABLED if is_disabled else None, disability if is_disabled else ""
        )
    if standing := values.get("就读身份"):
        at_home = standing == Student.Standing.HOME_TAUGHT
        yield GroupWish(frozenset({Kind.HOME_TAUGHT}), Kind.HOME_TAUGHT if at_home else None)


class Families:
    """Family members and special groups of a chunk of children; ``keep`` one child at a time, then ``write`` all."""

    def __init__(self, known_students: Collection[int], today: date):
        self._today = today
        self._members = {
            (member.student_id, member.position): member
            for member in Guardian.objects.filter(student__in=known_students)
        }
        self._groups = {
            (group.student_id, group.kind): group
            for group in SpecialGroup.objects.filter(student__in=known_students, until=None)
        }
        self._new: list[Guardian | SpecialGroup] = []
        self._changed_members: list[Guardian] = []
        self._ended_groups: list[SpecialGroup] = []

    def keep(self, student: int, members: dict[int, dict], wishes: Collection[GroupWish], since: date) -> bool:
        """Whether anything differs from what is known; groups that begin do so on ``since``."""
        changed = [self._keep_member(student, position, fields) for position, fields in members.items()]
        changed += [self._keep_group(student, wish, since) for wish in wishes]
        return any(changed)

    def _keep_member(self, student: int, position: int, fields: dict) -> bool:
        member = self._members.get((student, position))
        if member is None:
            fields.setdefault(
                "name", fields.get("relation", "家长")
            )  # a number to dial is worth keeping without a name
            self._new.append(Guardian(student_id=student, position=position, **fields))
            return True
        changes = {field: value for field, value in fields.items() if getattr(member, field) != value}
        for field, value in changes.items():
            setattr(member, field, value)
        if changes:
            self._changed_members.append(member)
        return bool(changes)

    def _keep_group(self, student: int, wish: GroupWish, since: date) -> bool:
        standing = {kind: group for kind in wish.about if (group := self._groups.get((student, kind)))}
        kept = standing.get(wish.kind)
        if wish.kind in LEFT_BEHIND and wish.detail and standing:
            return False  # "yes" to a child whose kind of being left behind is known already
        if kept and kept.detail == wish.detail:
            del standing[wish.kind]
        elif wish.kind:
            self._new.append(SpecialGroup(student_id=student, kind=wish.kind, detail=wish.detail, since=since))
        for group in standing.values():
            group.until = max(self._today, group.since)
            self._ended_groups.append(group)
        return bool(standing) or bool(wish.kind and not kept)

    def write(self) -> None:
        """Write everything kept; groups end before their successors begin."""
        SpecialGroup.objects.bulk_update(self._ended_groups, ["until"])
        Guardian.objects.bulk_update(self._changed_members, ["name", "relation", "phone", "is_guardian"])
        for model in (Guardian, SpecialGroup):
            model.objects.bulk_create(row for row in self._new if isinstance(row, model))
