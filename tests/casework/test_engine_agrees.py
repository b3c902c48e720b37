"""Whatever is done in whatever order, what is kept incrementally equals what the facts alone say."""

from contextlib import suppress
from datetime import date, timedelta
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from casework import engine
from casework.actions import acts
from casework.contacts import ContactMethod
from casework.models import AbsenceRun, ConcernReport, Contact, Obligation, Report, RuleAdoption, StoredRuleSet
from casework.ruleset import Tier
from students.actions import enrolment, leave, registers
from students.actions.followup import facts_changed
from students.days import MarkKind
from students.enrolment import EventKind, ImpossibleEvent
from students.models import Certificate, Enrolment, EnrolmentEvent, Leave, Role, RollCall, Suspension
from tests import cast
from tests.examples import examples

DAYS = [cast.FIRST_DAY + timedelta(days=offset) for offset in range(24)]
LAST = DAYS[-1]

marks = st.one_of(
    st.none(), st.sampled_from(["unexcused", "unexcused", "unexcused", "unverified", "sick_leave", "late"])
)
step = st.one_of(
    st.tuples(
        st.just("register"), st.sampled_from(DAYS), st.sampled_from(["AM", "PM"]), st.tuples(marks, marks, marks)
    ),
    st.tuples(
        st.just("register"), st.sampled_from(DAYS), st.sampled_from(["AM", "PM"]), st.tuples(marks, marks, marks)
    ),
    st.tuples(st.just("take back"), st.integers(0, 50)),
    st.tuples(st.just("leave"), st.integers(0, 2), st.sampled_from(DAYS), st.integers(0, 5)),
    st.tuples(st.just("cancel leave"), st.integers(0, 50)),
    st.tuples(st.just("contact"), st.integers(0, 2), st.sampled_from(DAYS), st.sampled_from(list(ContactMethod))),
    st.tuples(
        st.just("report"),
        st.integers(0, 2),
        st.sampled_from(DAYS),
        st.sampled_from(["absence_report", "loss_report", "return_report"]),
    ),
    st.tuples(st.just("left"), st.integers(0, 2), st.sampled_from(DAYS)),
    st.tuples(st.just("cancel left"), st.integers(0, 50)),
    st.tuples(st.just("cancel act"), st.integers(0, 50)),
    st.tuples(st.just("change"), st.integers(0, 2), st.sampled_from(DAYS), st.sampled_from(["suspend", "resume"])),
    st.tuples(st.just("change"), st.integers(0, 2), st.sampled_from(DAYS), st.sampled_from(["suspend", "resume"])),
    st.tuples(st.just("approval"), st.integers(0, 50), st.integers(0, 60)),
    st.tuples(st.just("paper"), st.integers(0, 50), st.sampled_from(DAYS)),
    st.tuples(st.just("cancel paper"), st.integers(0, 50)),
)
# One child on leave, now in this class, now in that: its days are joined and cut by registers that do not name it.
leave_marks = st.one_of(st.none(), st.sampled_from(["sick_leave"] * 4 + ["personal_leave", "unexcused", "late"]))
leave_step = st.one_of(
    *[
        st.tuples(
            st.just("register"),
            st.sampled_from(DAYS[1:8]),
            st.sampled_from(["AM", "PM"]),
            st.tuples(leave_marks, st.none(), st.none()),
            st.integers(0, 1),
        )
    ]
    * 4,
    st.tuples(st.just("ill"), st.sampled_from(DAYS[:10]), st.integers(1, 6)),
    st.tuples(st.just("take back"), st.integers(0, 50)),
    st.tuples(st.just("leave"), st.just(0), st.sampled_from(DAYS[:10]), st.integers(0, 5)),
    st.tuples(st.just("cancel leave"), st.integers(0, 50)),
    st.tuples(st.just("contact"), st.just(0), st.sampled_from(DAYS[:14]), st.just(ContactMethod.PHONE)),
    st.tuples(st.just("move"), st.sampled_from(DAYS[:10]), st.integers(0, 1)),
    st.tuples(st.just("change"), st.just(0), st.sampled_from(DAYS[:10]), st.sampled_from(["suspend", "resume"])),
)


def kept():
    """What the engine keeps, without its keys; withdrawn obligations aside."""
    duties = Obligation.objects.standing().order_by("student", "tier", "key")
    runs = AbsenceRun.objects.order_by("student", "started_on")
    drop = {"id", "withdrawn_at", "withdrawn_reason"}
    return [
        [{key: value for key, value in row.items() if key not in drop} for row in rows.values()]
        for rows in (duties, runs)
    ]


class EngineAgrees(TestCase):
    """Incremental equals full, whatever the order of edits."""

    def build(self, rules, *, long_leave=10):
        cast.terms()
        school = cast.school(rules=rules)
        self.check_leaves_of(school, rules, long_leave)
        self.classes = [cast.school_class(school), cast.school_class(school, "202302")]
        self.school_class = self.classes[0]
        self.clerk = cast.person(role=Role.REGISTRY_CLERK, school=school)
        self.scope = cast.scope(self.clerk)
        self.restored = set()  # roll calls whose standing content a take-back restored
        self.children = [cast.student(self.school_class, name) for name in ("高东", "袁然远", "胡涛")]

    def check_leaves_of(self, school, rules, days):
        """Let a leave be long from so many days on: ten come about too seldom."""
        content = StoredRuleSet.objects.filter(code=rules).last().content
        rungs = [
            rung | {"threshold": days} if rung["tier"] == "excused_check" else rung for rung in content["triggers"]
        ]
        changed = StoredRuleSet.objects.create(
            code=f"{rules}_{days}", version=1, title="试验", content=content | {"triggers": rungs}
        )
        RuleAdoption.objects.filter(school=school).update(rule_set=changed)

    def do(self, what, *args):
        getattr(self, what.replace(" ", "_"))(*args)

    def register(self, day, slot, kinds, which=0):
        school_class = self.classes[which]
        standing = RollCall.objects.filter(school_class=school_class, day=day, slot=slot).first()
        attending = Enrolment.objects.attending().on(day).filter(school_class=school_class)
        there = set(attending.values_list("student", flat=True))
        marked = {child.pk: MarkKind(kind) for child, kind in zip(self.children, kinds, strict=True) if kind}
        try:
            registers.submit(
                by=self.clerk,
                scope=self.scope,
                school_class=school_class.pk,
                day=day,
                slot=slot,
                marks={child: kind for child, kind in marked.items() if child in there},
                submission=uuid4(),
                version=standing.version if standing else 0,
                today=LAST,
                reason="补正",
            )
            self.restored.discard(standing.pk if standing else None)
        except registers.RegisterRefused:
            assert day.weekday() >= 5 or day == date(2026, 9, 20)

    def ill(self, first, length):
        """Some school days from ``first`` on with the child marked 病假 in the mornings, wherever it is."""
        for day in [first + timedelta(days=offset) for offset in range(length)]:
            place = Enrolment.objects.attending().on(day).filter(student=self.children[0]).first()
            if place and day.weekday() < 5:
                which = [school_class.pk for school_class in self.classes].index(place.school_class_id)
                self.register(day, "AM", ("sick_leave", None, None), which)

    def move(self, day, which):
        with suppress(ImpossibleEvent), transaction.atomic():
            enrolment.record_event(
                by=self.clerk, student=self.children[0], kind=EventKind.CLASS_MOVE, happened_on=day,
                school_class=self.classes[which], today=LAST,
            )  # fmt: skip

    def take_back(self, which):
        calls = list(RollCall.objects.order_by("pk"))
        if calls:
            call = calls[which % len(calls)]
            try:
                registers.take_back(
                    by=self.clerk, scope=self.scope, roll_call=call.pk, version=call.version, today=LAST
                )
            except registers.RegisterRefused:
                # Only a submission can be taken back: what stands now is itself what a take-back restored.
                assert call.pk in self.restored
            else:
                self.restored.add(call.pk)

    def leave(self, child, first, length):
        last = first + timedelta(days=length)
        if not Leave.objects.filter(student=self.children[child], first_day=first, last_day=last, cancelled_at=None):
            leave.approve(
                by=self.clerk, student=self.children[child], first_day=first, last_day=last,
                kind=MarkKind.SICK_LEAVE, today=LAST,
            )  # fmt: skip

    def cancel_leave(self, which):
        leaves = list(Leave.objects.filter(cancelled_at=None))
        if leaves:
            leave.cancel(by=self.clerk, leave=leaves[which % len(leaves)], today=LAST)

    def contact(self, child, day, method):
        acts.record_contact(
            by=self.clerk, student=self.children[child], day=day, method=method, result="已联系上",
            today=LAST,
        )  # fmt: skip

    def report(self, child, day, kind):
        acts.file_report(by=self.clerk, student=self.children[child], day=day, kind=Tier(kind), today=LAST)

    def left(self, child, day):
        """已离校 reported on ``day``."""
        student = self.children[child]
        ConcernReport.objects.get_or_create(
            student=student, day=day, kind="left", cancelled_at=None,
            defaults={"recorded_at": timezone.now(), "recorded_by": self.clerk},
        )  # fmt: skip
        facts_changed(students={student.pk}, today=LAST, reason="报告已离校")

    def cancel_left(self, which):
        told = list(ConcernReport.objects.filter(cancelled_at=None).order_by("pk"))
        if told:
            row = told[which % len(told)]
            row.cancelled_at, row.cancelled_by = timezone.now(), self.clerk
            row.save()
            facts_changed(students={row.student_id}, today=LAST, reason="撤回预警")

    def cancel_act(self, which):
        done = [*Contact.objects.order_by("pk"), *Report.objects.order_by("pk")]
        if done:
            acts.cancel(by=self.clerk, act=done[which % len(done)], today=LAST)

    def change(self, child, day, kind):
        student = self.children[child]
        with suppress(ImpossibleEvent), transaction.atomic():
            enrolment.record_event(
                by=self.clerk, student=student, kind=EventKind(kind), happened_on=day, today=LAST
            )  # fmt: skip

    def approval(self, which, length):
        """An approved end of a suspension, or one more: a prolongation."""
        began = list(EnrolmentEvent.objects.effective().filter(kind="suspend").order_by("pk"))
        if began:
            event = began[which % len(began)]
            first, at = event.happened_on, timezone.now()
            Suspension.objects.create(
                student=event.student, event=event, ground="illness", reason="养病", starts_on=first,
                ends_on=first + timedelta(days=length), requested_at=at, requested_by=self.clerk,
                decision="approved", decided_at=at, decided_by=self.clerk,
            )  # fmt: skip
            facts_changed(students={event.student_id}, today=LAST, reason="批准休学")

    def paper(self, which, day):
        changed = list(EnrolmentEvent.objects.effective().order_by("pk"))
        event = changed[which % len(changed)]
        Certificate.objects.create(
            student=event.student, event=event, kind="change", handed_in_on=day,
            name="证明.png", media_type="image/png",
            size=1, sha256=uuid4().hex, content=b"1", uploaded_at=timezone.now(), uploaded_by=self.clerk,
        )  # fmt: skip
        facts_changed(students={event.student_id}, today=LAST, reason="上传证明")

    def cancel_paper(self, which):
        papers = list(Certificate.objects.filter(cancelled_at=None).order_by("pk"))
        if papers:
            paper = papers[which % len(papers)]
            Certificate.objects.filter(pk=paper.pk).update(cancelled_at=timezone.now(), cancelled_by=self.clerk)
            facts_changed(students={paper.student_id}, today=LAST, reason="撤销证明")

    @settings(max_examples=examples(60))
    @given(st.sampled_from(["standard", "strict", "three_day"]), st.lists(step, min_size=3, max_size=30))
    def test_after_every_edit_a_full_recomputation_changes_nothing(self, rules, steps):
        self.build(rules)
        for what, *args in steps:
            self.do(what, *args)
            before = kept()
            counts = engine.escalate(through=LAST)
            assert (counts.added, counts.changed, counts.withdrawn) == (0, 0, 0), (what, args)
            assert kept() == before, (what, args)

    @settings(max_examples=examples(60))
    @given(st.sampled_from([3, 4, 5, 6]), st.lists(leave_step, min_size=1, max_size=12))
    def test_after_every_edit_of_a_child_on_leave_a_full_recomputation_changes_nothing(self, long_leave, steps):
        self.build("standard", long_leave=long_leave)
        self.ill(DAYS[0], 3)  # until Thursday, then nobody knows of Friday, and ill again on Monday
        self.ill(DAYS[6], 3)
        for what, *args in steps:
            self.do(what, *args)
            counts = engine.escalate(through=LAST)
            assert (counts.added, counts.changed, counts.withdrawn) == (0, 0, 0), (what, args)

    @settings(max_examples=examples(30))
    @given(st.sampled_from(["standard", "strict", "three_day"]), st.lists(step, min_size=5, max_size=40))
    def test_thrown_away_and_recomputed_they_have_the_same_content(self, rules, steps):
        self.build(rules)
        for what, *args in steps:
            self.do(what, *args)
        before = kept()
        Obligation.objects.all().delete()
        AbsenceRun.objects.all().delete()
        engine.escalate(through=LAST)
        assert kept() == before
