"""Background jobs (后台任务) of the scores, done by ``manage.py db_worker``."""

from contextlib import suppress

from django_tasks import task

from casework.actions.progress import Stopped, Watch
from scoring.actions import scheme_proposals
from scoring.actions.award_papers import make_papers
from scoring.models import AwardList, SchemeProposal
from students.models import Person


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


@task()
def print_awards(award_list: int, edition: int, person: int) -> None:
    """Set the list and the certificates of an edition, in the name of whoever confirmed it; done once, however often
    it is asked for."""
    row, by = AwardList.objects.get(pk=award_list), Person.objects.get(pk=person)
    make_papers(by=by, award_list=row, edition=edition)
