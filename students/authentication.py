"""Who may log in: a person with a password and at least one posting today."""

from django.contrib.auth.backends import BaseBackend
from django.utils import timezone

from students.access import in_force
from students.models import Person, Posting
from students.prepared import Prepared


class PostedPersonBackend(BaseBackend):
    """Logs a person in by 登录名 and password. The end of the last posting blocks the account by itself."""

    def authenticate(self, request, username=None, password=None, **_):
        person = Person.objects.filter(username=username).first()
        if person is None:
            Person().set_password(password)  # the same time passes, so nobody learns which names exist
            return None
        if not person.check_password(password) or self._expired(person):
            return None
        return person if person.is_active and in_force(person.postings, timezone.localdate()).exists() else None

    def _expired(self, person) -> bool:
        """A one-time password not used in time opens nothing."""
        expires_at = person.one_time_password_expires_at
        return expires_at is not None and expires_at <= timezone.now()

    def get_user(self, user_id):
        """The person with the postings that hold today, in one query; none without a posting."""
        postings = _postings(person=user_id, day=timezone.localdate())
        if not postings or not postings[0].person.is_active:
            return None
        person = postings[0].person
        person.postings_today = postings
        return person


@Prepared
def _postings(person, day):
    held = Posting.objects.filter(person=person).select_related("person", "township", "school", "school_class")
    return in_force(held, day)
