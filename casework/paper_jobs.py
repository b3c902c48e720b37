"""Background jobs of documents: the 责任书 of a school are numbered and printed by ``manage.py db_worker``."""

from django.utils import timezone
from django_tasks import task

from casework.actions.pledges import issue_drafts
from students.access import in_force, scope_of
from students.models import Person, School


@task()
def issue_pledges(school: int, person: int, school_year: int) -> None:
    """Issue what has been drawn up, in the name of whoever has asked for it, as far as they still may."""
    today = timezone.localdate()
    by = Person.objects.get(pk=person)
    scope = scope_of(by, in_force(by.postings, today))
    issue_drafts(by=by, scope=scope, school=School.objects.get(pk=school), school_year=school_year, today=today)
