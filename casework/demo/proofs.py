"""证明材料: pictures of papers that nobody issued, and the rows that hang them on the changes they prove."""

from collections.abc import Iterable, Mapping
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

from casework.demo.acts import Answer, at
from students.actions.files import take_in
from students.enrolment import REPORTED_CHANGES
from students.models import Certificate, EnrolmentEvent

PAGE, INK, STAMP = (420, 594), "#33383d", "#c8372d"
SHEETS = 6  # different papers; a county has more, and each would take its place in the database


@cache
def paper(number: int, name: str = "证明材料.png") -> Mapping[str, object]:
    """The columns of a stored picture, taken in like any upload: a page of lines with a seal. There is no writing on
    it, so nobody can take it for a paper of somebody."""
    chance, page = Random(number), Image.new("RGB", PAGE, "white")  # nosec B311
    draw = ImageDraw.Draw(page)
    draw.rectangle((130, 50, 290, 70), fill=INK)
    for line in range(chance.randint(7, 11)):
        top = 120 + 30 * line
        draw.rectangle((50 + 30 * (line == 0), top, chance.randint(250, 370), top + 8), fill=INK)
    draw.ellipse((250, 440, 350, 540), outline=STAMP, width=5)
    draw.regular_polygon((300, 490, 18), 5, fill=STAMP)
    written = BytesIO()
    page.quantize(8).save(written, "PNG")
    written.seek(0)
    written.name = name
    return take_in(written)


def hand_in(answers: Iterable[Answer]) -> None:
    """Keep the papers with the changes that they prove, a paper a change."""
    wanted = {(answer.student, answer.changed_on): answer for answer in answers}
    events = EnrolmentEvent.objects.effective().filter(
        student__in={student for student, _ in wanted}, kind__in=REPORTED_CHANGES
    )
    Certificate.objects.bulk_create(
        Certificate(
            student_id=event.student_id,
            event=event,
            kind=Certificate.Kind.CHANGE,
            handed_in_on=answer.day,
            uploaded_at=at(answer.day, 16, 45),
            uploaded_by=answer.by,
            **paper(number % SHEETS),
        )
        for number, event in enumerate(events.order_by("student", "happened_on", "order"))
        if (answer := wanted.get((event.student_id, event.happened_on)))
    )
