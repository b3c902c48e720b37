"""评分: kept item by item, by two inspectors at once, and by nobody else."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from inspections.actions import filling, photos
from inspections.actions.filling import Entered, InspectionRefused, NotYourInspection
from inspections.checklist import Judged
from inspections.models import Inspection, Judgement
from students.models import AuditRow, Role
from tests import cast
from tests.inspections import inspected
from tests.inspections.inspected import fill, judged
from tests.scene import MONDAY
from tests.students.papers import pdf, picture

PLAN = judged()["plan"]


def keep(made, by, entered, *, page=None, today=MONDAY):
    return filling.keep(by=by, scope=cast.scope(by), inspection=made.row, entered=entered, page=page, today=today)


class TestKeeping:
    def test_keeps_what_is_typed_so_far(self, round_here):
        fill(round_here.row, round_here.inspector, {"plan": PLAN})
        held = Judgement.objects.get()
        assert (held.item, held.points, held.changed_by, held.version) == ("plan", 4, round_here.inspector, 1)
        assert Inspection.objects.get().version == 1

    def test_twice_the_same_changes_nothing(self, round_here):
        for _ in range(2):
            fill(round_here.row, round_here.inspector, {"plan": PLAN})
        assert (Judgement.objects.get().version, Inspection.objects.get().version) == (1, 1)

    def test_an_item_that_was_never_touched_gets_no_row(self, round_here):
        fill(round_here.row, round_here.inspector, {"plan": Judged()})
        assert not Judgement.objects.exists()

    def test_items_of_another_checklist_are_nothing(self, round_here):
        fill(round_here.row, round_here.inspector, {"org-plan": Judged(Decimal(3))})
        assert not Judgement.objects.exists()

    def test_leaves_no_audit_row_because_it_proves_nothing(self, round_here):
        before = AuditRow.objects.count()
        fill(round_here.row, round_here.inspector, {"plan": PLAN})
        assert AuditRow.objects.count() == before

    @pytest.mark.parametrize(
        ("mark", "words"),
        [
            (Judged(Decimal("4.5")), "得分应在0到4分之间"),
            (Judged(Decimal("-1")), "得分应在0到4分之间"),
            (Judged(Decimal("0.3")), "得分以半分为一档"),
            (Judged(applies=False), "不能选“不涉及”"),
        ],
    )
    def test_refuses_points_that_cannot_be(self, round_here, mark, words):
        with pytest.raises(InspectionRefused, match=words):
            fill(round_here.row, round_here.inspector, {"plan": mark})
        assert not Judgement.objects.exists()


class TestTwoAtOneSchool:
    def test_fill_different_items_side_by_side(self, round_here):
        fill(round_here.row, round_here.inspector, {"plan": PLAN})
        kept = fill(round_here.row, round_here.bureau, {"register": judged()["register"]})
        assert not kept.clashes
        assert Judgement.objects.count() == 2

    def test_do_not_overwrite_each_other_in_silence(self, round_here):
        fill(round_here.row, round_here.inspector, {"plan": PLAN})
        kept = fill(round_here.row, round_here.bureau, {"plan": judged(plan=2)["plan"]})
        assert kept.clashes["plan"].changed_by == round_here.inspector
        assert Judgement.objects.get().points == 4

    def test_one_may_overwrite_what_one_has_seen(self, round_here):
        fill(round_here.row, round_here.inspector, {"plan": PLAN})
        kept = fill(round_here.row, round_here.bureau, {"plan": judged(plan=2)["plan"]}, seen=1)
        assert kept.written["plan"].version == 2
        assert (Judgement.objects.get().points, Judgement.objects.get().changed_by) == (2, round_here.bureau)

    def test_the_other_items_of_a_page_are_kept_all_the_same(self, round_here):
        fill(round_here.row, round_here.inspector, {"plan": PLAN})
        kept = fill(round_here.row, round_here.bureau, judged(plan=2))
        assert set(kept.clashes) == {"plan"}
        assert kept.saved == 3

    def test_an_item_that_nobody_touched_on_a_page_takes_what_the_other_has_judged(self, round_here):
        fill(round_here.row, round_here.inspector, {"plan": PLAN})
        kept = keep(round_here, round_here.bureau, {"plan": Entered(Judged(), 0, is_typed=False)})
        assert (kept.clashes, kept.saved) == ({}, 0)
        assert Judgement.objects.get().points == 4

    def test_a_page_takes_back_what_it_never_heard_was_kept(self, round_here):
        page = uuid4()
        fill(round_here.row, round_here.inspector, {"plan": PLAN}, page=page)
        keep(round_here, round_here.inspector, {"plan": Entered(Judged(), 0, is_typed=False)}, page=page)
        assert Judgement.objects.get().points is None

    def test_a_page_that_never_heard_that_its_words_arrived_types_on(self, round_here):
        page = uuid4()
        fill(round_here.row, round_here.inspector, {"plan": PLAN}, page=page)
        kept = fill(round_here.row, round_here.inspector, {"plan": judged(plan=1)["plan"]}, page=page)
        assert not kept.clashes
        assert Judgement.objects.get().points == 1

    def test_a_second_window_of_the_same_person_is_another_page(self, round_here):
        fill(round_here.row, round_here.inspector, {"plan": PLAN}, page=uuid4())
        kept = fill(round_here.row, round_here.inspector, {"plan": judged(plan=1)["plan"]}, page=uuid4())
        assert set(kept.clashes) == {"plan"}


class TestWhoAndWhen:
    @pytest.mark.parametrize("who", ["principal", "other"])
    def test_only_an_inspector_of_the_round_fills_it(self, round_here, who):
        others = {"principal": round_here.principal, "other": inspected.inspector(round_here.school, "别人")}
        with pytest.raises(NotYourInspection, match="由这个批次的检查人填写"):
            keep(round_here, others[who], {"plan": Entered(PLAN, 0)})

    def test_nobody_inspects_the_school_that_they_run(self, round_here):
        cast.post(round_here.inspector, Role.DEPUTY_HEAD, school=round_here.school)
        with pytest.raises(NotYourInspection):
            keep(round_here, round_here.inspector, {"plan": Entered(PLAN, 0)})

    def test_who_holds_the_office_no_more_inspects_no_more(self, round_here):
        round_here.inspector.postings.all().delete()
        with pytest.raises(NotYourInspection):
            keep(round_here, round_here.inspector, {"plan": Entered(PLAN, 0)})

    @pytest.mark.parametrize(
        ("days", "words"),
        [(-1, "检查从2026年9月7日开始，还没有到"), (0, ""), (11, ""), (12, "检查到2026年9月18日为止")],
    )
    def test_in_the_days_of_the_round(self, round_here, days, words):
        sent = {"entered": {"plan": Entered(PLAN, 0)}, "today": MONDAY + timedelta(days=days)}
        if words:
            with pytest.raises(InspectionRefused, match=words):
                keep(round_here, round_here.inspector, **sent)
        else:
            assert keep(round_here, round_here.inspector, **sent).saved == 1

    def test_not_after_the_signature(self, round_here):
        inspected.signed(round_here.row, round_here.inspector)
        with pytest.raises(InspectionRefused, match="已经签名完成"):
            keep(round_here, round_here.inspector, {"plan": Entered(judged(plan=1)["plan"], 1)})


class TestPhotos:
    def add(self, made, *uploads, by=None):
        by = by or made.inspector
        scope = cast.scope(by)
        return photos.add(by=by, scope=scope, inspection=made.row, item="plan", uploads=uploads, today=MONDAY)

    def test_stand_beside_their_item(self, round_here):
        assert self.add(round_here, picture(), picture(colour="teal")) == []
        assert [(each.item, each.position) for each in round_here.row.photos.all()] == [("plan", 1), ("plan", 2)]

    def test_the_same_one_twice_is_one(self, round_here):
        self.add(round_here, picture(), picture())
        assert round_here.row.photos.count() == 1

    def test_a_file_that_is_no_picture_is_refused_and_the_others_are_kept(self, round_here):
        [words] = self.add(round_here, pdf(), picture())
        assert "不是JPG或PNG照片" in words
        assert round_here.row.photos.count() == 1

    def test_are_four_at_most(self, round_here):
        colours = ["red", "green", "blue", "white", "black"]
        [words] = self.add(round_here, *(picture(colour=each) for each in colours))
        assert "最多4张" in words

    def test_one_that_is_taken_away_makes_room(self, round_here):
        self.add(round_here, picture())
        by = {"by": round_here.inspector, "scope": cast.scope(round_here.inspector), "today": MONDAY}
        photo = round_here.row.photos.get()
        for _ in range(2):
            photos.remove(photo=photo, **by)
        assert not round_here.row.photos.exists()

    def test_stay_once_the_sheet_is_signed(self, round_here):
        self.add(round_here, picture())
        inspected.signed(round_here.row, round_here.inspector)
        by = {"by": round_here.inspector, "scope": cast.scope(round_here.inspector), "today": MONDAY}
        with pytest.raises(InspectionRefused, match="已经签名完成"):
            photos.remove(photo=round_here.row.photos.get(), **by)
        with pytest.raises(InspectionRefused, match="已经签名完成"):
            self.add(round_here, picture(colour="red"))
