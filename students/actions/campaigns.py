"""排查: opens a sweep, draws its three lists, keeps what is found out about a child, and closes it (domain.md §9)."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from students.actions import audit
from students.enrolment import EventKind, Standing
from students.models import (
    Area,
    Campaign,
    Enrolment,
    EnrolmentEvent,
    Finding,
    FindingProof,
    FindingStep,
    Resident,
    SpecialGroup,
)
from students.queries.policy import policy_of
from students.queries.unaccounted import finished
from students.school_age import school_age_births

BATCH = 2000  # rows written together
AWAY = (Standing.SUSPENDED, Standing.DROPPED_OUT)


class CampaignRefused(Exception):
    """What cannot be done in this sweep; the message is a Chinese sentence."""


class Overtaken(CampaignRefused):
    """Somebody else was quicker; the message says what changed."""


@transaction.atomic
def open_campaign(*, by, season: str, year: int, as_of: date, due_on: date) -> Campaign:
    """启动排查; its lists are drawn by ``draw``. Raises ``CampaignRefused`` where the season has its sweep already."""
    try:
        with transaction.atomic():
            campaign = Campaign.objects.create(
                season=season, year=year, as_of=as_of, due_on=due_on, opened_at=timezone.now(), opened_by=by
            )
    except IntegrityError:
        label = Campaign.Season(season).label
        raise CampaignRefused(f"{year}年{label}已经启动，没有再建一次。请在排查页面打开它。") from None
    audit.record(by=by, action="campaign.open", subject=campaign)
    return campaign


@transaction.atomic
def close_campaign(*, by, campaign: Campaign) -> None:
    """结束排查: from now on nothing in it changes. A second press changes nothing."""
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if campaign.closed_at:
        return
    campaign.closed_at, campaign.closed_by = timezone.now(), by
    campaign.save(update_fields=["closed_at", "closed_by"])
    states = Counter(campaign.findings.order_by().values_list("state", flat=True))
    audit.record(by=by, action="campaign.close", subject=campaign, states=dict(states))


def _open(campaign: int) -> Campaign:
    """The sweep, locked, so that it is not closed while something is written into it."""
    row = Campaign.objects.select_for_update(no_key=True).get(pk=campaign)
    if row.closed_at:
        raise CampaignRefused(f"{row}已结束，内容不再改变，没有保存。")
    return row


# ---- the three lists ---------------------------------------------------------------------------


@transaction.atomic
def draw(*, by, campaign: Campaign, long_absent: Collection[int]) -> dict[str, int]:
    """Put every child on the lists who belongs there as of the sweep's day; how many are new on each.

    ``long_absent``: ids of students who attended and had been absent for long by that day; runs are not this app's.
    Whoever is on a list already stays with all that was found out.
    """
    campaign = _open(campaign.pk)
    places = _Places()
    drawn = [
        *_not_enrolled(campaign),
        *_not_attending(campaign, long_absent, places),
        *_poverty(campaign, places),
    ]
    new = _not_yet_listed(campaign, drawn)
    Finding.objects.bulk_create(new, batch_size=BATCH)
    counts = Counter(finding.list for finding in new)
    audit.record(by=by, action="campaign.draw", subject=campaign, **counts)
    return {which: counts[which] for which in Finding.List.values}


def _not_yet_listed(campaign: Campaign, drawn: Iterable[Finding]) -> list[Finding]:
    """Those who are not on their list yet: the first list is one of residents, the others are of students.

    The child's row on the other side is left out where it is on the list with somebody else: linked otherwise then.
    """
    known = {*campaign.findings.order_by().values_list("list", "resident", "student")}
    residents = {(which, resident) for which, resident, _ in known}
    students = {(which, student) for which, _, student in known}
    new = []
    for finding in drawn:
        resident_listed = (finding.list, finding.resident_id) in residents
        student_listed = (finding.list, finding.student_id) in students
        if finding.list == Finding.List.NOT_ENROLLED:
            if resident_listed:
                continue
            finding.student_id = None if student_listed else finding.student_id
        else:
            if student_listed:
                continue
            finding.resident_id = None if resident_listed else finding.resident_id
        residents.add((finding.list, finding.resident_id))
        students.add((finding.list, finding.student_id))
        new.append(finding)
    return new


def _not_enrolled(campaign: Campaign):
    """有户籍无学籍: residents of school age who are on no register of the county as of the day.

    Not listed: whoever has finished grade 9, and whoever has died.
    """
    policy = policy_of(campaign.as_of)
    born = school_age_births(campaign.as_of, entry_age=policy.entry_age, last_age=policy.last_age)
    mine = {"student": OuterRef("student")}
    events = EnrolmentEvent.objects.effective().filter(**mine, happened_on__lte=campaign.as_of)
    rows = Resident.objects.filter(birth_date__range=born).exclude(
        Exists(Enrolment.objects.on(campaign.as_of).filter(**mine))
        | Exists(events.filter(finished()))
        | Exists(events.filter(kind=EventKind.DECEASE))
    )
    for pk, student, village, township in rows.order_by("pk").values_list("pk", "student", "village", "township"):
        yield Finding(
            campaign=campaign,
            list=Finding.List.NOT_ENROLLED,
            resident_id=pk,
            student_id=student,
            village_id=village,
            township_id=township,
        )


def _not_attending(campaign: Campaign, long_absent: Collection[int], places: "_Places"):
    """有学籍未在校: in a register as of the day, and suspended, dropped out, or absent for long."""
    away = Q(standing__in=AWAY) | Q(standing=Standing.ATTENDING, student__in=long_absent)
    yield from _enrolled(campaign, Finding.List.NOT_ATTENDING, away, places)


def _poverty(campaign: Campaign, places: "_Places"):
    """辍学且为脱贫户: dropped out as of the day, and of a household out of poverty by either list."""
    flagged = SpecialGroup.objects.on(campaign.as_of).filter(
        student=OuterRef("student"), kind=SpecialGroup.Kind.OUT_OF_POVERTY
    )
    poor = Q(standing=Standing.DROPPED_OUT) & (Exists(flagged) | Q(student__resident__is_out_of_poverty=True))
    yield from _enrolled(campaign, Finding.List.POVERTY, poor, places)


def _enrolled(campaign: Campaign, which: str, condition, places: "_Places"):
    rows = Enrolment.objects.on(campaign.as_of).filter(condition).order_by("student")
    for student, code, school, school_township, resident, village, township in rows.values_list(
        "student",
        "student__home_area_code",
        "school_class__school",
        "school_class__school__township",
        "student__resident",
        "student__resident__village",
        "student__resident__township",
    ):
        if township is None:
            village, township = places.of_code(code, otherwise=school_township)
        yield Finding(
            campaign=campaign,
            list=which,
            resident_id=resident,
            student_id=student,
            village_id=village,
            township_id=township,
            school_id=school,
        )


class _Places:
    """Finds village and township by the 户口所在地行政区划 of a student who is no known resident."""

    def __init__(self):
        self._areas = {code: (pk, level, parent) for code, pk, level, parent in _area_rows()}

    def of_code(self, code: str, *, otherwise: int) -> tuple[int | None, int]:
        """(village, township); the school's township where the code says nothing of this county."""
        pk, level, parent = self._areas.get(code, (None, None, None))
        if level == Area.Level.VILLAGE and parent:
            return pk, parent
        pk, level, _ = self._areas.get(f"{code[:9]}000", (None, None, None))
        return None, pk if level == Area.Level.TOWNSHIP else otherwise


def _area_rows():
    return Area.objects.exclude(level=Area.Level.COUNTY).values_list("code", "pk", "level", "parent")


# ---- what is found out -------------------------------------------------------------------------


@transaction.atomic
def record_step(
    *,
    by,
    finding: Finding,
    state: str,
    happened_on: date,
    note: str,
    proof: dict | None,
    submission: UUID,
    seen: int,
    today: date,
) -> FindingStep:
    """Keep what was found out; ``proof`` are the columns of a file taken in by ``students.actions.files``.

    ``seen``: id of the last step that the page showed, 0 where there was none. The same form sent twice is one step.
    Raises ``Overtaken`` where somebody has written since, ``CampaignRefused`` for what cannot be.
    """
    campaign = _open(finding.campaign_id)
    finding = Finding.objects.select_for_update(no_key=True, of=("self",)).get(pk=finding.pk)
    if sent := FindingStep.objects.filter(submission=submission).first():
        return sent
    last = finding.steps.select_related("recorded_by").order_by("-pk").first()
    if last and last.pk != seen:
        raise Overtaken(
            f"{last.recorded_by.name}刚刚登记了“{last.get_state_display()}”，这次没有保存。请看过新的记录后再登记。"
        )
    if not campaign.as_of <= happened_on <= today:
        raise CampaignRefused("日期应在比对日期之后、今天或以前，没有保存。请改正日期。")
    if state in Finding.PROVEN and not proof and not _is_proven(finding, state):
        raise CampaignRefused(f"登记“{Finding.State(state).label}”要附证明材料，没有保存。请拍照或选择文件后再登记。")
    now = timezone.now()
    step = FindingStep.objects.create(
        finding=finding,
        state=state,
        happened_on=happened_on,
        note=note,
        recorded_at=now,
        recorded_by=by,
        submission=submission,
    )
    if proof:
        FindingProof.objects.create(step=step, uploaded_at=now, uploaded_by=by, **proof)
    finding.state = state
    finding.save(update_fields=["state"])
    audit.record(by=by, action="campaign.record", subject=finding, state=state, proof=bool(proof))
    return step


def _is_proven(finding: Finding, state: str) -> bool:
    """Whether a paper for this very state has been filed before."""
    return FindingProof.objects.filter(step__finding=finding, step__state=state).exists()


@transaction.atomic
def assign(*, by, campaign: Campaign, findings, follower) -> int:
    """分派: make ``follower`` (None = nobody) follow up ``findings``, a queryset; how many changed."""
    _open(campaign.pk)
    rows = findings.filter(campaign=campaign).exclude(follower=follower)
    pks = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk", flat=True))
    changed = Finding.objects.filter(pk__in=pks).update(follower=follower)
    if changed:
        audit.record(
            by=by, action="campaign.assign", subject=campaign, follower=follower and follower.pk, findings=changed
        )
    return changed
