"""Addresses of the reports app."""

from django.urls import path

from reports.views import campaigns, comparisons, counts, rosters, students, unaccounted, year_turn

app_name = "reports"
urlpatterns = [
    path("campaigns/<int:pk>/children/file/", campaigns.findings_file, name="findings_file"),
    path("students/", students.students, name="students"),
    path("students/file/", students.students_file, name="students_file"),
    path("comparisons/<int:pk>/file/", comparisons.comparison_file, name="comparison_file"),
    path("rosters/", rosters.rosters, name="rosters"),
    path("rosters/<slug:code>/", rosters.roster, name="roster"),
    path("rosters/<slug:code>/file/", rosters.roster_file, name="roster_file"),
    path("head-counts/file/", counts.head_counts_file, name="head_counts_file"),
    path("opening/file/", counts.opening_file, name="opening_file"),
    path("unaccounted/file/", unaccounted.unaccounted_file, name="unaccounted_file"),
    path("year-turn/<int:pk>/file/", year_turn.year_turn_file, name="year_turn_file"),
    path("hand-overs/not-arrived/file/", year_turn.not_arrived_file, name="not_arrived_file"),
]
