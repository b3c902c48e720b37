"""Background jobs of 责任书: numbered and printed by ``manage.py db_worker``."""

from django.utils import timezone
from django_tasks import task

from casework.actions.progress import Watch
from scoring.actions.pledges import issue_drafts, job_of
from students.access import in_force, scope_of
from students.models import Person, School


@task()
def issue_pledges(schools: list[int], person: int, school_year: int) -> None:
    """Issue what has been drawn up, in the name of whoever has asked for it, as far as they still may."""
    today = timezone.localdate()
    by = Person.objects.get(pk=person)
    scope = scope_of(by, in_force(by.postings, today))
    rows = School.objects.filter(pk__in=schools)
    watch = Watch(job_of(scope, schools, school_year))
    try:
        issue_drafts(by=by, scope=scope, schools=rows, school_year=school_year, today=today, watch=watch)
    finally:  # whatever breaks it off, what is left is offered again
        watch.close()
