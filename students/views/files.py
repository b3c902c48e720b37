"""Sends a stored file to the browser; whoever asks has been let in by the row that owns it."""

from django.http import HttpResponse

from students.models.files import StoredFile


def send_file(stored: StoredFile) -> HttpResponse:
    """The file as it was kept, shown in the browser and never run as anything else."""
    response = HttpResponse(bytes(stored.content), content_type=stored.media_type)
    ending = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}[stored.media_type]
    response["Content-Disposition"] = f'inline; filename="{stored.pk}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
