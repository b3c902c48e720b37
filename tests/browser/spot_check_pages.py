"""The pages of 随机清点: reasons, draws, a class counted in which a child marked present was not found."""

from django.urls import reverse

from inspections.actions.draws import Place, cancel_draw
from students.models import Person, Role
from tests import cast
from tests.inspections.drawing import count_of, draw_of, reason_of
from tests.scene import MONDAY


def spot_check_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    """随机清点: the list, one class, draws, one of them counted, what is to be counted, what differs."""
    bureau, clerk, school = classroom.bureau, classroom.clerk, classroom.school
    counted, waiting = (cast.school_class(school, number) for number in ("202408", "202409"))
    child = cast.student(counted, "谭明")
    cast.student(waiting, "江月")
    cast.take_register(clerk, counted, MONDAY)
    reason_of(counted)
    reason_of(
        counted, "all_present", "9月1日至9月4日连续4个点名日全勤（1人）。照此推算，这么长的全勤机会不到万分之一。"
    )
    called_off = draw_of(bureau, Place(school=school), 1)
    cancel_draw(by=bureau, scope=cast.scope(bureau), draw=called_off.pk, reason="下雪，路不通")
    drawn = draw_of(bureau, Place(school=school), 3)
    inspector = cast.person("罗然", role=Role.INSPECTOR, township=school.township)
    found = count_of(inspector, counted, child)
    one, explained = [drawn.pk], [found.pk, child.pk]
    return {
        "reasons to count": (bureau, reverse("inspections:count_reasons")),
        "reasons to count, none found": (bureau, reverse("inspections:count_reasons") + "?kind=odd_hours"),
        "reasons of a class": (bureau, reverse("inspections:class_reasons", args=[counted.pk])),
        "class without reasons": (bureau, reverse("inspections:class_reasons", args=[waiting.pk])),
        "draws": (bureau, reverse("inspections:draws")),
        "classes to draw": (bureau, reverse("inspections:draw_classes")),
        "a draw": (bureau, reverse("inspections:draw", args=one)),
        "a draw called off": (bureau, reverse("inspections:draw", args=[called_off.pk])),
        "a draw to call off": (bureau, reverse("inspections:cancel_draw", args=one)),
        "classes to count": (bureau, reverse("inspections:to_count")),
        "mismatches": (clerk, reverse("inspections:mismatches")),
        "mismatches, none found": (clerk, reverse("inspections:mismatches") + "?state=late"),
        "a mismatch to explain": (clerk, reverse("inspections:explain", args=explained)),
        "a draw to export": (bureau, reverse("reports:draw_file", args=one)),
    }
