"""A PDF as somebody holds it: its pages, its words and where they stand, its fonts. Read with Debian's poppler-utils.

A missing font raises no error anywhere and its text can still be read, so the fonts are asked for by themselves.
"""

import re
import subprocess
from dataclasses import dataclass
from functools import cached_property

MM = 72 / 25.4
# The families that the style sheet of documents names, as a PDF calls them: without hyphens and blanks.
FAMILIES = ("FangSong", "FZXiaoBiaoSong", "STZhongsong", "SimHei", "NotoSerifCJK", "NotoSansCJK")


@dataclass(frozen=True)
class Font:
    """A font of a PDF: its name without the tag of a subset, whether it is in it, whether it is searchable."""

    name: str
    is_embedded: bool
    is_searchable: bool

    @property
    def is_expected(self) -> bool:
        return self.name.startswith(FAMILIES)


@dataclass(frozen=True)
class Printed:
    """A PDF."""

    pdf: bytes

    def ask(self, *command: str) -> str:
        return subprocess.run([*command], input=self.pdf, capture_output=True, check=True).stdout.decode()

    @cached_property
    def info(self) -> dict[str, str]:
        lines = (line.split(":", 1) for line in self.ask("pdfinfo", "-").splitlines() if ":" in line)
        return {name.strip(): value.strip() for name, value in lines}

    @property
    def pages(self) -> int:
        return int(self.info["Pages"])

    @property
    def sizes(self) -> set[tuple[int, int]]:
        """Width and height of every page, in mm."""
        found = self.ask("pdfinfo", "-f", "1", "-l", str(self.pages), "-")
        points = re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+) pts", found)
        return {(round(float(width) / MM), round(float(height) / MM)) for width, height in points}

    def text_of(self, *pages: int) -> str:
        """The text of these pages, or of all, without blanks."""
        spans = [("-f", str(page), "-l", str(page)) for page in pages] or [()]
        return re.sub(r"\s", "", "".join(self.ask("pdftotext", *span, "-", "-") for span in spans))

    def boxes(self, page: int = 1) -> list[tuple[float, float, float, float]]:
        """The boxes of the words of a page (left, top, right, bottom), in mm."""
        found = self.ask("pdftotext", "-bbox", "-f", str(page), "-l", str(page), "-", "-")
        words = re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)"', found)
        return [tuple(float(each) / MM for each in word) for word in words]

    @property
    def fonts(self) -> list[Font]:
        rows = [line.split() for line in self.ask("pdffonts", "-").splitlines()[2:]]
        return [
            Font(row[0].partition("+")[2].replace("-", "") or row[0], row[-5] == "yes", row[-3] == "yes")
            for row in rows
        ]


def assert_set_as_gb_t_9704_says(paper: Printed) -> None:
    """A4, every font in it and of the families that the style sheet names, and the margins of GB/T 9704 kept.

    天头 37 mm, 订口 28 mm, 版心 156 × 225 mm; the number of the page stands below.
    """
    assert paper.sizes == {(210, 297)}
    assert paper.fonts
    for font in paper.fonts:
        assert (font.is_embedded, font.is_searchable, font.is_expected) == (True, True, True), font
    for number in range(1, paper.pages + 1):
        boxes = paper.boxes(number)
        assert min(left for left, _, _, _ in boxes) >= 27.5
        assert max(right for _, _, right, _ in boxes) <= 210 - 25.5
        # The line box begins at 37 mm; a character's own box may reach into its leading.
        assert 36 <= min(top for _, top, _, _ in boxes) <= 41
        assert max(bottom for _, _, _, bottom in boxes) <= 297 - 35 + 14
