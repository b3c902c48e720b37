"""Addresses of 三包 and 联点."""

from django.urls import path

from scoring.views import bundle_steps, bundles, liaisons

urlpatterns = [
    path("bundles/", bundles.bundles, name="bundles"),
    path("bundles/mine/", bundles.my_bundles, name="my_bundles"),
    path("bundles/schools/<int:pk>/", bundles.school_bundles, name="school_bundles"),
    path("bundles/schools/<int:pk>/students/", bundle_steps.assign_students, name="assign_students"),
    path("bundles/schools/<int:pk>/villages/", bundle_steps.assign_villages, name="assign_villages"),
    path("bundles/schools/<int:pk>/people/<int:person>/", bundle_steps.hand_over, name="hand_over_bundle"),
    path("bundles/<int:pk>/end/", bundle_steps.end_assignment, name="end_assignment"),
    path("bundles/<int:pk>/take-back/", bundle_steps.take_back, name="take_back_assignment"),
    path("liaisons/", liaisons.liaisons, name="liaisons"),
    path("liaisons/<int:pk>/", liaisons.assign_liaison, name="assign_liaison"),
]
