"""Addresses of the scores."""

from django.urls import path

from scoring.views import (
    appeals,
    awards,
    class_scores,
    freezes,
    responsibility,
    scheme_proposals,
    schemes,
    school_scores,
    teacher_scores,
)
from students import converters  # noqa: F401  day in an address

app_name = "scoring"
urlpatterns = [
    path("responsibility/", responsibility.responsibility, name="responsibility"),
    path("scores/", class_scores.scores, name="scores"),
    path("scores/classes/<int:pk>/", class_scores.class_score, name="class_score"),
    path("scores/scheme/", schemes.scheme, name="scheme"),
    path("scores/scheme/county/", schemes.county_scheme, name="county_scheme"),
    path("scores/scheme/county/new/", scheme_proposals.new_county_scheme, name="new_county_scheme"),
    path("scores/scheme/schools/<int:pk>/", schemes.school_scheme, name="school_scheme"),
    path("scores/scheme/schools/<int:pk>/new/", scheme_proposals.new_school_scheme, name="new_school_scheme"),
    path("scores/scheme/schools/<int:pk>/return/", scheme_proposals.return_school_scheme, name="return_school_scheme"),
    path("scores/scheme/versions/<int:pk>/", schemes.scheme_version, name="scheme_version"),
    path("scores/scheme/compare/", schemes.scheme_comparison, name="scheme_comparison"),
    path("scores/scheme/proposals/<int:pk>/", scheme_proposals.scheme_proposal, name="scheme_proposal"),
    path("scores/scheme/proposals/<int:pk>/progress/", scheme_proposals.scheme_progress, name="scheme_progress"),
    path("scores/scheme/proposals/<int:pk>/try/", scheme_proposals.try_scheme, name="try_scheme"),
    path("scores/scheme/proposals/<int:pk>/adopt/", scheme_proposals.adopt_scheme, name="adopt_scheme"),
    path("scores/scheme/proposals/<int:pk>/give-up/", scheme_proposals.give_up_scheme, name="give_up_scheme"),
    path("scores/scheme/proposals/<int:pk>/withdraw/", scheme_proposals.withdraw_scheme, name="withdraw_scheme"),
    path("scores/schools/", school_scores.school_months, name="school_months"),
    path("scores/schools/<int:pk>/", school_scores.school_month, name="school_month"),
    path("scores/teachers/", teacher_scores.teachers, name="teachers"),
    path("scores/teachers/<int:pk>/", teacher_scores.teacher, name="teacher"),
    path("scores/mine/", teacher_scores.mine, name="mine"),
    path("scores/classes/<int:pk>/<day:day>/appeal/<slug:fact>/", appeals.make_appeal, name="make_appeal"),
    path(
        "scores/classes/<int:pk>/<day:day>/appeal/<slug:fact>/draft/",
        appeals.save_appeal_draft,
        name="save_appeal_draft",
    ),
    path("scores/appeals/", appeals.appeals, name="appeals"),
    path("scores/appeals/<int:pk>/", appeals.appeal, name="appeal"),
    path("scores/appeals/<int:pk>/paper/", appeals.appeal_paper, name="appeal_paper"),
    path("scores/appeals/<int:pk>/decide/", appeals.decide_appeal, name="decide_appeal"),
    path("scores/appeals/<int:pk>/review/", appeals.review_appeal, name="review_appeal"),
    path("scores/appeals/<int:pk>/withdraw/", appeals.withdraw_appeal, name="withdraw_appeal"),
    path("scores/terms/", freezes.freezes, name="freezes"),
    path("scores/terms/open/", freezes.open_term, name="open_term"),
    path("scores/terms/<int:pk>/", freezes.freeze, name="freeze"),
    path("scores/terms/<int:pk>/sign/", freezes.sign_scores, name="sign_scores"),
    path("scores/terms/<int:pk>/send-back/", freezes.send_back_scores, name="send_back_scores"),
    path("scores/terms/<int:pk>/freeze/", freezes.freeze_scores, name="freeze_scores"),
    path("scores/terms/<int:pk>/amend/", freezes.amend_scores, name="amend_scores"),
    path("scores/awards/", awards.awards, name="awards"),
    path("scores/frozen/<int:pk>/", freezes.frozen_score, name="frozen_score"),
]
