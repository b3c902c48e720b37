"""What the reports app keeps."""

from reports.models.export_orders import ExportOrder
from reports.models.figures import ALL, COLUMN_OF, PARTS, KeptFigures
from reports.models.work_reports import WorkReport

__all__ = ["ALL", "COLUMN_OF", "PARTS", "ExportOrder", "KeptFigures", "WorkReport"]
