"""Addresses of children given attention and of the list of children likely to be lost."""

from django.urls import path

from casework.views import likely_lost, watches
from casework.watching import WatchAction

urlpatterns = [
    path("watched/", watches.watches, name="watches"),
    path("watched/<int:pk>/", watches.watch, name="watch"),
    path("watched/<int:pk>/withdraw/", watches.withdraw, name="withdraw_watch"),
    path("watched/<int:pk>/confirm/", watches.step, {"action": WatchAction.CONFIRM}, name="confirm_watch"),
    path("watched/<int:pk>/refuse/", watches.step, {"action": WatchAction.REFUSE}, name="refuse_watch"),
    path("watched/<int:pk>/review/", watches.step, {"action": WatchAction.REVIEW}, name="review_watch"),
    path("watched/<int:pk>/assign/", watches.step, {"action": WatchAction.ASSIGN}, name="assign_watch"),
    path("watched/<int:pk>/end/", watches.step, {"action": WatchAction.END}, name="end_watch"),
    path("watched/classes/<int:pk>/", watches.watch_class, name="watch_class"),
    path("watched/children/<int:pk>/", watches.latest_watch, name="latest_watch"),
    path("watched/children/<int:pk>/propose/", watches.propose, name="propose_watch"),
    path("likely-lost/", likely_lost.likely_lost, name="likely_lost"),
]
