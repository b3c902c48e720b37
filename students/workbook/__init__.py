"""Reads workbooks, checks every cell and row, and applies them in one transaction (contract.md, import_workbook).

``read`` and ``screening`` open files nobody has checked; ``cells`` and ``columns`` turn rows of text into values;
``sheets`` is what every sheet has in common; a module each for places, people, children, enrolment and attendance
checks and writes; ``run`` puts them in order. Later apps add sheets of their own by handing them to ``run``.
"""
