"""A program of its own: sets the document on standard input in type and gives the PDF on standard output.

Typst keeps all that it has laid out for the next ten documents, half a gigabyte for a long table, and a site that runs
for months must not pay for that. Here it ends with the process. Usage: ``python typesetter.py TEMPLATE.typ``.
"""

import sys
from pathlib import Path

import typst


def main() -> int:
    pdf, warnings = typst.compile_with_warnings(
        Path(sys.argv[1]).read_bytes(),
        sys_inputs={"document": sys.stdin.buffer.read().decode()},
        format="pdf",
        pdf_tags=False,  # tags for tens of thousands of cells make the file fifteen times as large
    )
    if warnings:
        # A font that is not there is no more than a warning, and the paper would come out with empty boxes.
        sys.stderr.write("\n".join(str(warning) for warning in warnings))
        return 1
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
