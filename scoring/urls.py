"""Addresses of the scores."""

from django.urls import path

from scoring.views import class_scores

app_name = "scoring"
urlpatterns = [
    path("scores/", class_scores.scores, name="scores"),
    path("scores/classes/<int:pk>/", class_scores.class_score, name="class_score"),
]
