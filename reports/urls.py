"""Addresses of the reports app."""

from django.urls import path

from reports.views import (
    campaigns,
    class_scores,
    comparisons,
    counts,
    daily_summary,
    frozen_scores,
    funnel,
    inspections,
    likely_lost,
    month_scores,
    rosters,
    sheets,
    signs,
    students,
    unaccounted,
    year_turn,
)
from students import converters  # noqa: F401  day and month in an address

app_name = "reports"
urlpatterns = [
    path("scores/file/", class_scores.class_scores_file, name="class_scores_file"),
    path("scores/schools/file/", month_scores.school_scores_file, name="school_scores_file"),
    path("scores/teachers/file/", month_scores.teacher_scores_file, name="teacher_scores_file"),
    path("scores/terms/<int:pk>/file/", frozen_scores.frozen_scores_file, name="frozen_scores_file"),
    path("inspections/<int:pk>/file/", inspections.inspection_file, name="inspection_file"),
    path("campaigns/<int:pk>/children/file/", campaigns.findings_file, name="findings_file"),
    path("signs/file/", signs.signs_file, name="signs_file"),
    path("likely-lost/file/", likely_lost.likely_lost_file, name="likely_lost_file"),
    path("students/", students.students, name="students"),
    path("students/file/", students.students_file, name="students_file"),
    path("comparisons/<int:pk>/file/", comparisons.comparison_file, name="comparison_file"),
    path("rosters/", rosters.rosters, name="rosters"),
    path("rosters/<slug:code>/", rosters.roster, name="roster"),
    path("rosters/<slug:code>/file/", rosters.roster_file, name="roster_file"),
    path("funnel/file/", funnel.funnel_file, name="funnel_file"),
    path("head-counts/file/", counts.head_counts_file, name="head_counts_file"),
    path("opening/file/", counts.opening_file, name="opening_file"),
    path("daily-summary/", daily_summary.daily_summary, name="daily_summary"),
    path("daily-summary/file/", daily_summary.daily_summary_file, name="daily_summary_file"),
    path("daily-summary/<slug:column>/", daily_summary.daily_children, name="daily_children"),
    path("sheets/", sheets.sheets, name="sheets"),
    path("sheets/<int:school_class>/<month:month>/", sheets.month_sheet, name="month_sheet"),
    path("sheets/<int:school_class>/<month:month>/file/", sheets.month_sheet_file, name="month_sheet_file"),
    path("sheets/<int:school_class>/<month:month>/blank/", sheets.blank_sheet, name="blank_sheet"),
    path("sheets/<int:school_class>/<day:day>/", sheets.sheet_day, name="sheet_day"),
    path("unaccounted/file/", unaccounted.unaccounted_file, name="unaccounted_file"),
    path("year-turn/<int:pk>/file/", year_turn.year_turn_file, name="year_turn_file"),
    path("hand-overs/not-arrived/file/", year_turn.not_arrived_file, name="not_arrived_file"),
]
