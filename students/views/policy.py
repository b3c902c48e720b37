"""县级规定: the county's parameters, and a new version of them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from students.access import AREA_ROLES
from students.actions import policy as actions
from students.forms.policy import PolicyForm
from students.queries.policy import history, parameter_lines, policy_of
from students.views.audience import only_for


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(AREA_ROLES, "县级规定由县教育局和主管部门查看")
def policy(request):
    """What holds today and where each number comes from; the bureau lets a new version begin."""
    may_edit = request.scope.is_bureau
    if request.method == "POST" and not may_edit:
        raise PermissionDenied("县级规定由县教育局修改，你可以查看")
    current = policy_of(request.today)
    form = PolicyForm(request.POST if request.method == "POST" else None, policy=current, today=request.today)
    if form.is_valid():
        try:
            day = form.cleaned_data["starts_on"]
            actions.adopt(by=request.user, starts_on=day, content=form.content, today=request.today)
            messages.success(request, "新的规定已保存，到执行日起生效。")
            return redirect("students:policy")
        except actions.PolicyRefused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "lines": parameter_lines(current), "versions": history(), "may_edit": may_edit}
    return render(request, "students/policy.html", context, status=422 if form.is_bound else 200)
