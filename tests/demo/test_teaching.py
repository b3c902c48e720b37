"""The demonstration county's lessons: a timetable, somebody who stands in, and a child reported missing."""

from students.models import MissingAlert, Posting, TimetableEntry, Weekday
from students.queries.homeroom import homeroom_teachers
from tests.demo.county import TODAY


def test_every_lesson_of_the_school_of_the_log_ins_is_given_by_a_teacher_of_the_class(county):
    school = county.plan.shown_school
    for of in school.classes:
        lessons = TimetableEntry.objects.filter(school_class=of.row)
        assert lessons.filter(weekday__lte=Weekday.FRIDAY).count() == lessons.count() == 5 * len(school.row.slot_list)
        assert all(of.row.postings.filter(person=each.teacher_id, subject=each.subject).exists() for each in lessons)
    assert not TimetableEntry.objects.exclude(school_class__school=school.row).exists()


def test_one_class_is_stood_in_for_and_keeps_its_own_teacher(county):
    posting = Posting.objects.get(is_substitute=True)
    assert posting.since < TODAY < posting.until
    homeroom = homeroom_teachers([posting.school_class_id], TODAY)[posting.school_class_id]
    assert homeroom.substitute == posting.person
    assert homeroom.regular not in (None, posting.person)


def test_a_child_of_the_class_of_the_log_in_has_been_reported_this_morning(county):
    alert = MissingAlert.objects.open().get()
    shown = next(of for of in county.plan.shown_school.classes if of.is_shown)
    assert (alert.school_class, alert.day, alert.reported_by.username) == (shown.row, TODAY, "kerenjiaoshi")
    assert shown.teacher.notices.filter(student=alert.student, seen_at=None).exists()
