"""每日提醒: what waits in one place, as lines for e-mail and for the robots of 企业微信 and 钉钉. Pure.

No line holds a child's name unless it stands in ``named``: whoever writes a message leaves those out where the channel
is not marked for them, so the decision is made in one place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

MOST_NAMED = 10  # children named in one part; the rest are on the site
MOST_SCHOOLS = 12
# What the robots take for formatting or for a mention; in full width it is a letter like any other.
FORMATTING = str.maketrans("<>[]()*_`#~|\\&", "＜＞［］（）＊＿｀＃～｜＼＆")
ELLIPSIS = "其余请到网站上看。"


@dataclass(frozen=True)
class Part:
    """One matter of a digest: its lines, where on the site it is done, and the children concerned, by name.

    ``urgent``: how many things of it cannot wait until tomorrow.
    """

    title: str
    lines: tuple[str, ...]
    path: str
    named: tuple[str, ...] = ()
    urgent: int = 0


@dataclass(frozen=True)
class Digest:
    """What waits in a place at a moment; without parts there is nothing to do."""

    place: str
    when: str
    parts: tuple[Part, ...] = ()

    @property
    def title(self) -> str:
        """守学提醒：东坪小学 9月7日17:30."""
        return f"守学提醒：{self.place} {self.when}"

    @property
    def without_names(self) -> "Digest":
        return replace(self, parts=tuple(replace(part, named=()) for part in self.parts))


NOTHING = "今天没有要办的事。"


def amounts(*parts: tuple[str, int, str]) -> str:
    """``("今天到期", 3, "件")``, … as 今天到期3件、逾期2件; what is zero is left out."""
    return "、".join(f"{label}{number}{unit}" for label, number, unit in parts if number)


def school_lines(lines: Sequence[tuple[str, str]], *, most: int = MOST_SCHOOLS) -> tuple[str, ...]:
    """(school, what it owes) as lines, the first ``most`` of them and how many more there are."""
    shown = tuple(f"{school}：{words}" for school, words in lines[:most])
    return (*shown, f"另有{len(lines) - most}所学校") if len(lines) > most else shown


def named_lines(lines: Sequence[str], total: int) -> tuple[str, ...]:
    """Children with what is owed for each, and how many more there are."""
    shown = tuple(lines[:MOST_NAMED])
    return (*shown, f"另有{total - len(shown)}人") if total > len(shown) else shown


def plain(digest: Digest, site: str) -> str:
    """The digest as the text of an e-mail."""
    blocks = [digest.title]
    blocks += ["\n".join([f"【{part.title}】", *part.lines, *part.named, site + part.path]) for part in digest.parts]
    if not digest.parts:
        blocks.append(NOTHING)
    return "\n\n".join([*blocks, f"守学：{site}/", "这封邮件由系统发出，不用回复。"]) + "\n"


def markdown(digest: Digest, site: str, *, most_bytes: int) -> str:
    """The digest in the markdown of the robots, in no more than ``most_bytes`` of UTF-8.

    What does not fit is left out by whole lines, the last parts first, and said to be on the site; the link to the site
    always stays.
    """
    lines = [f"### {spoken(digest.title)}"]
    for part in digest.parts:
        lines.append(f"**[{spoken(part.title)}]({site}{part.path})**")
        lines += [f"> {spoken(line)}" for line in (*part.lines, *part.named)]
    if not digest.parts:
        lines.append(NOTHING)
    last = f"[打开守学]({site}/)"
    whole = "\n\n".join([*lines, last])
    if len(whole.encode()) <= most_bytes:
        return whole
    kept = []
    for line in lines:
        if len("\n\n".join([*kept, line, ELLIPSIS, last]).encode()) > most_bytes:
            break
        kept.append(line)
    return "\n\n".join([*kept, ELLIPSIS, last])


def spoken(text: str) -> str:
    """Text in which a robot finds neither formatting nor somebody to call (企业微信 reads <@…> so)."""
    return " ".join(text.translate(FORMATTING).split())
