"""What is signed: everything that the return says, as plain data (domain.md §9)."""

from collections.abc import Sequence

from returns.models import Edition
from returns.queries.live import Live
from returns.queries.months_summed import MonthsSummed, summed_of
from returns.queries.periods import FilingPeriod
from returns.snapshots import Change, kept_table, plain_lists
from students.policy import Policy
from students.templatetags.chinese import cdate

POLICY = ("cut_off_day", "filing_days", "report_filing_days", "suspected_days", "unconfirmed_days")


def content_to_sign(
    live: Live,
    period: FilingPeriod,
    edition: Edition,
    *,
    times: int,
    changes: Sequence[Change],
    months: MonthsSummed | None,
    warnings: Sequence[str],
    policy: Policy,
    signed: dict,
) -> dict:
    """The snapshot of an edition. ``times``: the how-manieth time it goes to the bureau; ``months``: those of a term or
    year beside it; ``signed``: who prepared and who signs it, and on which day."""
    span = period.period
    return {
        "school": {"id": live.school.pk, "code": live.school.code, "name": live.school.name},
        "period": {
            "kind": str(span.kind),
            "code": span.code,
            "label": span.label,
            "first": str(span.first),
            "cut_off": str(span.cut_off),
        },
        "deadline": str(period.deadline),
        "number": edition.number,
        "attempt": times,
        "reason": edition.reason,
        "remark": edition.remark,
        "is_zero": live.is_zero,
        "children": plain_lists(live.lists),
        "table": kept_table(live.table),
        "changes": [change.record for change in changes],
        "months": months and months.record,
        "warnings": list(warnings),
        "policy": {name: getattr(policy, name) for name in POLICY},
        "signed": signed,
    }


def notes_of(content: dict) -> list[str]:
    """What is printed under the table beside its definitions: what it is, what it changes, who signed it."""
    said = ["零报告：本期没有变动，没有疑似辍学、辍学和去向不明的学生。"] if content["is_zero"] else []
    if content["number"]:
        said.append(f"第{content['number']}号更正。原因：{content['reason']}")
        said += [f"更正：{change['label']}{change['before']}→{change['after']}人" for change in content["changes"]]
    if content["remark"]:
        said.append(f"学校说明：{content['remark']}")
    if months := months_of(content):
        said += months.words
    said.append("签字时的核对提醒：" + ("；".join(content["warnings"]) if content["warnings"] else "没有") + "。")
    signed = content["signed"]
    said.append(
        f"填报人：{signed['prepared_by']}。{signed['signed_by']}{signed['day']}签字。上报期限{signed['deadline']}。"
    )
    return said


def times_of(content: dict) -> int:
    """第几次上报, as it was signed."""
    return content.get("attempt", 1)


def months_of(content: dict) -> MonthsSummed | None:
    """The months beside a term or year as they stood when it was signed; None of a month."""
    return summed_of(content["months"]) if content.get("months") else None


def signed_by(edition: Edition, who, day, period: FilingPeriod) -> dict:
    """Who prepared an edition and who signs it on ``day``, as it is printed."""
    return {
        "prepared_by": edition.prepared_by.name,
        "signed_by": who.name,
        "day": cdate(day),
        "deadline": cdate(period.deadline),
    }
