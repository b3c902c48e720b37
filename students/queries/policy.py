"""The county's parameters: in force on a day, line by line, and how they changed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from students.models import AdoptedPolicy
from students.policy import PARAMETERS, Policy, read_policy
from students.queries.calendar import KeptUnderStamp

SOURCES = {"[S]": "学校和教育局工作文件：", "[L]": "法律法规：", "[D]": "系统默认："}


def policy_of(day: date) -> Policy:
    """县级规定 in force on ``day``; one query."""
    content = AdoptedPolicy.objects.filter(starts_on__lte=day).order_by("-starts_on").values_list("content", flat=True)
    return read_policy(content.first() or {})


def policy_under(stamp: int | None, day: date) -> Policy:
    """县级规定 in force on ``day``, from what is kept under the reference stamp: no query where the stamp is known."""
    return _in_force(_kept.under(stamp), day)


def policies() -> Callable[[date], Policy]:
    """Day → 县级规定 in force on it; one query, at the first day asked."""
    adopted = cache(_load)
    return lambda day: _in_force(adopted(), day)


def cut_off_days() -> Callable[[date], int]:
    """Day → 每月报表截止到几日 in force on it, as ``students.months`` asks; one query, at the first day asked."""
    on = policies()
    return lambda day: on(day).cut_off_day


def _in_force(adopted: Iterable[tuple[date, Policy]], day: date) -> Policy:
    return max((each for each in adopted if each[0] <= day), key=lambda each: each[0], default=_DEFAULT)[1]


def _load() -> list[tuple[date, Policy]]:
    rows = AdoptedPolicy.objects.values_list("starts_on", "content")
    return [(starts_on, read_policy(content)) for starts_on, content in rows]


_kept = KeptUnderStamp(_load)
_DEFAULT = (date.min, Policy())


@dataclass(frozen=True)
class ParameterLine:
    """A parameter in words: what it means, what holds, its bounds, where it comes from."""

    label: str
    value: str
    bounds: str
    source: str


def parameter_lines(policy: Policy) -> list[ParameterLine]:
    """Every parameter with the value that ``policy`` gives it."""
    return [
        ParameterLine(
            parameter.label,
            _words(name, getattr(policy, name)),
            "是或否" if isinstance(parameter.default, bool) else f"{parameter.lowest}—{parameter.highest}",
            SOURCES[parameter.source[:3]] + parameter.source[3:].strip(),
        )
        for name, parameter in PARAMETERS.items()
    ]


@dataclass(frozen=True)
class Version:
    """A version of the policy, and what it changed against the one before, in words."""

    row: AdoptedPolicy
    changes: list[str]


def history() -> list[Version]:
    """Every version, the newest first; one query."""
    versions, before = [], Policy()
    for row in AdoptedPolicy.objects.select_related("adopted_by").order_by("starts_on"):
        policy = read_policy(row.content)
        versions.append(Version(row, _differences(before, policy)))
        before = policy
    return versions[::-1]


def _differences(before: Policy, after: Policy) -> list[str]:
    return [
        f"{parameter.label}：{_words(name, getattr(before, name))}改为{_words(name, getattr(after, name))}"
        for name, parameter in PARAMETERS.items()
        if getattr(before, name) != getattr(after, name)
    ]


def _words(name: str, value: int | bool) -> str:
    if isinstance(PARAMETERS[name].default, bool):
        return "是" if value else "否"
    return f"{value}{PARAMETERS[name].unit}"
