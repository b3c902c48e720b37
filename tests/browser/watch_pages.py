"""The pages of children given attention, one proposed, one in care, one to be reviewed; and of the likely lost."""

from datetime import timedelta

from django.urls import reverse

from casework.models import Watch
from students.models import Person
from tests.casework.watching import confirmed, proposed
from tests.scene import MONDAY


def watch_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    """关注学生 and 可能流失学生, with somebody who opens each."""
    teacher, clerk, bureau = classroom.teacher, classroom.clerk, classroom.bureau
    first, second, third = classroom.children[25:28]
    waiting = proposed(teacher, first, "hardship", grounds="父亲久病，家里靠母亲打零工，伙食费拖了两个月。")
    cared = confirmed(clerk, proposed(teacher, second), teacher)
    late = confirmed(clerk, proposed(teacher, third, "learning_difficulty"), clerk)
    Watch.objects.filter(pk=late.pk).update(review_on=MONDAY - timedelta(days=1))
    pages = {
        "watched, to confirm": (clerk, "watches", [], "?tab=proposed"),
        "watched, in care": (bureau, "watches", [], "?tab=confirmed"),
        "watched, to review": (clerk, "watches", [], "?tab=due"),
        "watched, none found": (teacher, "watches", [], "?q=none"),
        "a child proposed": (clerk, "watch", [waiting.pk], ""),
        "a child in care": (teacher, "watch", [cared.pk], ""),
        "a child to propose": (teacher, "propose_watch", [third.pk], ""),
        "a class to propose from": (teacher, "watch_class", [classroom.school_class.pk], ""),
        "a proposal to confirm": (clerk, "confirm_watch", [waiting.pk], ""),
        "a proposal to send back": (clerk, "refuse_watch", [waiting.pk], ""),
        "a review": (clerk, "review_watch", [late.pk], ""),
        "another person": (clerk, "assign_watch", [cared.pk], ""),
        "an end": (clerk, "end_watch", [cared.pk], ""),
        "likely lost": (clerk, "likely_lost", [], ""),
        "likely lost by grade": (bureau, "likely_lost", [], "?by=grade"),
        "likely lost, none found": (bureau, "likely_lost", [], "?q=none"),
    }
    found = {
        name: (who, reverse(f"casework:{to}", args=args) + query) for name, (who, to, args, query) in pages.items()
    }
    return found | {"likely lost to export": (clerk, reverse("reports:likely_lost_file"))}
