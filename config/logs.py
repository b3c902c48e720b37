"""How a failure is written down: without the values of rows, which may be children's names and numbers."""

import logging

REVEALING = ("DETAIL:", "CONTEXT:", "详细", "描述")


class DiscreetFormatter(logging.Formatter):
    """Leaves out the lines in which a database quotes the row that it refused."""

    def formatException(self, exc_info):  # noqa: N802 - the name is logging's
        lines = super().formatException(exc_info).splitlines()
        return "\n".join(line for line in lines if not line.lstrip().startswith(REVEALING))
