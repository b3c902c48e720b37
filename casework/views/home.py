"""What a person sees first: a teacher today's registers and duties, a school or an area its board."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from casework.clock import last_ticked_at
from casework.models import Obligation
from casework.queries import boards, desk, duties, hand_offs, teacher
from casework.queries.case_list import cases_card
from casework.queries.rule_news import rule_news
from casework.queries.signs import signs_card
from casework.queries.watches import watch_card
from students.access import AREA_ROLES, SCHOOL_ROLES
from students.models import Role, SchoolClass
from students.queries.home_duties import home_duties
from students.queries.leave_slips import missing_words
from students.queries.notices import home_notices
from students.queries.unverified import ANSWERS
from students.views.audience import only_for

SHOWN_DUTIES = 20
SHOWN_RUNS = 20
REFUSAL = "这一页给学校和上级部门的管理岗位使用"


@require_safe
def home(request):
    """The first page of each role; whoever holds several sees the one nearest to the children."""
    scope = request.scope
    if scope.classes:
        return teacher_home(request)
    if scope.roles & SCHOOL_ROLES:
        return school_board(request)
    if scope.roles & AREA_ROLES:
        return area_board(request)
    if Role.ADMINISTRATOR in scope.roles:
        return redirect("students:people")
    return render(request, "casework/no_class.html", {})


def teacher_home(request):
    """班主任 and 科任教师: what is urgent, today's registers, then the duties due."""
    own = Obligation.objects.visible_to(request.scope).filter(school_class__in=request.scope.homeroom)
    open_duties = own.undone_on(request.today).folded(request.today).order_by("due_on", "student", "tier", "key")
    context = {
        "home": teacher.teacher_home(request.scope, request.user, now=timezone.localtime()),
        "home_duties": home_duties(request.scope, request.today),
        "answers": ANSWERS,
        "rule_news": rule_news(request.scope, request.today),
        "counts": duties.counts(own, request.today),
        "cards": duties.cards(open_duties[:SHOWN_DUTIES], scope=request.scope, today=request.today),
        "has_duties": bool(request.scope.homeroom),
        "signs_card": signs_card(request.scope, request.today) if request.scope.homeroom else None,
        "cases_card": cases_card(request.scope, request.today),
        "watch_card": watch_card(request.scope, request.today),
        "slips_missing": missing_words(SchoolClass.objects.filter(pk__in=request.scope.homeroom), request.today),
    }
    return render(request, "casework/teacher_home.html", context)


@require_safe
@only_for(SCHOOL_ROLES, REFUSAL)
def school_board(request):
    """校长, 分管领导 and 学籍管理员: registers missing, children out, who owes what."""
    own = Obligation.objects.visible_to(request.scope)
    runs = boards.runs_out(request.scope)
    context = {
        "notices": home_notices(request.scope, request.user),
        "home_duties": home_duties(request.scope, request.today),
        "rule_news": rule_news(request.scope, request.today),
        "board": boards.register_board(SchoolClass.objects.visible_to(request.scope), now=timezone.localtime()),
        "counts": duties.counts(own, request.today),
        "runs": runs[:SHOWN_RUNS],
        "runs_count": runs.count(),
        "signs_card": signs_card(request.scope, request.today),
        "cases_card": cases_card(request.scope, request.today),
        "watch_card": watch_card(request.scope, request.today),
        "by_class": boards.duties_by_class(request.scope, request.today),
        "to_take_over": hand_offs.waiting_for(request.scope, request.today),
        "last_ticked_at": last_ticked_at(),
    }
    return render(request, "casework/school_board.html", context)


@require_safe
@only_for(AREA_ROLES, REFUSAL)
def area_board(request):
    """乡镇, 督学 and 县教育局: the schools side by side."""
    runs, lines = boards.runs_out(request.scope), boards.school_lines(request.scope, now=timezone.localtime())
    context = {
        "notices": home_notices(request.scope, request.user),
        "home_duties": home_duties(request.scope, request.today),
        "rule_news": rule_news(request.scope, request.today),
        "lines": lines,
        "counts": duties.Counts(undone=sum(line.open for line in lines), late=sum(line.late for line in lines)),
        "runs": runs[:SHOWN_RUNS],
        "runs_count": runs.count(),
        "cases_card": cases_card(request.scope, request.today),
        "to_take_over": hand_offs.waiting_for(request.scope, request.today),
        "to_approve": desk.to_approve(request.scope, request.today),
        "last_ticked_at": last_ticked_at(),
    }
    return render(request, "casework/area_board.html", context)
