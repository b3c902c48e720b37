"""Which act fulfils which obligation, in the order of the acts' dates (contract.md). Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from casework.contacts import VISITS, ContactMethod
from casework.ruleset import Tier

if TYPE_CHECKING:
    from casework.ladder import Duty, StudentFacts


def fulfil(duties: Iterable["Duty"], facts: "StudentFacts", *, through: date) -> list["Duty"]:
    """Give each obligation the act that fulfils it; acts stand in the order of their dates (contract.md).

    A contact fulfils every open 联系家长 triggered on or before its date; a visit also every open visit whose run or
    term had begun, so work done before a threshold is reached counts; only 长假核实 asks for a contact since the leave
    became long. A certificate fulfils 证明材料 of its change's day. A report fulfils one: that
    which it names, else of those that had begun the latest.
    """
    contacts = sorted({day for day, _ in facts.contacts if day <= through})
    visits = sorted({day for day, method in facts.contacts if day <= through and method in VISITS})
    joint_visits = sorted(
        {day for day, method in facts.contacts if day <= through and method == ContactMethod.JOINT_VISIT}
    )
    acts = {
        Tier.CONTACT: contacts,
        Tier.HOME_VISIT: visits,
        Tier.JOINT_VISIT: joint_visits,
        Tier.OPENING_VISIT: visits,
        Tier.EXCUSED_CHECK: contacts,
    }
    proofs = _proofs(facts.certificates, through)
    result = sorted(duties, key=lambda duty: (duty.key, duty.tier))
    for position, duty in enumerate(result):
        if duty.tier in acts:
            done = _first_from(acts[duty.tier], duty.triggered_on if duty.tier is Tier.EXCUSED_CHECK else duty.key)
            result[position] = duty._replace(done_on=min(filter(None, (done, duty.done_on)), default=None))
        elif duty.tier is Tier.CHANGE_EVIDENCE:
            result[position] = duty._replace(done_on=proofs.get(duty.key))
    # Two identical rows are one act, so a day holds at most one report of a kind.
    for day, tier in sorted({(day, tier) for day, tier in facts.reports if day <= through}):
        begun = [i for i, duty in enumerate(result) if duty.tier == tier and duty.key <= day and duty.done_on is None]
        named = [i for i in begun if result[i].key == facts.about.get((day, tier))]
        if begun:
            chosen = (named or begun)[-1]
            result[chosen] = result[chosen]._replace(done_on=day)
    return result


def _proofs(certificates: Iterable[tuple[date, date]], through: date) -> dict[date, date]:
    """Day of a change → the day from which a certificate proves it; one handed in before the change waits for it."""
    days: dict[date, date] = {}
    for changed_on, handed_in_on in certificates:
        proven_on = max(changed_on, handed_in_on)
        if proven_on <= through:
            days[changed_on] = min(proven_on, days.get(changed_on, proven_on))
    return days


def _first_from(days: Sequence[date], day: date) -> date | None:
    position = bisect_left(days, day)
    return days[position] if position < len(days) else None
