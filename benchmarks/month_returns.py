"""The county's month: the figures as page, Excel, PDF and JSON, the return of the county, the grid of returns.

    .venv/bin/python benchmarks/month_returns.py --database sqlite:////tmp/county.sqlite3 [--times 20] [--only 月报]

The database is one of ``county.py`` after ``escalate.py``, filled as ``county_pages.py`` does; the returns of June are
filed and accepted the first time. Printed as by ``pages.py``; a file is fetched as a browser does. Goals for 100
schools: page ≤ 0.3 s, Excel ≤ 1 s, PDF ≤ 3 s.
"""

import sys
from collections.abc import Iterator
from datetime import date
from functools import partial
from statistics import quantiles
from time import perf_counter

from county_pages import TODAY, fill, run, settle  # puts the project on the path
from pages import measure_as, processor_time

JUNE = date(2027, 6, 1)


def file_returns() -> None:
    """June's returns of every school that has a clerk and a head; nothing where one is filed."""
    from casework.demo.staff import scope_on
    from returns.actions import filing
    from returns.models import SchoolReturn
    from returns.queries.live import live_figures
    from returns.queries.periods import filing_month
    from students.models import Person, Role, School

    if SchoolReturn.objects.exists():
        return
    month, began = filing_month(JUNE), perf_counter()
    bureau = Person.objects.get(username=Role.BUREAU_OFFICER)
    for school in School.objects.order_by("code"):
        clerk, head = (_posted(role, school) for role in (Role.REGISTRY_CLERK, Role.PRINCIPAL))
        if not (clerk and head):
            continue
        place = {"school": school, "period": month, "today": TODAY}
        as_clerk, as_head, as_bureau = (
            place | {"by": who, "scope": scope_on(who, TODAY)} for who in (clerk, head, bureau)
        )
        filing.prepare(**as_clerk, remark="", reason="", seen=0)
        filing.sign(**as_head, mark=live_figures(school, month, today=TODAY).mark, seen=2)
        row = filing.file_return(**as_clerk, seen=3)
        filing.accept(**as_bureau, seen=row.pk)
    number = SchoolReturn.objects.count()
    print(f"上报并接收{number}份月报：{perf_counter() - began:.0f}秒", file=sys.stderr)


def _posted(role, school):
    from students.models import Person

    return Person.objects.filter(postings__role=role, postings__school=school, is_active=True).first()


def pages() -> Iterator[tuple[str, str, dict]]:
    """Label, address and what is asked of it."""
    from django.urls import reverse

    figures = reverse("reports:figures")
    yield "月报数字：本月", figures, {}
    yield "月报数字：上月", figures, {"month": "2027-05"}
    yield "月报数字：按学校和年级", figures, {"month": "2027-05", "part": "row"}
    yield "月报数字：算到现在", figures, {"now": "1"}
    yield "辍学的学生名单", reverse("reports:figure_children", args=["dropped_total"]), {"month": "2027-05"}
    yield "上报情况", reverse("returns:returns"), {}
    yield "全县月报", reverse("returns:county", args=[f"{JUNE:%Y-%m}"]), {}


def files() -> Iterator[tuple[str, str]]:
    """Label, and the address that gives the file."""
    from django.urls import reverse

    yield "月报数字", f"{reverse('reports:figures_file')}?month=2027-05"
    yield "全县月报", reverse("returns:county_file", args=[f"{JUNE:%Y-%m}"])


def measure_file(client, label: str, address: str, suffix: str, times: int) -> None:
    """Fetch a file ``times`` times and print what that took."""
    taken, worked, size = [], [], 0
    for _ in range(times + 1):
        began, busy = perf_counter(), processor_time()
        answer = client.post(address, {"format": suffix})
        if answer.status_code != 200 or not answer.streaming:
            raise SystemExit(f"{label}{suffix}：没有得到文件（{answer.status_code}）")
        size = len(b"".join(answer.streaming_content))
        taken.append((perf_counter() - began) * 1000)
        worked.append((processor_time() - busy) * 1000)
    cuts, busy = quantiles(taken[1:], n=20), quantiles(worked[1:], n=2)[0]
    print(f"{label + suffix:　<14}{cuts[9]:7.0f}{cuts[18]:7.0f}{busy:7.0f}     {size // 1024:6d}", flush=True)


def measure(times: int, only: str) -> None:
    """As the bureau."""
    from django.test import Client

    from students.models import Person, Role

    settle()
    bureau = Person.objects.get(username=Role.BUREAU_OFFICER)
    measure_as(bureau, {label: [(address, query)] * times for label, address, query in pages()}, times, only)
    client = Client()
    client.force_login(bureau, backend="students.authentication.PostedPersonBackend")
    fetch = partial(measure_file, client, times=times)
    for label, address in files():
        for suffix in (".xlsx", ".pdf"):
            if any(each in label + suffix for each in only.split(",")):
                fetch(label, address, suffix)


def fill_and_file() -> None:
    """The county of ``county_pages.py``, and its returns."""
    fill()
    file_returns()


if __name__ == "__main__":
    run(__doc__, fill=fill_and_file, measure=measure)
