"""Whatever is corrected later: what was filed stays, and the amendment explains the whole change."""

from datetime import date, timedelta
from hashlib import sha256

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.figures import CODES, LABELS
from returns.models import Snapshot
from returns.queries.editions import content_of
from returns.queries.live import live_figures
from returns.snapshots import differences, lists_of
from scoring.frozen import digest
from students.actions import corrections, enrolment
from students.enrolment import EventKind, ImpossibleEvent
from tests.examples import examples
from tests.returns.filed import TODAY, filed, leave, october

KINDS = (EventKind.DROP_OUT, EventKind.TRANSFER_OUT, EventKind.LEAVE_COUNTRY, EventKind.RETURN, EventKind.TRANSFER_IN)
EVENTS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(KINDS), st.integers(0, 55), st.booleans()), min_size=1, max_size=5
)


def happen(school, child: int, kind: EventKind, days: int, is_voided: bool) -> None:
    """Something of a child between 1 September and today, taken back again or not; what cannot be is left."""
    joins = {"school_class": school.school_class} if kind in (EventKind.RETURN, EventKind.TRANSFER_IN) else {}
    try:
        with transaction.atomic():
            event = enrolment.record_event(
                by=school.clerk, student=school.children[child], kind=kind,
                happened_on=date(2026, 9, 1) + timedelta(days=days), today=TODAY, **joins,
            )  # fmt: skip
            if is_voided:
                corrections.void(by=school.clerk, event=event, reason="登记错了人", today=TODAY)
    except (ImpossibleEvent, corrections.CorrectionRefused):
        pass


@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_what_was_filed_stays_and_the_amendment_explains_the_rest(school, head, events):
    with transaction.atomic():
        leave(school)
        edition = filed(school, head)
        kept = Snapshot.objects.values().get()
        for event in events:
            happen(school, *event)
        assert Snapshot.objects.values().get() == kept
        assert digest(kept["content"]) == kept["sha256"]
        assert sha256(bytes(kept["pdf"])).hexdigest() == kept["pdf_sha256"]
        before, live = lists_of(content_of(edition)), live_figures(school.school, october(), today=TODAY)
        changed = {change.label: change for change in differences(before, live.lists)}
        for code in CODES:
            change = changed.get(LABELS[code])
            explained = len(change.came) - len(change.went) if change else 0
            assert live.total[code] == len(before[code]) + explained
        if changed:
            filed(school, head, reason="更正")
            assert differences(lists_of(content_of(edition.school_return.editions.last())), live.lists) == []
        transaction.set_rollback(True)


@pytest.mark.usefixtures("real_papers")
def test_a_paper_keeps_its_digest(school, head):
    row = filed(school, head)
    assert sha256(bytes(row.snapshot.pdf)).hexdigest() == row.snapshot.pdf_sha256
    assert bytes(row.snapshot.pdf).startswith(b"%PDF")
