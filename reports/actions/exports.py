"""Exporting: a table leaves the system as a file, and the audit log says so."""

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from errno import EACCES, EISDIR, ENAMETOOLONG, ENOENT, ENOSPC, ENOTDIR, EPERM, EROFS
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from reports.exports import ExportRefused, writer_for
from reports.tables import CannotDraw, Imprint, Paper, Table
from students.actions import audit
from students.models import Person
from students.queries.people import place_line, posting_words

REASONS = {
    ENOENT: "文件夹不存在",
    ENOTDIR: "文件夹不存在",
    EISDIR: "那里是一个文件夹",
    EACCES: "没有写入的权限",
    EPERM: "没有写入的权限",
    EROFS: "那里只能读",
    ENOSPC: "磁盘已满",
    ENAMETOOLONG: "文件名太长",
}


KEPT_IN_MEMORY = 2 * 1024 * 1024  # bytes; a larger file is written to the disk while it grows


def export_table(*, by, signed: str, name: str, table: Table, asked: Mapping[str, str], path: Path) -> None:
    """Write ``table`` to ``path`` in the form that its ending chooses, whole or not at all.

    ``signed`` is who the file says it was exported by; ``by`` is that person's account, None at the command line.
    ``asked``: the options that narrowed the table down. Raises ``ExportRefused`` with a Chinese sentence.
    """
    write = writer_for(path)
    imprint = Imprint(by=signed, at=timezone.localtime(), reason=asked.get("reveal", ""))
    try:
        with unfinished_beside(path) as unfinished:
            with unfinished.open("xb") as file:
                write(table, file, imprint)
            # Only now: the embedded database has one writer at a time, and a long table takes seconds to write.
            with transaction.atomic():
                details = log_of(table, form=path.suffix.lower(), asked=asked)
                audit.record(by=by, action="table.export", subject=f"reports.{name}", at=imprint.at, **details)
                unfinished.replace(path.resolve())  # a link stays a link, its target is replaced
    except CannotDraw as error:
        raise ExportRefused(str(error)) from None
    except OSError as error:
        reason = REASONS.get(error.errno, f"系统报告第{error.errno}号错误")
        raise ExportRefused(f"文件“{path}”写不进去：{reason}。") from None


def hand_out(
    *,
    by: Person,
    name: str,
    paper: Paper,
    write: Callable[[Paper, BinaryIO, Imprint], None],
    form: str,
    asked: Mapping[str, str],
    reason: str = "",
) -> BinaryIO:
    """Draw ``paper`` for ``by``, who asked for it in the browser: an open file that vanishes when it is closed.

    ``write`` draws it, ``form`` is the ending of its file; ``reason`` says why full numbers are shown, blank where they
    are masked. Raises ``CannotDraw`` with a Chinese sentence.
    """
    imprint, posts = imprint_of(by, reason=reason), posts_of(by)
    with ExitStack() as closing_after_a_failure:
        file = closing_after_a_failure.enter_context(SpooledTemporaryFile(KEPT_IN_MEMORY))
        write(paper, file, imprint)
        details = log_of(paper, form=form, asked=asked, reason=reason, posts=posts)
        audit.record(by=by, action="table.export", subject=f"reports.{name}", at=imprint.at, **details)
        file.seek(0)
        closing_after_a_failure.pop_all()
    return file


def imprint_of(person: Person, *, reason: str) -> Imprint:
    """Who draws a file for themselves, now."""
    signed = f"{person.name}（{place_line(person.postings_today)}）"
    return Imprint(by=signed, at=timezone.localtime(), reason=reason)


def posts_of(person: Person) -> str:
    """Every post that a person holds today: the scope in which they read."""
    return "、".join(posting_words(person.postings_today))


def log_of(paper: Paper, *, form: str, asked: Mapping[str, str], reason: str = "", posts: str = "") -> dict:
    """What the audit log says of a file that leaves the system. ``posts``: those of who took it; ``q`` in ``asked`` is
    what was looked for, a child's name or number: only that there was a search is kept."""
    details = {"form": form, "rows": paper.count, **asked, "as_of": str(paper.as_of), **narrowed_to(paper, posts)}
    if asked.get("q"):
        details["q"] = "有"
    return details | ({"reveal": reason} if reason else {})


def narrowed_to(paper: Paper, posts: str) -> dict[str, str]:
    """What a list of files still says of one months later: of whom and of which day it was, in whose ``posts``."""
    return {"scope": paper.scope_logged} | ({"posts": posts} if posts else {})


@contextmanager
def unfinished_beside(path: Path) -> Iterator[Path]:
    """A name in the folder of ``path`` for a file that is not finished; what is left of it at the end is removed."""
    target = path.resolve()
    if target.is_dir():
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
    unfinished = target.with_name(f".{secrets.token_hex(8)}{target.suffix}")
    try:
        yield unfinished
    finally:
        with suppress(OSError):
            unfinished.unlink()
