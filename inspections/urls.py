"""Addresses of spot checks and inspections."""

from django.urls import path

from inspections.views import checklists, draws, mismatches, reasons, rectifications, results, rounds, sheets

app_name = "inspections"
urlpatterns = [
    path("inspections/", rounds.rounds, name="rounds"),
    path("inspections/new/", rounds.open_round, name="open_round"),
    path("inspections/<int:pk>/", rounds.round_page, name="round"),
    path("inspections/<int:pk>/paper/", rounds.round_paper, name="round_paper"),
    path("inspections/<int:pk>/change/", rounds.change_round, name="change_round"),
    path("inspections/schools/<int:pk>/", results.inspection, name="inspection"),
    path("inspections/schools/<int:pk>/answer/", results.answer, name="answer"),
    path("inspections/schools/<int:pk>/correct/", results.correct, name="correct"),
    path("inspections/schools/<int:pk>/fill/", sheets.fill, name="fill"),
    path("inspections/schools/<int:pk>/draft/", sheets.save_sheet, name="save_sheet"),
    path("inspections/schools/<int:pk>/sign/", sheets.sign, name="sign"),
    path("inspections/schools/<int:pk>/items/<slug:item>/photos/", sheets.item_photos, name="item_photos"),
    path("inspections/schools/<int:pk>/findings/new/", rectifications.add, name="add_rectification"),
    path("rectifications/", rectifications.rectifications, name="rectifications"),
    path("rectifications/<int:pk>/", rectifications.rectification, name="rectification"),
    path("rectifications/<int:pk>/<slug:name>/", rectifications.move, name="move"),
    path("rectifications/evidence/<int:pk>/file/", rectifications.evidence, name="evidence"),
    path("checklists/", checklists.checklists, name="checklists"),
    path("checklists/<int:pk>/", checklists.checklist, name="checklist"),
    path("checklists/<int:pk>/new/", checklists.new_version, name="new_version"),
    path("inspections/photos/<int:pk>/", sheets.photo, name="photo"),
    path("inspections/photos/<int:pk>/small/", sheets.photo_thumbnail, name="photo_thumbnail"),
    path("inspections/photos/<int:pk>/remove/", sheets.remove_photo, name="remove_photo"),
    path("spot-checks/", reasons.count_reasons, name="count_reasons"),
    path("spot-checks/classes/<int:pk>/", reasons.class_reasons, name="class_reasons"),
    path("spot-checks/draws/", draws.draws, name="draws"),
    path("spot-checks/draws/new/", draws.draw_classes, name="draw_classes"),
    path("spot-checks/draws/<int:pk>/", draws.draw, name="draw"),
    path("spot-checks/draws/<int:pk>/cancel/", draws.cancel_draw, name="cancel_draw"),
    path("spot-checks/to-count/", draws.to_count, name="to_count"),
    path("spot-checks/mismatches/", mismatches.mismatches, name="mismatches"),
    path("spot-checks/mismatches/<int:count>/<int:pk>/", mismatches.explain, name="explain"),
]
