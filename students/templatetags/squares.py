"""The last days of a class or a school as small squares (点名方格), each with its sign and, for whoever listens, its
words."""

from django import template

from students.register_days import RegisterState

register = template.Library()

GLYPHS = {
    RegisterState.TAKEN: "✓",
    RegisterState.PARTLY: "缺",  # or how many, where there is room for the number
    RegisterState.MISSING: "缺",
    RegisterState.NO_SCHOOL: "",
    RegisterState.NOBODY: "空",
    RegisterState.AHEAD: "",
}
LEGEND = [
    ("taken", "✓", "都已点"),
    ("late", "补", "都已点，有过了当天才补的"),
    ("partly", "2", "缺几次"),
    ("missing", "缺", "一次也没点"),
    ("no_school", "", "不上课"),
    ("nobody", "空", "无学生"),
]


@register.inclusion_tag("components/day_squares.html")
def day_squares(squares, *, label="最近14天"):
    """``{% day_squares line.squares %}``: rows of ``state``, ``words``, ``number`` and ``is_late``, a day each."""
    return {
        "label": label,
        "squares": [
            {
                "kind": "late" if each.is_late else each.state,
                "glyph": _glyph(each),
                "words": each.words,
            }
            for each in squares
        ],
    }


def _glyph(square) -> str | int:
    if square.is_late:
        return "补"
    if square.state == RegisterState.PARTLY and square.number < 100:
        return square.number
    return GLYPHS[RegisterState(square.state)]


@register.inclusion_tag("components/day_legend.html")
def day_legend():
    """What the squares mean, beside each other."""
    return {"legend": LEGEND}
