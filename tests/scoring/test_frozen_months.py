"""The months of a frozen term: shown to whoever signs and freezes, named where an amendment changes them, and missing
in papers that were kept before there were months."""

from datetime import date

import pytest
from django.urls import reverse

from scoring.actions.freezes import FreezeRefused
from scoring.queries.freeze_page import sheet_of
from students.actions import corrections, enrolment
from students.enrolment import EventKind
from students.models import Role
from tests import cast
from tests.scene import at, client_of
from tests.scoring.appealing import (
    AFTER,
    amend,
    freeze_scores,
    frozen,
    opened,
    principal_of,
    sign,
    week,
)
from tests.scoring.old_papers import before_months

MONTHS = "学校各月考核"


@pytest.fixture
def autumn(scene, clock):
    """A child was lost on 20 October and came back on 10 November."""
    clock.move_to(at(AFTER))
    for kind, day in ((EventKind.DROP_OUT, date(2026, 10, 20)), (EventKind.RETURN, date(2026, 11, 10))):
        more = {"school_class": scene.school_class} if kind is EventKind.RETURN else {}
        given = {"kind": kind, "happened_on": day, "today": AFTER}
        enrolment.record_event(by=scene.clerk, student=scene.children[2], **given, **more)
    return scene


@pytest.fixture
def scored(scene, clock):
    week(scene, clock)
    clock.move_to(at(AFTER))
    return scene


@pytest.fixture
def bureau(db):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


def page_of(who, row, **query) -> str:
    return client_of(who).get(reverse("scoring:freeze", args=[row.pk]), query).content.decode()


def never_left(scene) -> None:
    """What was written of October and November was a mistake."""
    for kind in ("return", "drop_out"):
        event = scene.children[2].events.get(kind=kind)
        corrections.void(by=scene.clerk, event=event, reason="登记错了人", today=AFTER)


def words_of(row) -> list[tuple[str, ...]]:
    return [each.change.words for each in sheet_of(row, "", today=AFTER).differences]


class TestWhoeverSignsAndFreezes:
    def test_sees_the_months(self, autumn, bureau):
        head = principal_of(autumn)
        row = opened(autumn, bureau)
        page = page_of(head, row)
        assert MONTHS in page
        assert "签字确认" in page
        shown = sheet_of(row, "", today=AFTER).months
        row = sign(row, head)
        assert MONTHS in page_of(bureau, row)
        row = freeze_scores(row, bureau)
        assert sheet_of(row, "", today=AFTER).months == shown


class TestAnAmendment:
    def test_names_the_month_and_what_became_different(self, autumn, bureau):
        row = frozen(autumn, bureau, principal_of(autumn))
        never_left(autumn)
        said = "10月：控辍目标−10→0，流失1→0人，完成目标：否→是，一票否决：是→否"
        [words] = words_of(row)
        assert said in words
        assert not any("分数不变" in each for each in words)
        assert said in amend(row, bureau).differences[0]["words"]

    def test_of_a_register_names_its_month_alone(self, scored, bureau):
        row = frozen(scored, bureau, principal_of(scored))
        cast.take_register(scored.clerk, scored.school_class, date(2026, 9, 4), "PM", today=AFTER)
        [words] = words_of(row)
        months = [each for each in words if "月" in each]
        assert len(months) <= 1
        assert all(each.startswith("9月：点名") for each in months)

    def test_of_all_months_names_them_together(self, scored, bureau):
        row = frozen(scored, bureau, principal_of(scored))
        gone = scored.children[2].events.get(kind="drop_out")
        corrections.void(by=scored.clerk, event=gone, reason="登记错了人", today=AFTER)
        [words] = words_of(row)
        assert [each.partition("：")[0] for each in words if "月：" in each] == ["9月、10月、11月、12月、1月"]


class TestAPaperWithoutMonths:
    @pytest.fixture
    def row(self, autumn, bureau):
        with before_months():
            return frozen(autumn, bureau, principal_of(autumn))

    def test_is_not_said_to_have_been_corrected(self, autumn, bureau, row):
        page = page_of(bureau, row)
        assert MONTHS not in page
        assert "事实有过更正" not in page
        assert "依据有变化" not in page
        assert "由县教育局出更正补记，分数不变" in page
        assert words_of(row) == [("补记各月，其余不变",)]

    def test_has_them_after_an_amendment(self, autumn, bureau, row):
        assert amend(row, bureau, reason="补记各月").differences[0]["words"] == ["补记各月，其余不变"]
        sheet = sheet_of(row, "", today=AFTER)
        assert ([made.is_vetoed for _, made in sheet.months][:2], sheet.differences) == ([False, True], [])

    def test_says_what_else_is_different(self, autumn, bureau, row):
        never_left(autumn)
        event = {"kind": EventKind.DROP_OUT, "happened_on": date(2027, 1, 12), "today": AFTER}
        enrolment.record_event(by=autumn.clerk, student=autumn.children[2], **event)
        [words] = words_of(row)
        assert "流失0→1人" in words
        assert "事实有过更正" in page_of(bureau, row)


class TestWhatWasSignedWithoutMonths:
    def test_is_signed_anew_and_says_why(self, autumn, bureau):
        head = principal_of(autumn)
        with before_months():
            row = sign(opened(autumn, bureau), head)
        assert "还没有各月考核，这一项没有签过，不能定分" in page_of(bureau, row)
        with pytest.raises(FreezeRefused, match="还没有各月考核，这一项没有签过，没有定分。请退回学校，连同各月"):
            freeze_scores(row, bureau)

    def test_and_has_changed_since_says_that(self, autumn, bureau):
        head = principal_of(autumn)
        with before_months():
            row = sign(opened(autumn, bureau), head)
        event = {"kind": EventKind.DROP_OUT, "happened_on": date(2027, 1, 12), "today": AFTER}
        enrolment.record_event(by=autumn.clerk, student=autumn.children[1], **event)
        with pytest.raises(FreezeRefused, match="得分或者依据有了变化，没有定分"):
            freeze_scores(row, bureau)
