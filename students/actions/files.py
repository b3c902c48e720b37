"""Takes in a picture or a PDF that somebody hands in: hostile until its content has been opened (design.md, Trust)."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import PurePath
from typing import BinaryIO

from django.conf import settings
from PIL import Image, ImageFile, ImageOps
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from students.models.files import StoredFile

MAX_PIXELS = 40_000_000  # a phone's photograph; more is a picture made to fill the memory
MAX_PAGES = 200
PHOTO_SIDE, THUMBNAIL_SIDE = 1600, 240  # pixels of the longer side of a photograph as it is kept and as it is listed
RUNNING = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData"}  # actions of a PDF that no paper needs
BROKEN_PICTURE = (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError)
FORMATS = {"JPEG": StoredFile.MediaType.JPEG, "PNG": StoredFile.MediaType.PNG}

NEITHER = "只收JPG、PNG图片和PDF文件，这个文件不是，没有保存。请换一个文件。"


class FileRefused(Exception):
    """A file that cannot be kept; the message is a Chinese sentence for the field."""


def take_in(upload: BinaryIO) -> dict[str, object]:
    """The columns of a ``StoredFile`` (all but who and when) for an uploaded file, judged by its content.

    A picture is opened and written anew, so that nothing hidden in it is kept, its place of taking included; one as
    large as a telephone takes it is made smaller. Raises ``FileRefused``.
    """
    name = PurePath(getattr(upload, "name", "") or "附件").name[-120:]
    content = upload.read(settings.MAX_PHOTO_BYTES + 1)
    if not content:
        raise FileRefused("文件是空的，没有保存。请重新选择文件。")
    is_pdf, is_large = content.startswith(b"%PDF-"), len(content) > settings.MAX_FILE_BYTES
    if is_pdf and is_large:
        raise FileRefused("PDF超过2 MB，没有保存。请压缩后再传，或改传照片。")
    if len(content) > settings.MAX_PHOTO_BYTES:
        raise FileRefused("照片超过12 MB，没有保存。请拍得小一点再传。")
    if is_pdf:
        _check_pdf(content)
        media_type = StoredFile.MediaType.PDF
    elif is_large:
        media_type, content = StoredFile.MediaType.JPEG, _smaller(content)
    else:
        media_type, content = _picture(content)
    return {
        "name": name,
        "media_type": media_type,
        "size": len(content),
        "sha256": sha256(content).hexdigest(),
        "content": content,
    }


def take_photo(upload: BinaryIO) -> dict[str, object]:
    """The columns of a ``StoredFile`` for a photograph, and its ``thumbnail``.

    It is opened, turned upright, made smaller and written anew, so that nothing hidden in it is kept, its place of
    taking included. Raises ``FileRefused``.
    """
    name = PurePath(getattr(upload, "name", "") or "照片").name[-120:]
    content = upload.read(settings.MAX_PHOTO_BYTES + 1)
    if not content:
        raise FileRefused(f"“{name}”是空的，没有保存。请重新选择。")
    if len(content) > settings.MAX_PHOTO_BYTES:
        raise FileRefused(f"“{name}”超过12 MB，没有保存。请拍得小一点再传。")
    try:
        with _opened(content) as image:
            if image.width * image.height > MAX_PIXELS:
                raise FileRefused(f"“{name}”的像素太多，没有保存。请缩小后再传。")
            plain = _photograph(image)
            whole = _jpeg(plain)
            plain.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
            small = _jpeg(plain)
    except BROKEN_PICTURE as error:
        raise FileRefused(f"“{name}”不是JPG或PNG照片，没有保存。请换一张。") from error
    return {
        "name": name,
        "media_type": StoredFile.MediaType.JPEG,
        "size": len(whole),
        "sha256": sha256(whole).hexdigest(),
        "content": whole,
        "thumbnail": small,
    }


@contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    """The picture, of which nothing but its size has been read; one that breaks off is none."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint, when it is first imported, lets the whole program read them
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(BytesIO(content), formats=list(FORMATS)) as image:
            yield image


def _photograph(image: Image.Image) -> Image.Image:
    """An opened picture, upright, bare and no larger than a photograph is kept."""
    image.draft("RGB", (PHOTO_SIDE, PHOTO_SIDE))  # a JPEG is read no larger than it will be kept
    plain = ImageOps.exif_transpose(image).convert("RGB")
    plain.info.clear()
    plain.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
    return plain


def _jpeg(picture: Image.Image) -> bytes:
    written = BytesIO()
    picture.save(written, "JPEG", quality=82)
    return written.getvalue()


def _check_pdf(content: bytes) -> None:
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            raise FileRefused("这个PDF加了密码，没有保存。请去掉密码后再传。")
        pages = len(reader.pages)
        runs = _runs_something(reader)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FileRefused("这个PDF打不开，没有保存。请重新导出或改传照片。") from error
    if runs:
        raise FileRefused("这个PDF里有会自动运行的内容，没有保存。请重新扫描或改传照片。")
    if not 1 <= pages <= MAX_PAGES:
        raise FileRefused(f"这个PDF有{pages}页，没有保存。只收1到{MAX_PAGES}页的材料。")


def _runs_something(reader: PdfReader) -> bool:
    """Whether the document does something by itself when opened or touched; a scanned paper never does."""
    root, pages = reader.root_object, list(reader.pages)
    if "/JavaScript" in _part(root, "/Names"):
        return True
    notes = [note.get_object() for page in pages for note in page.annotations or ()]
    rows = [root, *pages, *(note for note in notes if isinstance(note, dict))]
    actions = [_part(row, key) for row in rows for key in ("/OpenAction", "/A")]
    actions += [_part(row["/AA"], key) for row in rows if _part(row, "/AA") for key in row["/AA"]]
    return any(action.get("/S") in RUNNING for action in actions)


def _part(row: dict, key: str) -> dict:
    """The dictionary under a key of a PDF object, empty where there is none."""
    if key not in row:
        return {}
    part = row[key]  # the object itself, where ``get`` may give a reference to it
    return part if isinstance(part, dict) else {}


def _smaller(content: bytes) -> bytes:
    """A picture too large to be kept as it is, as a photograph is kept."""
    try:
        with _opened(content) as image:
            _refuse_too_many_pixels(image)
            return _jpeg(_photograph(image))
    except BROKEN_PICTURE as error:
        raise FileRefused(NEITHER) from error


def _refuse_too_many_pixels(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise FileRefused("这张图片的像素太多，没有保存。请缩小后再传。")


def _picture(content: bytes) -> tuple[StoredFile.MediaType, bytes]:
    """Media type and bytes of the picture, turned upright and written anew."""
    try:
        with _opened(content) as image:
            _refuse_too_many_pixels(image)
            kind = image.format
            upright = ImageOps.exif_transpose(image)
            plain = upright.convert("RGB") if kind == "JPEG" else upright
            plain.info.clear()
            written = BytesIO()
            plain.save(written, kind, **({"quality": 85} if kind == "JPEG" else {"optimize": False}))
    except BROKEN_PICTURE as error:
        raise FileRefused(NEITHER) from error
    return FORMATS[kind], written.getvalue()
