"""The forms behind a child's page: identity, 学籍号, family members and their telephones, special groups."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from students.actions import families, groups, identity
from students.actions.meanwhile import ChangedMeanwhile
from students.forms.child import GroupEndForm, GroupForm, IdentityForm, MemberForm, NumberForm, PhoneStateForm
from students.models import Guardian, SpecialGroup, Student
from students.queries.child import last_change, present_place, rights_over, side_of, villages
from students.templatetags.chinese import masked_id, masked_phone
from students.views.dialling import to_telephone
from students.views.filed_days import say_filed_since

REFUSALS = {
    "registry": "只有这名学生现在所在学校的学籍管理员可以更正学籍信息",
    "family": "只有这名学生现在的班主任、学籍管理员和学校领导可以登记家庭成员和电话",
    "groups": "只有这名学生现在的班主任和学籍管理员可以登记特殊群体",
}
KEEP = "现在是{}，不改就留空"


@require_http_methods(["GET", "HEAD", "POST"])
def edit_identity(request, pk):
    """更正基本信息, by the clerk of the school that has the child."""
    student = _child(request, pk, "registry")
    form, differences, holder = _identity_form(request, request.POST or None, student), [], None
    if form.is_valid():
        try:
            opened, since = form.cleaned_data["opened"], form.changed_since
            given = {"values": form.values(), "opened": opened, "standing_since": since, "today": request.today}
            changed = identity.correct(by=request.user, student=student, **given)
            response = _corrected(request, student, [str(form.fields[field].label) for field in changed])
            if "standing" in changed and (place := present_place(student)):
                say_filed_since(request, place.school_class_id, since or student.admitted_on)
            return response
        except identity.IdentityRefused as refused:
            form.add_error(refused.field, str(refused))
            holder = getattr(refused, "holder", None)
        except ChangedMeanwhile as meanwhile:
            data, differences = form.reopened(student, meanwhile.fields)
            form = _identity_form(request, data, student)
    context = _about(request, student, holder) | {"form": form, "differences": differences}
    context["changed_by"] = last_change(student, "identity.correct") if differences else ""
    return render(request, "students/child_identity.html", context, status=_status(form, differences))


def _identity_form(request, data, student: Student) -> IdentityForm:
    hints = {}
    if student.id_number:
        hints["id_number"] = KEEP.format(masked_id(student.id_number))
    if student.phone:
        hints["phone"] = KEEP.format(masked_phone(student.phone))
    return IdentityForm(data, student=student, hints=hints, areas=villages(), today=request.today)


def _corrected(request, student: Student, labels: list[str]):
    """Say what was saved, and what the clerk has to do next where the 学籍号 no longer follows the identity number."""
    if labels:
        messages.success(request, f"已更正{student.name}的{'、'.join(labels)}。")
    else:
        messages.info(request, "内容和原来一样，没有需要保存的修改。")
    return redirect("casework:child", student.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def change_number(request, pk):
    """更换学籍号 (L→G), or the first one of a child who had none."""
    student = _child(request, pk, "registry")
    form, differences, holder = NumberForm(request.POST or None, student=student), [], None
    if form.is_valid():
        try:
            values = {"number": form.cleaned_data["student_number"], "opened": form.cleaned_data["opened"]}
            changed = identity.change_number(by=request.user, student=student, **values)
            words = "学籍号已更新，原来的号码留在记录里。" if changed else "学籍号和原来一样，没有改动。"
            messages.success(request, words)
            return redirect("casework:child", pk)
        except identity.IdentityRefused as refused:
            form.add_error(refused.field, str(refused))
            holder = getattr(refused, "holder", None)
        except ChangedMeanwhile as meanwhile:
            data, differences = form.reopened(student, meanwhile.fields)
            form = NumberForm(data, student=student)
    context = _about(request, student, holder) | {"form": form, "differences": differences}
    context["changed_by"] = last_change(student, "identity.change_number") if differences else ""
    return render(request, "students/child_number.html", context, status=_status(form, differences))


@require_http_methods(["GET", "HEAD", "POST"])
def add_member(request, pk):
    """添加家庭成员."""
    student = _child(request, pk, "family")
    form = MemberForm(request.POST or None)
    if form.is_valid():
        member = families.add_member(by=request.user, student=student, values=form.values())
        messages.success(request, f"已登记{member.name}（{member.relation}）。")
        return redirect("casework:child", pk)
    context = {"student": student, "form": form, "member": None, "differences": [], "changed_by": ""}
    return render(request, "students/child_member.html", context, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def edit_member(request, pk, member):
    """Change a family member; whoever is second sees what the first one changed."""
    row = _member(request, pk, member)
    hint, differences = KEEP.format(masked_phone(row.phone)) if row.phone else "", []
    form = MemberForm(request.POST or None, member=row, hint=hint)
    if form.is_valid():
        try:
            opened = form.cleaned_data["opened"]
            families.change_member(by=request.user, member=row, values=form.values(), opened=opened)
            messages.success(request, f"已保存{form.cleaned_data['name']}的情况。")
            return redirect("casework:child", pk)
        except families.MemberGone as gone:
            messages.error(request, str(gone))
            return redirect("casework:child", pk)
        except ChangedMeanwhile as meanwhile:
            data, differences = form.reopened(row, meanwhile.fields)
            form = MemberForm(data, member=row, hint=hint)
    context = {"student": row.student, "form": form, "member": row, "differences": differences}
    context["changed_by"] = last_change(row, "family.change") if differences else ""
    return render(request, "students/child_member.html", context, status=_status(form, differences))


@require_http_methods(["GET", "HEAD", "POST"])
def remove_member(request, pk, member):
    """Take a family member off the list, after asking; a second press finds nobody and says so."""
    student = _child(request, pk, "family")
    row = Guardian.objects.filter(student=student, pk=member).select_related("student").first()
    if request.method != "POST":
        return render(request, "students/child_member_remove.html", {"student": student, "member": row})
    if row:
        families.remove_member(by=request.user, member=row)
    messages.success(request, f"已删除{row.name}。" if row else "这位家庭成员已经删除过了。")
    return redirect("casework:child", pk)


@require_POST
def phone_state(request, pk, member):
    """打得通, 无人接听 or 号码不对: one tap after a call; another tap sets it again."""
    row = _member(request, pk, member)
    form = PhoneStateForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有收到号码情况，没有保存。请再点一次。")
        return redirect("casework:child", pk)
    state = Guardian.PhoneState(form.cleaned_data["state"])
    try:
        families.set_phone_state(by=request.user, member=row, state=state)
        messages.success(request, f"{row.name}的号码记为“{state.label}”，点错了可以再点一次。")
    except families.MemberGone as gone:
        messages.error(request, str(gone))
    return redirect("casework:child", pk)


@require_safe
def dial(request, pk, member):
    """拨打 a family member, for those who have to call."""
    row = _member(request, pk, member)
    if call := to_telephone(row.phone):
        return call
    messages.warning(request, f"{row.name}没有登记电话。")
    return redirect("casework:child", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def add_group(request, pk):
    """登记特殊群体, with the day from which it holds."""
    student = _child(request, pk, "groups")
    form = GroupForm(request.POST or None, today=request.today)
    if form.is_valid():
        try:
            group = groups.add(by=request.user, student=student, today=request.today, **form.cleaned_data)
            messages.success(request, f"已登记{student.name}为“{group.get_kind_display()}”。")
            return redirect("casework:child", pk)
        except groups.GroupRefused as refused:
            form.add_error(refused.field, str(refused))
    return render(request, "students/child_group.html", {"student": student, "form": form}, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def end_group(request, pk, group):
    """结束特殊群体; the row stays with both days."""
    student = _child(request, pk, "groups")
    row = get_object_or_404(SpecialGroup.objects.filter(student=student), pk=group)
    form = GroupEndForm(request.POST or None, today=request.today)
    if form.is_valid():
        try:
            groups.end(by=request.user, group=row, today=request.today, **form.cleaned_data)
            messages.success(request, f"“{row.get_kind_display()}”已结束，历史记录保留。")
            return redirect("casework:child", pk)
        except groups.GroupRefused as refused:
            form.add_error(refused.field, str(refused))
    context = {"student": student, "group": row, "form": form}
    return render(request, "students/child_group_end.html", context, status=_status(form))


def _child(request, pk: int, right: str) -> Student:
    """A child in the scope, for whoever holds ``right`` over it."""
    student = get_object_or_404(Student.objects.visible_to(request.scope), pk=pk)
    if not getattr(rights_over(present_place(student), request.scope), right):
        raise PermissionDenied(REFUSALS[right])
    return student


def _member(request, pk: int, member: int) -> Guardian:
    student = _child(request, pk, "family")
    return get_object_or_404(Guardian.objects.filter(student=student).select_related("student"), pk=member)


def _about(request, student: Student, holder: Student | None) -> dict:
    """The child, and both sides where its number is another child's."""
    sides = [side_of(student, request.scope), side_of(holder, request.scope)] if holder else []
    return {"student": student, "sides": sides}


def _status(form, conflict=None) -> int:
    if conflict:
        return 409
    return 422 if form.is_bound else 200
