"""控辍保学责任书 in layers: of all schools, of one school, one's own; drawn up, renewed, issued, printed."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from casework.actions.documents import DocumentRefused, NotYourDocument
from casework.actions.progress import Watch
from casework.document_kinds import PLEDGES
from scoring.actions import pledges as actions
from scoring.pledge_forms import PledgeFilter
from scoring.pledge_jobs import issue_pledges
from scoring.queries import pledge_pages as pages
from scoring.queries.pledges import PledgeBook, narrowed, pledges_of, years_of
from students.access import OFFICE_ROLES
from students.calendar import school_year_label, school_year_of
from students.models import Role, School
from students.views.audience import only_for, whole_schools
from students.views.lists import same_filters, tabs

PAGE_SIZE = 50
PARTS = {"school": "按学校", "person": "按人"}
pledge_page = only_for(OFFICE_ROLES, "全校的责任书由学校和主管部门查看，你自己的在“我的责任书”里")
own_page = only_for({*Role.values} - {Role.ADMINISTRATOR}, "责任书由教师、学校和主管部门签，系统管理员只管账号")


@require_safe
@pledge_page
def all_pledges(request):
    """The schools side by side, or their people; whoever sees one school comes to it at once."""
    schools = whole_schools(request)
    if len(own := list(schools[:2])) == 1:
        return redirect("scoring:school_pledges", own[0].pk)
    book, form, lines = asked_pledges(request, schools)
    part = request.GET["by"] if request.GET.get("by") in PARTS else "school"
    rows = pages.by_school(book, lines) if part == "school" else lines
    context = _shared(request, book, form, lines, rows)
    context |= {"parts": tabs(request, PARTS, name="by", shown=part, counts={}), "part": part}
    return render(request, "scoring/pledges.html", context)


@require_safe
@pledge_page
def school_pledges(request, pk: int):
    """Layer by layer: who signs, for what, and whether it is signed."""
    school = _school(request, pk)
    book, form, lines = asked_pledges(request, School.objects.filter(pk=pk))
    context = _shared(request, book, form, lines, lines) | {"school": school}
    asked = request.GET.copy()
    asked["school"] = pk
    context["file_url"] = f"{reverse('reports:pledges_file')}?{asked.urlencode()}"
    return render(request, "scoring/school_pledges.html", context)


def asked_pledges(request, schools):
    """The book of the school year that the address asks for, the filter, and the lines that it asks for."""
    this_year = school_year_of(request.today)
    year = int(asked) if (asked := request.GET.get("year", "")) in map(str, years_of(schools, this_year)) else this_year
    book = PledgeBook(schools, year, request.today)
    form = PledgeFilter(request.GET, schools=list(book.schools.values()))
    return book, form, narrowed(book, form.narrowed)


def _shared(request, book: PledgeBook, form: PledgeFilter, lines, rows) -> dict:
    """What both pages show. ``rows``: what is listed, by page."""
    this_year = school_year_of(request.today)
    years = {str(year): school_year_label(year) for year in years_of(book.rows, this_year)}
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    if rows is lines:
        page.object_list = book.shown(page.object_list)
    return {
        "form": form,
        "page": page,
        "years": tabs(request, years, name="year", shown=str(book.school_year), counts={}) if len(years) > 1 else [],
        "year": school_year_label(book.school_year),
        "layers": pages.by_layer(lines),
        "whole": pages.whole_of(lines),
        "desk": pages.Desk(request.scope, book, is_current=book.school_year == this_year),
        "file_url": same_filters(request, "reports:pledges_file"),
    }


@require_safe
@own_page
def my_pledges(request):
    """One's own 责任书: what is promised, and whether it is signed."""
    return render(request, "scoring/my_pledges.html", {"rows": pledges_of(request.user)})


@require_POST
@pledge_page
def draw_up_pledges(request, pk: int | None = None):
    """Draw up what is missing in the reader's layers."""
    made, place = _done(request, actions.draw_up, pk)
    if made:
        text = f"已生成{made.count}份责任书的草稿，看过以后签发。" if made.count else "应签的都生成了，没有新的责任书。"
        messages.success(request, text)
        for reason in made.left_out:
            messages.warning(request, reason)
    return place


@require_POST
@pledge_page
def renew_pledges(request, pk: int | None = None):
    """Let the drafts say the targets that are in force now."""
    count, place = _done(request, actions.renew, pk)
    if count is not None:
        text = f"已更新{count}份草稿的目标和计分。" if count else "草稿的目标都是最新的，没有改动。"
        messages.success(request, text)
    return place


@require_POST
@pledge_page
def issue_all_pledges(request, pk: int | None = None):
    """Have the drafts numbered and printed in the background; those that are to be renewed first stay."""
    schools, place = _place(request, pk)
    year = school_year_of(request.today)
    desk = pages.Desk(request.scope, PledgeBook(schools, year, request.today), is_current=True)
    if not desk.kinds:
        raise PermissionDenied("局校责任书由县教育局签发，本校的责任书由教务处、校长或分管领导签发，没有签发")
    if desk.older:
        messages.warning(request, f"有{desk.older}份草稿的目标是以前的，没有签发。请先更新目标。")
    if desk.progress:
        messages.warning(request, "正在签发，不用再按。进度在本页。")
    elif desk.drafts:
        Watch(actions.job_of(request.scope, desk.book.schools, year))(actions.QUEUED, 0, desk.drafts)
        issue_pledges.enqueue([*desk.book.schools], request.user.pk, year)
        messages.success(request, f"正在后台编号、定稿{desk.drafts}份，进度在本页。")
    elif not desk.older:
        messages.error(request, "没有待签发的草稿。请先生成责任书。")
    return place


@require_safe
@pledge_page
def pledge_progress(request, pk: int | None = None):
    """The bar alone, for the page to draw anew; once all are issued, the whole page again."""
    schools, _ = _place(request, pk)
    book = PledgeBook(schools, school_year_of(request.today), request.today)
    progress = pages.Desk(request.scope, book, is_current=True).progress
    if progress is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "scoring/pledge_bar.html", {"progress": progress, "progress_url": request.path})


@require_safe
@pledge_page
def print_pledges(request, pk: int | None = None):
    """All that wait for a signature in the reader's layers, or in one of them, as one PDF."""
    schools, place = _place(request, pk)
    book = PledgeBook(schools, school_year_of(request.today), request.today)
    kinds = pages.Desk(request.scope, book, is_current=True).kinds
    if not kinds:
        raise PermissionDenied("责任书由签发的单位打印")
    asked = request.GET.get("kind")
    pdf = pages.to_print(book, [kind for kind in PLEDGES if kind in kinds and asked in (None, "", kind)])
    if pdf is None:
        messages.error(request, "没有待签字的责任书可以打印。请先签发。")
        return place
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="pledges.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _done(request, step, pk: int | None):
    """What a step has made, None where it was refused, and where it leads back to."""
    schools, place = _place(request, pk)
    year = school_year_of(request.today)
    try:
        made = step(by=request.user, scope=request.scope, schools=schools, school_year=year, today=request.today)
    except NotYourDocument as refused:
        raise PermissionDenied(str(refused)) from None
    except DocumentRefused as refused:
        messages.error(request, str(refused))
        return None, place
    return made, place


def _place(request, pk: int | None):
    """The schools that an address speaks of, and its page."""
    if pk is None:
        return whole_schools(request), redirect("scoring:pledges")
    return School.objects.filter(pk=_school(request, pk).pk), redirect("scoring:school_pledges", pk)


def _school(request, pk: int) -> School:
    return get_object_or_404(whole_schools(request), pk=pk)
