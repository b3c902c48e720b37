"""The demonstration county has inspections and head counts in the states that a user should meet."""

from datetime import timedelta

from inspections.models import Draw, Inspection, InspectionRound, Rectification
from inspections.queries.draws import with_count
from inspections.queries.ledger import boxes
from inspections.queries.mismatches import mismatches
from students.models import HeadCount, Role
from tests.demo.county import TODAY

OVER_THE_SCHOOL = (Role.PRINCIPAL, Role.TOWNSHIP_OFFICER, Role.BUREAU_OFFICER)


class TestSpotChecks:
    """随机清点 in the school of the log-ins."""

    def test_of_three_drawn_classes_one_agrees_one_does_not_and_one_is_to_be_counted(self, county):
        drawn = with_count(Draw.objects.get().classes.all())
        counts = HeadCount.objects.in_bulk([row.count_id for row in drawn if row.count_id])
        assert len(drawn) == 3
        assert sorted(len(mismatches(HeadCount.objects.filter(pk=pk), TODAY)) for pk in counts) == [0, 1]

    def test_anybody_draws_the_same_again_and_the_bureau_sees_that_it_is(self, open_page):
        assert "相同" in open_page(Role.BUREAU_OFFICER, "inspections:draw", Draw.objects.get().pk)

    def test_the_school_is_to_say_where_the_child_was(self, open_page):
        assert "待说明" in open_page(Role.REGISTRY_CLERK, "inspections:mismatches")

    def test_who_looks_after_the_school_finds_the_class_that_is_still_to_be_counted(self, open_page):
        for role in (Role.INSPECTOR, Role.TOWNSHIP_OFFICER, Role.BUREAU_OFFICER):
            assert "共1个班" in open_page(role, "inspections:to_count").replace(" ", "")


class TestInspections:
    """专项检查 with its 整改台账."""

    def test_some_schools_are_signed_one_is_begun_and_one_is_not(self, county):
        rows = Inspection.objects.all()
        assert sum(row.signed_at is not None for row in rows) == 2
        assert sum(row.signed_at is None and row.version > 0 for row in rows) == 1
        assert sum(row.version == 0 for row in rows) == 1

    def test_the_sums_rank_the_signed_schools(self, open_page):
        page = open_page(Role.BUREAU_OFFICER, "inspections:round", InspectionRound.objects.get().pk)
        assert [f'data-label="名次">{rank}<' in page for rank in (1, 2, 3)] == [True, True, False]

    def test_the_ledger_has_a_finding_in_every_state(self, county):
        rows = Rectification.objects.filter(inspection__school=county.plan.shown_school.row)
        assert [(name, box.exists()) for name, box in boxes(rows, TODAY).items() if not box.exists()] == []
        assert rows.filter(state="open", measure="", deadline__gte=TODAY).exists()
        assert rows.filter(state="open", deadline__lt=TODAY).exclude(measure="").exists()

    def test_everybody_over_the_school_sees_what_is_overdue(self, open_page):
        for role in OVER_THE_SCHOOL:
            assert "逾期" in open_page(role, "inspections:rectifications", query="?show=overdue")

    def test_the_inspector_goes_on_with_the_sheet_and_verifies_what_was_mended(self, open_page):
        begun = Inspection.objects.get(signed_at=None, version__gt=0)
        assert "去签名" in open_page(Role.INSPECTOR, "inspections:fill", begun.pk)
        reported = Rectification.objects.get(state="reported")
        assert "怎样核实的" in open_page(Role.INSPECTOR, "inspections:rectification", reported.pk)

    def test_nothing_was_done_after_the_day_of_the_county(self, county):
        moments = [row.signed_at for row in Inspection.objects.exclude(signed_at=None)]
        moments += [row.reported_at for row in Rectification.objects.exclude(reported_at=None)]
        assert all(moment.date() < TODAY + timedelta(days=1) for moment in moments)
