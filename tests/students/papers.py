"""Pictures and PDF files as people hand them in."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter

from students.actions.files import take_in


def picture(name: str = "证明.jpg", kind: str = "JPEG", colour: str = "white") -> SimpleUploadedFile:
    """A small picture."""
    written = BytesIO()
    Image.new("RGB", (40, 30), colour).save(written, kind)
    return SimpleUploadedFile(name, written.getvalue(), content_type=f"image/{kind.lower()}")


def pdf(name: str = "证明.pdf") -> SimpleUploadedFile:
    """A PDF of one empty page."""
    written, writer = BytesIO(), PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.write(written)
    return SimpleUploadedFile(name, written.getvalue(), content_type="application/pdf")


def paper(colour: str = "white") -> dict[str, object]:
    """A picture as the actions take it."""
    return take_in(picture(colour=colour))
