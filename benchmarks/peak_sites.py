"""What ``morning_peak.py`` lets gunicorn serve: the site on a day of the county's term, and a bare view beside it.

Each is a factory, ``peak_sites:site()`` and ``peak_sites:bare()``, because each has settings of its own.
"""

import os
import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

EXCEPTIONS = 3


def site():
    """The site as production runs it; only the day is that of the benchmark, so that it runs on any date."""
    from django.utils import timezone

    from config.wsgi import application

    today, of_moment = date.fromisoformat(os.environ["PEAK_DAY"]), timezone.localdate
    timezone.localdate = lambda value=None, zone=None: today if value is None else of_moment(value, zone)
    return application


def bare_models():
    """One row and three more, with a key of the database each; their tables are ``bare_call`` and ``bare_mark``."""
    from django.db import models

    class Call(models.Model):  # noqa: DJ008
        day = models.DateField()
        slot = models.CharField(max_length=2)
        taken_at = models.DateTimeField()

        class Meta:
            app_label = "bare"

    class Mark(models.Model):  # noqa: DJ008
        call = models.ForeignKey(Call, models.CASCADE)
        student = models.BigIntegerField()
        kind = models.CharField(max_length=20)

        class Meta:
            app_label = "bare"

    return Call, Mark


def bare():
    """A view that writes 1 + 3 rows in one transaction: no session, no middleware, nothing looked up or worked out."""
    import django
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    from config import settings as of_the_site

    same = ("DATABASES", "SECRET_KEY", "ALLOWED_HOSTS", "USE_TZ", "TIME_ZONE", "DEFAULT_AUTO_FIELD", "LOGGING")
    settings.configure(ROOT_URLCONF=__name__, MIDDLEWARE=[], **{name: getattr(of_the_site, name) for name in same})
    django.setup(set_prefix=False)
    global urlpatterns  # the module is the address table of the bare site
    urlpatterns = [_bare_path()]
    return WSGIHandler()


def _bare_path():
    from django.db import transaction
    from django.http import HttpResponse
    from django.urls import path
    from django.utils import timezone

    call_model, mark_model = bare_models()

    @transaction.atomic
    def view(request):
        now = timezone.now()
        call = call_model.objects.create(day=now.date(), slot="AM", taken_at=now)
        mark_model.objects.bulk_create(mark_model(call=call, student=n, kind="unexcused") for n in range(EXCEPTIONS))
        return HttpResponse(status=204)

    return path("", view)
