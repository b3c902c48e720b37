"""The demonstration county's registry: every page of it has something to show at the school of the printed log-ins."""

from collections import Counter
from datetime import date, timedelta

from casework.demo.acts import at
from casework.ladder import DutyStatus
from casework.models import Obligation, Report
from casework.ruleset import Tier
from students.identity import read_identity_number
from students.models import (
    Campaign,
    Certificate,
    EnrolmentEvent,
    Finding,
    FindingStep,
    Guardian,
    HeadCount,
    HeadCountMissing,
    OpeningAbsence,
    ProposedMatch,
    Resident,
    Suspension,
    Transfer,
)
from students.school_age import full_years
from tests.demo.county import TODAY


def test_most_residents_are_students_and_others_are_too_young_too_old_or_nowhere(county):
    residents = Resident.objects.all()
    by_number = residents.filter(match=Resident.Match.ID)
    assert 0.7 < by_number.count() / residents.count() < 0.9
    assert all(resident.student.id_number == resident.id_number for resident in by_number.select_related("student"))
    assert residents.filter(birth_date__gt=date(2020, 8, 31)).count() >= 10
    assert residents.filter(birth_date__lte=date(2010, 9, 24), student=None).count() >= 10
    assert residents.filter(is_out_of_poverty=True).exists()
    townships = {school.township.pk for school in county.plan.schools}
    assert {resident.township_id for resident in residents} == townships


def test_every_resident_has_a_sound_number_and_is_a_minor(county):
    for resident in Resident.objects.all():
        facts = read_identity_number(resident.id_number)
        assert (facts.birth_date, facts.sex) == (resident.birth_date, resident.sex)
        assert 0 <= full_years(resident.birth_date, TODAY) <= 17


def test_numbers_copied_wrong_are_proposed_and_one_has_been_confirmed(county):
    slip = "身份证件号只差一位"
    assert sum(slip in proposal.reasons for proposal in ProposedMatch.objects.all()) >= 3
    assert Resident.objects.filter(match=Resident.Match.CONFIRMED).count() == 1


def test_transfers_wait_are_refused_accepted_and_proven_by_a_letter(county):
    assert set(Transfer.objects.values_list("answer", flat=True)) == {"", "accepted", "refused", "letter"}
    home = Transfer.objects.filter(from_school=county.plan.shown_school.row)
    lost = home.filter(answer="", out_event__happened_on__lt=TODAY - timedelta(days=31))
    assert lost.count() == 1
    assert home.filter(answer="letter", out_event__confirmed_on__isnull=False).count() == 1


def test_suspensions_wait_are_nearly_over_and_over(county):
    home = Suspension.objects.filter(student__enrolments__school_class__school=county.plan.shown_school.row)
    assert home.filter(decision="").distinct().count() == 1
    approved = home.filter(decision="approved").distinct()
    assert approved.filter(ends_on__range=(TODAY, TODAY + timedelta(days=30))).count() == 1
    assert approved.filter(ends_on__lt=TODAY, student__enrolments__standing="suspended").exists()
    reminded = Obligation.objects.standing().filter(tier=Tier.SUSPENSION_END, done_on=None)
    assert {duty.status_on(TODAY) for duty in reminded} == {DutyStatus.OPEN, DutyStatus.LATE_OPEN}


def test_changes_are_proven_in_time_late_or_not_yet(county):
    proofs = Obligation.objects.standing().filter(tier=Tier.CHANGE_EVIDENCE)
    states = {duty.status_on(TODAY) for duty in proofs}
    assert states >= {DutyStatus.OPEN, DutyStatus.DONE, DutyStatus.LATE_OPEN}
    assert not Certificate.objects.filter(handed_in_on__gt=TODAY).exists()


def test_heads_were_counted_and_in_one_class_two_were_not_there(county):
    counts = HeadCount.objects.filter(school_class__school=county.plan.shown_school.row, is_from_above=False)
    rounds = Counter(counts.values_list("school_class", flat=True))
    assert set(rounds.values()) == {1, 2}
    assert len(rounds) < len(county.plan.shown_school.classes)
    [differing] = {row.head_count for row in HeadCountMissing.objects.filter(reason="unknown", head_count__in=counts)}
    assert differing.on_roll - differing.present == differing.missing.count()


def test_who_was_not_back_in_september_is_known_by_reason_and_visited(county):
    opening = Obligation.objects.standing().filter(tier=Tier.OPENING_VISIT)
    noted = set(OpeningAbsence.objects.values_list("student", flat=True))
    assert noted
    assert noted <= set(opening.values_list("student", flat=True))
    assert {absence.term.number for absence in OpeningAbsence.objects.select_related("term")} == {1}


def test_the_autumn_sweep_is_half_done(county):
    campaign = Campaign.objects.get()
    assert (campaign.season, campaign.year, campaign.closed_at) == ("autumn", 2026, None)
    assert set(campaign.findings.values_list("list", flat=True)) == set(Finding.List)
    assert campaign.findings.filter(state__in=Finding.SETTLED).exists()
    assert campaign.findings.filter(state=Finding.State.TO_VISIT, follower__username="xiangzhen").exists()
    proven = FindingStep.objects.filter(state__in=Finding.PROVEN)
    assert all(step.proofs.exists() for step in proven)


def test_nothing_was_written_after_the_day(county):
    tomorrow = at(TODAY + timedelta(days=1), 0)
    for model, moment in (
        (EnrolmentEvent, "recorded_at"), (Transfer, "offered_at"), (Transfer, "answered_at"),
        (Suspension, "requested_at"), (Suspension, "decided_at"), (Certificate, "uploaded_at"),
        (HeadCount, "recorded_at"), (OpeningAbsence, "recorded_at"), (FindingStep, "recorded_at"),
        (Report, "recorded_at"), (Guardian, "phone_checked_at"), (Resident, "matched_at"),
    ):  # fmt: skip
        assert not model.objects.filter(**{f"{moment}__gte": tomorrow}).exists(), (model, moment)
