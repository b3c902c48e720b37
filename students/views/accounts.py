"""Log in, log out, choose a password; the clerk's list of accounts."""

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash, views
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from students.access import Scope
from students.actions import accounts
from students.forms.accounts import ChoosePasswordForm, LogInForm, PeopleFilter
from students.models import Person
from students.queries.people import person_lines, posting_words, postings_kept_by, resettable

PAGE_SIZE = 50

log_in = login_not_required(
    views.LoginView.as_view(
        template_name="students/log_in.html", authentication_form=LogInForm, redirect_authenticated_user=True
    )
)
log_out = views.LogoutView.as_view()


def locked_out(request, *args, **kwargs) -> HttpResponse:
    """Too many wrong passwords for one name from one place."""
    return render(request, "students/locked_out.html", {}, status=429)


@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request):
    """Choose a password; at the first log-in there is no way around it."""
    form = ChoosePasswordForm(request.POST or None, person=request.user)
    if form.is_valid():
        accounts.choose_password(person=request.user, password=form.cleaned_data["new_password"])
        update_session_auth_hash(request, request.user)
        messages.success(request, "新密码已生效，下次登录请用新密码。")
        return redirect("home")
    return render(
        request,
        "students/change_password.html",
        {"form": form, "is_first": request.user.must_change_password},
        status=422 if form.is_bound else 200,
    )


@require_safe
def people(request):
    """The accounts that the person keeps, with search."""
    listed = _kept_by(request.scope)
    form = PeopleFilter(request.GET)
    if form.is_valid() and (q := form.cleaned_data["q"].strip()):
        listed = listed.filter(Q(name__icontains=q) | Q(staff_number__icontains=q) | Q(username__icontains=q))
    page = Paginator(listed.order_by("staff_number"), PAGE_SIZE).get_page(request.GET.get("page"))
    shown = Person.objects.filter(pk__in=[person.pk for person in page])
    own = resettable(shown, by=request.user, scope=request.scope, today=request.today)
    lines = person_lines(
        page, today=request.today, may_reset=set(own.values_list("pk", flat=True)), here=request.scope.clerk_of
    )
    return render(request, "students/people.html", {"form": form, "page": page, "lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
def reset_password(request, pk):
    """Ask first, then issue a one-time password and show it once, as a slip to print."""
    person = _resettable(request, pk)
    if request.method != "POST":
        request.session["reset_token"] = str(uuid4())
        context = {"person": person, "token": request.session["reset_token"]}
        return render(request, "students/confirm_reset.html", context)
    # A page loaded again must not make the slip just handed over worthless.
    token = request.session.pop("reset_token", "")
    if not token or request.POST.get("token") != token:
        messages.warning(request, "密码条只显示一次，没有再发。要重新发，请再确认一次。")
        return redirect("students:reset_password", pk)
    password = accounts.issue_password(by=request.user, person=person)
    return render(request, "students/slip.html", {"person": person, "password": password})


@require_http_methods(["GET", "HEAD", "POST"])
def end_postings(request, pk):
    """离岗: end what a person is, as far as the reader keeps it, after asking."""
    person = _resettable(request, pk)
    postings = postings_kept_by(request.scope, person, request.today)
    held = posting_words(postings)
    if request.method == "POST" and held:
        accounts.end_postings(by=request.user, person=person, postings=postings, today=request.today)
        messages.success(request, f"{person.name}的岗位已结束：{'、'.join(held)}。")
    if request.method == "POST" or not held:
        return redirect("students:people")
    return render(request, "students/confirm_leaving.html", {"person": person, "held": held})


def _resettable(request, pk) -> Person:
    """A person whose account the reader keeps; never oneself, nor whoever holds an office above."""
    person = get_object_or_404(_kept_by(request.scope), pk=pk)
    if person.pk == request.user.pk:
        raise PermissionDenied("自己的账号不能在这里改，密码请在“修改密码”里改")
    own = resettable(Person.objects.filter(pk=pk), by=request.user, scope=request.scope, today=request.today)
    if not own.exists():
        raise PermissionDenied("这个人已调离本校，或在上级任职，请县教育局或系统管理员办理")
    return person


def _kept_by(scope: Scope):
    """The people whose accounts the scope keeps; refused to whoever keeps none."""
    if not scope.keeps_accounts:
        raise PermissionDenied("只有学籍管理员、县教育局和系统管理员可以管理账号")
    everybody = Person.objects.prefetch_related("postings__school", "postings__school_class", "postings__township")
    if scope.keeps_all_accounts:
        return everybody
    return everybody.filter(postings__school__in=scope.clerk_of).distinct()
