"""Loads the presets of checklists into immutable rows after every migrate."""

from pathlib import Path

from django.db import connection

from casework.presets import store_presets
from inspections.checklist import Checklist
from inspections.checklist_reading import read_checklist
from inspections.models import StoredChecklist

PRESETS = Path(__file__).resolve().parent / "checklists"


def load_presets(**_) -> None:
    """Store every preset whose content is new as the next version of its code."""
    if StoredChecklist._meta.db_table not in connection.introspection.table_names():
        return  # another app was migrated, or this one taken back
    store_presets(PRESETS, StoredChecklist, read_checklist)


def checklist_of(stored: StoredChecklist) -> Checklist:
    """A stored version, read."""
    return read_checklist(stored.content, key=stored.pk)
