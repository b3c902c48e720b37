"""What ``pages.py`` adds to a county of ``county.py`` after ``escalate.py``: people in posts and 5,000 open cases.

Two thousand more are closed; with concerns, contacts, documents, hand-offs, hand-ups, steps by law, visits of the week.
Seeded and written in bulk; one post in twenty-five is vacant and one person in fifty has left.
"""

import random
from collections import Counter
from datetime import date, datetime, timedelta
from uuid import UUID

STEP = 5000
OPEN_CASES, CLOSED_CASES = 5000, 2000
# Of twenty open cases: how many stand where.
STAGES = ["watch"] * 7 + ["absent"] * 6 + ["reported_lost"] * 3 + ["dropped_out"] * 2 + ["returned"] * 2
STEPS = {"watch": "follow_up", "absent": "visit", "reported_lost": "persuade", "dropped_out": "joint_persuade"}
LOST = ("reported_lost", "dropped_out")
SCHOOL_POSTS = ("registry_clerk", "principal", "deputy_head")
DOCUMENTS = 4000


def add_cases(today: date, now: datetime) -> None:
    """Fill the database that ``county.set_up`` chose; nothing where it has been filled."""
    from casework.models import Case
    from students.actions import listing
    from students.models import RegistryLine

    if Case.objects.open().count() >= OPEN_CASES:
        return
    if not RegistryLine.objects.exists():
        listing.rebuild()
    chance = random.Random(11)
    post_people(chance)
    add_rows(today, now, chance)
    hand_on(today, now, chance)
    write_documents(today, now, chance)


def post_people(chance) -> None:
    """Everybody who can have the next step of a case, from the 班主任 to the 乡镇干部."""
    from students.models import Area, Person, Posting, School, SchoolClass

    taken, since = Posting.objects.filter(role="homeroom_teacher").values("school_class"), date(2026, 9, 1)
    classes = SchoolClass.objects.exclude(pk__in=taken).order_by("pk").values_list("pk", "school")
    places = [{"role": "homeroom_teacher", "school_class_id": pk, "school_id": school} for pk, school in classes]
    schools = School.objects.order_by("pk").values_list("pk", flat=True)
    places += [{"role": role, "school_id": pk} for pk in schools for role in SCHOOL_POSTS]
    towns = Area.objects.filter(level="township").values_list("pk", flat=True)
    places += [{"role": "township_officer", "township_id": pk} for pk in towns for _ in range(3)]
    places = [place for place in places if chance.random() > 0.04]
    people = Person.objects.bulk_create(
        Person(
            staff_number=f"P{n}", username=f"p{n}", name=f"教师{n}", password="!", must_change_password=False,
            is_active=n % 50 != 7,
        )
        for n in range(len(places))
    )  # fmt: skip
    Posting.objects.bulk_create(
        Posting(person=person, since=since, **place) for person, place in zip(people, places, strict=True)
    )


def add_rows(today: date, now: datetime, chance) -> None:
    """Cases with their moves, contacts and visits; those first whose children are owed something."""
    from casework.models import Case, CaseEvent, Contact, Obligation, VisitPlan
    from students.models import Person, RegistryLine

    owed = Obligation.objects.undone_on(today).order_by().values("student")
    busy = Case.objects.open().values("student")
    lines = RegistryLine.objects.exclude(pk__in=busy).order_by("pk").values_list("pk", "school")
    children = list(lines.filter(pk__in=owed)[: OPEN_CASES + CLOSED_CASES])
    children += list(lines.exclude(pk__in=owed)[: OPEN_CASES + CLOSED_CASES - len(children)])
    chance.shuffle(children)
    teacher = Person.objects.order_by("pk")[1]
    cases = [drawn_case(n, student, teacher, today, now, chance) for n, (student, _) in enumerate(children)]
    Case.objects.bulk_create(cases, batch_size=STEP)
    moves = [(case, "raise_concern" if case.stage == "watch" else "note_absence", case.opened_on) for case in cases]
    moves += [(case, "note_return", case.returned_on) for case in cases if case.returned_on]
    CaseEvent.objects.bulk_create(
        CaseEvent(case=case, action=action, day=day, at=now, to_stage=case.stage) for case, action, day in moves
    )
    told = {"recorded_at": now, "recorded_by": teacher}
    contacts = [
        Contact(
            student_id=case.student_id, day=case.opened_on + timedelta(days=back), result=f"第{back}次联系",
            method=chance.choice(("phone", "home_visit")), **told,
        )
        for case in cases
        for back in range(min(chance.randrange(9), (today - case.opened_on).days + 1))
    ]  # fmt: skip
    others = RegistryLine.objects.filter(pk__in=owed).order_by("-pk").values_list("pk", flat=True)[:20_000]
    contacts += [
        Contact(student_id=pk, day=today - timedelta(days=pk % 60), method="phone", result="已到校", **told)
        for pk in others
    ]
    Contact.objects.bulk_create(contacts, batch_size=STEP)
    week, planned = today - timedelta(days=today.weekday()), {"planned_at": now, "planned_by": teacher}
    schools = dict(children)
    VisitPlan.objects.bulk_create(
        VisitPlan(
            student_id=case.student_id, school_id=schools[case.student_id], week=week, until=week + timedelta(days=6),
            visitor=teacher, on=week + timedelta(days=case.student_id % 7), **planned,
        )
        for case in cases
        if case.stage in ("absent", *LOST)
    )  # fmt: skip
    add_concerns(cases, told, chance)


def drawn_case(n: int, student: int, teacher, today: date, now: datetime, chance):
    """One case: the first ``OPEN_CASES`` stand open, one in thirty of them assigned to a person."""
    from casework.models import Case

    stage = chance.choice(STAGES) if n < OPEN_CASES else "closed"
    opened, fields = today - timedelta(days=chance.randrange(70)), {}
    if stage == "closed":
        fields |= {"outcome": "returned", "closed_on": today, "closed_at": now}
    else:
        due = today + timedelta(days=chance.randrange(-12, 20))
        fields |= {"plan_step": STEPS.get(stage, "check_return"), "plan_on": due}
    if stage in ("returned", "closed"):
        fields["returned_on"] = opened + timedelta(days=(today - opened).days // 2)
    if stage != "closed" and n % 30 == 0:
        fields |= {"assigned_to": teacher, "assigned_reason": "班主任病假"}
    return Case(
        student_id=student, stage=stage, opened_on=opened, opened_at=now, since=opened,
        concern="weary" if stage == "watch" else "", was_lost=stage in LOST or n % 9 == 0, **fields,
    )  # fmt: skip


def add_concerns(cases, told: dict, chance) -> None:
    """What teachers have reported of the children who are watched, and the special groups of one child in four."""
    from casework.models import ConcernReport
    from students.models import SpecialGroup

    ConcernReport.objects.bulk_create(
        ConcernReport(student_id=case.student_id, day=case.opened_on, kind="weary", **told)
        for case in cases
        if case.stage == "watch"
    )
    kinds = ("left_behind_both", "wavering")
    SpecialGroup.objects.bulk_create(
        SpecialGroup(student_id=case.student_id, kind=chance.choice(kinds), since=case.opened_on) for case in cases[::4]
    )


def hand_on(today: date, now: datetime, chance) -> None:
    """What left the school: hand-offs, proposals to close, steps by law; and what is overdue, by the action itself."""
    from casework.actions.hand_ups import hand_up_overdue
    from casework.models import Case, Closing, HandOff, LegalStep
    from students.models import Person

    officer = Person.objects.get(username="bureau_officer")
    lost = list(Case.objects.open().filter(was_lost=True).order_by("pk"))
    taken = {"accepted_at": now, "accepted_by": officer}
    done = taken | {"done_at": now, "done_by": officer, "done_note": "已返校"}
    HandOff.objects.bulk_create(
        HandOff(
            case=case, from_side="school", to_side=chance.choice(("township", "bureau")), state=state, message="请协助",
            due_on=today + timedelta(days=chance.randrange(-5, 10)), sent_at=now, sent_by=officer, **fields,
        )
        for case in lost[::2]
        for state, fields in [chance.choice((("sent", {}), ("accepted", taken), ("done", done)))]
    )  # fmt: skip
    LegalStep.objects.bulk_create(
        LegalStep(case=case, kind=kind, authority="township", day=case.opened_on, recorded_at=now, recorded_by=officer)
        for case in lost
        if case.stage == "dropped_out"
        for kind in ("urging_notice", "joint_persuasion")
    )
    Closing.objects.bulk_create(
        Closing(case=case, outcome="returned", note="已稳定", state="proposed", proposed_at=now, proposed_by=officer)
        for case in lost
        if case.stage == "returned" and case.pk % 3 == 0
    )
    hand_up_overdue(today=today)


def write_documents(today: date, now: datetime, chance) -> None:
    """Drafts, papers that wait for a signature, confirmed and voided ones, numbered by school and year."""
    from casework.models import Case, Document
    from students.models import Person

    officer, numbers = Person.objects.get(username="bureau_officer"), Counter()
    rows = Case.objects.exclude(stage="watch").order_by("pk").select_related("student__line__school")
    made = []
    for n, case in enumerate(rows[:DOCUMENTS]):
        school, state = (
            case.student.line.school,
            chance.choice(["draft"] + ["waiting"] * 3 + ["confirmed"] * 5 + ["voided"]),
        )
        numbers[school] += state != "draft"
        fields = {} if state == "draft" else {
            "number": numbers[school], "year": today.year, "school": school, "revision": 1, "issued_at": now,
            "issued_by": officer, "reference": f"{school}控辍〔{today.year}〕{numbers[school]}号",
        }  # fmt: skip
        fields |= {
            "waiting": {"waiting_for": chance.choice(("clerk", "head", "township", "bureau"))},
            "confirmed": {"confirmed_at": now, "confirmed_by": officer},
            "voided": {"voided_at": now, "voided_by": officer, "void_reason": "写错了日期"},
        }.get(state, {})
        made.append(
            Document(
                kind=chance.choice(("absence_report", "urging_notice", "visit_record")), student=case.student,
                school_class_id=case.student.line.school_class_id, case=case, state=state, submission=UUID(int=n),
                drafted_at=now, drafted_by=officer, **fields,
            )
        )  # fmt: skip
    Document.objects.bulk_create(made, batch_size=STEP)
