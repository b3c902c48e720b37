"""Background jobs (后台任务) of the scores, done by ``manage.py db_worker``."""

from contextlib import suppress

from django_tasks import task

from casework.actions.progress import Stopped, Watch
from scoring.actions import scheme_proposals
from scoring.models import SchemeProposal


@task()
def try_scheme(pk: int) -> None:
    """Try a version of the county's scheme on kept scores; where it breaks off, its page says that nothing goes on."""
    proposal = SchemeProposal.objects.filter(pk=pk, state=SchemeProposal.State.REHEARSING).first()
    if proposal is None:
        return
    watch = Watch(scheme_proposals.job_of(proposal))
    with suppress(Stopped):  # given up meanwhile
        scheme_proposals.rehearse(proposal=proposal, watch=watch)
    watch.close()
