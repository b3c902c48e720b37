"""上报: prepared by the clerk, signed by a head, filed, accepted or sent back by the bureau, amended by numbers.

``at``: when it was done, where that is not now.
"""

from datetime import date, datetime
from hashlib import sha256
from io import BytesIO

from django.db import transaction
from django.utils import timezone

from reports.pdf import write_pdf
from reports.tables import CannotDraw, Imprint
from returns.actions.place import (
    MEANWHILE,
    Place,
    ReturnRefused,
    locked,
    of_the_page,
    save,
    set_prepared,
    set_reason,
    why_not,
)
from returns.actions.telling import (
    settle_signing,
    tell_bureau,
    tell_clerks,
    tell_heads,
    tell_school,
    tell_signer,
)
from returns.matters import Matter
from returns.models import AmendmentDue, Edition, Snapshot
from returns.queries.content import content_to_sign, signed_by
from returns.queries.editions import Filing, changes_now, changes_since, last_lists
from returns.queries.live import Live, live_figures
from returns.queries.months_summed import months_summed
from returns.queries.periods import FilingPeriod
from returns.queries.tables import edition_table
from returns.queries.warnings import warnings_of
from returns.states import IN_SCHOOL, RULES, Post, State, Step, refusal
from scoring.frozen import digest
from students.access import Scope
from students.models import School
from students.queries.policy import policy_of

CHANGED = "你打开页面之后，数字有了变化，没有保存。请核对本页的最新数字再办。"
NOTHING_TO_AMEND = "现在的事实和已经上报的一致，没有要更正的，没有保存。"
OTHERWISE = "签字以后，事实有了变化，签的数字和现在的不同，没有上报。请撤回，核对后重新送校长签字。"


@transaction.atomic
def prepare(
    *,
    by,
    scope: Scope,
    school: School,
    period: FilingPeriod,
    remark: str,
    reason: str,
    seen: int,
    today: date,
    at: datetime | None = None,
):
    """送校长签字: the clerk has looked at the figures; ``remark`` is the school's own word. The edition.

    ``reason``: why an edition that the bureau has is amended, blank for the return itself; ``seen``: the version of the
    edition in hand that the page showed, 0 for none. Raises ``NotYoursToFile``, ``ReturnRefused``.
    """
    place = Place(school, period, by, scope, today, at or timezone.now())
    filing = locked(place, Step.PREPARE)
    typed = (by.pk, remark, reason if filing.next_number else "")
    if (row := filing.work) and row.state == State.PREPARED and (row.prepared_by_id, row.remark, row.reason) == typed:
        return row  # a second press
    if filing.filed:
        _must_differ(place, filing)
    row = _begun(place, filing, Step.PREPARE, reason, seen)
    set_prepared(row, place, remark)
    save(row, "returns.prepare", place)
    tell_heads(row.school_return, by=by, today=today)
    return row


@transaction.atomic
def sign(
    *,
    by,
    scope: Scope,
    school: School,
    period: FilingPeriod,
    mark: str,
    seen: int,
    today: date,
    at: datetime | None = None,
) -> Edition:
    """签字: a head signs the figures as the page showed them (``mark``); at that moment they are frozen.

    Raises ``NotYoursToFile``, ``ReturnRefused``. A second press does nothing.
    """
    place = Place(school, period, by, scope, today, at or timezone.now())
    filing = locked(place, Step.SIGN)
    row = filing.latest
    if row and row.state == State.SIGNED and row.signed_by_id == by.pk:
        return row
    row = of_the_page(place, filing, Step.SIGN, seen)
    _freeze(place, filing, row, mark)
    row.state = State.SIGNED
    save(row, "returns.sign", place, sha256=row.snapshot.sha256)
    settle_signing(row.school_return, by=by)
    tell_clerks(row.school_return, by=by, today=today)
    return row


@transaction.atomic
def file_return(
    *, by, scope: Scope, school: School, period: FilingPeriod, seen: int, today: date, at: datetime | None = None
) -> Edition:
    """上报 what was signed, where the facts still say it. Raises ``NotYoursToFile``, ``ReturnRefused``. A second press
    does nothing."""
    place = Place(school, period, by, scope, today, at or timezone.now())
    filing = locked(place, Step.FILE)
    row = filing.latest
    if row and row.state == State.FILED and row.filed_by_id == by.pk:
        return row
    row = of_the_page(place, filing, Step.FILE, seen)
    if changes_since(live_figures(school, period, today=today), row):
        raise ReturnRefused(OTHERWISE)
    _filed(row, place)
    return row


@transaction.atomic
def file_zero(
    *,
    by,
    scope: Scope,
    school: School,
    period: FilingPeriod,
    mark: str,
    seen: int,
    today: date,
    at: datetime | None = None,
) -> Edition:
    """零报告: a head files in one press that nothing happened, without a clerk's preparation.

    Raises ``NotYoursToFile``, ``ReturnRefused``. A second press does nothing.
    """
    place = Place(school, period, by, scope, today, at or timezone.now())
    filing = locked(place, Step.FILE_ZERO)
    if filing.filed:
        row = filing.latest
        if row.state == State.FILED and row.filed_by_id == by.pk:
            return row
        raise ReturnRefused(why_not(place, Step.FILE_ZERO, filing.state))
    row = _begun(place, filing, Step.FILE_ZERO, "", seen)
    if row.prepared_by is None:
        set_prepared(row, place, "")
    live = _freeze(place, filing, row, mark)
    if not live.is_zero:
        raise ReturnRefused(
            f"{period.kind.this}有变动，或者有疑似辍学、辍学、去向不明的学生，不是零报告，没有保存。"
            f"请按{period.kind.label}上报。"
        )
    _filed(row, place)
    return row


@transaction.atomic
def take_back(
    *, by, scope: Scope, school: School, period: FilingPeriod, seen: int, today: date, at: datetime | None = None
) -> Edition:
    """撤回 what has not been filed; it stays with who prepared and signed it, and whoever signed is told. An amendment
    that is not wanted any more is dropped so. Raises ``NotYoursToFile``, ``ReturnRefused``."""
    place = Place(school, period, by, scope, today, at or timezone.now())
    filing = locked(place, Step.TAKE_BACK)
    for row in filing.editions:
        if row.state == State.WITHDRAWN and row.withdrawn_by_id == by.pk and row.version == seen + 1:
            return row  # a second press
    row = of_the_page(place, filing, Step.TAKE_BACK, seen)
    _withdrawn(row, place)
    return row


@transaction.atomic
def accept(
    *, by, scope: Scope, school: School, period: FilingPeriod, seen: int, today: date, at: datetime | None = None
) -> Edition:
    """接收: the bureau takes the first edition that it has not accepted; nobody takes what they prepared or signed.

    ``seen``: the id of the edition that the page showed. Raises ``NotYoursToFile``, ``ReturnRefused``.
    """
    place = Place(school, period, by, scope, today, at or timezone.now())
    row = _to_decide(place, Step.ACCEPT, seen)
    if row.state == State.ACCEPTED and row.decided_by_id == by.pk:
        return row
    _decided(place, row, Step.ACCEPT, "")
    return row


@transaction.atomic
def send_back(
    *,
    by,
    scope: Scope,
    school: School,
    period: FilingPeriod,
    reason: str,
    seen: int,
    today: date,
    at: datetime | None = None,
) -> Edition:
    """退回 with a reason: the school prepares the same number anew, and what it had in hand to amend it is over.
    ``seen``: the id of the edition that the page showed. Raises ``NotYoursToFile``, ``ReturnRefused``."""
    place = Place(school, period, by, scope, today, at or timezone.now())
    row = _to_decide(place, Step.SEND_BACK, seen)
    if row.state == State.RETURNED and row.decided_by_id == by.pk and row.decision_reason == reason:
        return row
    if not reason:
        raise ReturnRefused("退回要写明原因，没有退回。请填写后再提交。")
    later = row.school_return.editions.filter(number__gt=row.number)
    if later.sent().exists():
        raise ReturnRefused(f"学校已经报了第{row.number + 1}号更正，没有退回。请先接收这一份，再看更正。")
    if in_hand := later.filter(state__in=sorted(IN_SCHOOL)).first():
        _withdrawn(in_hand, place)
    _decided(place, row, Step.SEND_BACK, reason)
    return row


def _must_differ(place: Place, filing: Filing) -> None:
    live = live_figures(place.school, place.period, today=place.today)
    if not changes_now(live, filing, None):
        raise ReturnRefused(NOTHING_TO_AMEND)


def _begun(place: Place, filing: Filing, step: Step, reason: str, seen: int) -> Edition:
    """The edition in hand, or the next one: the same number after it was sent back, else one more."""
    latest = filing.latest
    if latest and latest.is_in_school:
        row = of_the_page(place, filing, step, seen)
    elif seen:
        raise ReturnRefused(MEANWHILE.format(title=place.period.kind.label))
    else:
        row = filing.next_edition()
    set_reason(row, reason)
    return row


def _freeze(place: Place, filing: Filing, row: Edition, mark: str) -> Live:
    """Keep what the facts say, as data and as paper, where it is what the page showed."""
    live = live_figures(place.school, place.period, today=place.today)
    if live.mark != mark:
        raise ReturnRefused(CHANGED)
    changes = changes_now(live, filing, last_lists(place.school, place.period))
    if row.number and not changes:
        raise ReturnRefused(NOTHING_TO_AMEND)
    now = timezone.localtime(place.at)
    content = content_to_sign(
        live,
        place.period,
        row,
        times=filing.times_sent(row),
        changes=changes,
        months=months_summed(live),
        warnings=[warning.text for warning in warnings_of(live, today=place.today)],
        policy=policy_of(live.period.day),
        signed=signed_by(row, place.by, now.date(), place.period),
    )
    pdf = _paper(content, Imprint(by=place.by.name, at=now, signs=True))
    row.snapshot = Snapshot.objects.create(
        school_return=filing.row, content=content, sha256=digest(content), pdf=pdf,
        pdf_sha256=sha256(pdf).hexdigest(), made_at=now, made_by=place.by,
    )  # fmt: skip
    row.signed_at, row.signed_by = now, place.by
    return live


def _paper(content: dict, imprint: Imprint) -> bytes:
    file = BytesIO()
    try:
        write_pdf(edition_table(content), file, imprint)
    except CannotDraw as error:
        raise ReturnRefused(f"{error}没有签字。") from None
    return file.getvalue()


def _filed(row: Edition, place: Place) -> None:
    row.state, row.filed_at, row.filed_by = State.FILED, place.at, place.by
    save(row, "returns.file", place, is_late=row.filed_on > row.school_return.deadline)
    AmendmentDue.objects.filter(school_return=row.school_return).delete()
    tell_bureau(row, by=place.by, today=place.today)


def _withdrawn(row: Edition, place: Place) -> None:
    row.state, row.withdrawn_at, row.withdrawn_by = State.WITHDRAWN, place.at, place.by
    save(row, "returns.take_back", place)
    settle_signing(row.school_return, by=place.by)
    if row.signed_by:
        tell_signer(row, by=place.by)


def _to_decide(place: Place, step: Step, seen: int) -> Edition:
    filing = locked(place, step)
    row = next((edition for edition in filing.editions if edition.pk == seen), None)
    if row is None:
        raise ReturnRefused("学校还没有上报，没有保存。请看本页的最新情况。")
    if row.decided_by_id == place.by.pk and row.state == RULES[step].target:
        return row  # a second press
    if said := refusal(step, row.step, {Post.BUREAU}, title=place.period.kind.label):
        raise ReturnRefused(said)
    if row != filing.awaited:
        raise ReturnRefused(f"前一份{filing.awaited.label}还没有处理，没有保存。请按顺序处理。")
    if place.by.pk in (row.prepared_by_id, row.signed_by_id, row.filed_by_id):
        raise ReturnRefused(f"自己填报、签字或者上报的，不能自己{RULES[step].label}，没有保存。请由另一位同志办理。")
    return row


def _decided(place: Place, row: Edition, step: Step, reason: str) -> None:
    row.state, row.decided_at, row.decided_by = RULES[step].target, place.at, place.by
    row.decision_reason = reason
    save(row, f"returns.{step}", place)
    matter = Matter.ACCEPTED if step is Step.ACCEPT else Matter.SENT_BACK
    tell_school(row, matter=matter, by=place.by, today=place.today)
