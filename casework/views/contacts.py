"""记联系: telling a contact in full, kept as a draft while it is typed, with its photographs."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.actions import contact_drafts as drafts
from casework.actions import contacts as actions
from casework.actions.drafts import NotKept, discard, page_of
from casework.contact_forms import ContactForm
from casework.contacts import ContactMethod
from casework.models import Contact, ContactDraft, ContactPhoto
from casework.queries import contacts
from casework.views.drafts import submission_of
from students.models import RegistryLine, Student
from students.templatetags.chinese import ctime
from students.views.dialling import to_telephone
from students.views.files import send_file

NOT_YOURS = "联系记录由孩子的班主任、包学生的教师、本校、乡镇和县教育局登记，你可以查看"
SAVED_BEFORE = "这张表已经记过一条，这里新填的没有存下。点“保存联系记录”，会告诉你怎么办。"
BROKEN = "提交的内容不完整，没有保存。请刷新页面后重新填写。"


@require_http_methods(["GET", "HEAD", "POST"])
def new_contact(request, pk):
    """记联系: the whole form; ``?method=`` is how it usually is, ``?next=`` the page to go back to."""
    student, line = _answered_for(request, pk)
    siblings = contacts.siblings_of(student, request.scope, request.today)
    draft = contacts.draft_of(request.user, student)
    sent = (request.POST,) if request.method == "POST" else ()
    form = ContactForm(*sent, siblings=siblings, today=request.today, initial=_begun(request, draft))
    if form.is_bound and (request.FILES or not form.is_valid()):
        draft = _keep(request, student, form) or draft  # first: whatever is wrong, nothing typed is lost
    if form.is_valid():
        try:
            return _said(request, student, _record(request, student, form))
        except actions.ContactRefused as refused:
            _refuse(form, refused)
            draft = _keep(request, student, form) or draft
    context = {
        "form": form,
        "student": student,
        "line": line,
        "draft": draft,
        "photos": contacts.photos_of(draft),
        "guardian": contacts.to_dial(student, line, request.scope),
        "next": _way_back(request, student),
    }
    return render(request, "casework/contact_form.html", context, status=422 if form.is_bound else 200)


@require_POST
def save_draft(request, pk):
    """Keep what has been typed so far: asked for by the page itself while one types, or by a button."""
    student, _ = _answered_for(request, pk)
    form, words = ContactForm(request.POST, siblings=[], today=request.today), ""
    try:
        draft = _kept(request, student, form)
        words = "" if draft or not submission_of(request.POST) else SAVED_BEFORE
    except NotKept as refused:
        draft, words = None, str(refused)
    if request.headers.get("accept") != "application/json":
        messages.info(request, f"草稿已保存 {ctime(draft.saved_at)}。" if draft else words or BROKEN)
        return redirect(_form_again(request, student))
    photos = render_to_string("casework/contact_photos.html", {"photos": contacts.photos_of(draft)}, request)
    said = f"草稿已保存 {ctime(draft.saved_at)}" if draft else words
    faults = [*form.errors.get("photos", []), *(["照片没有存下，请保存时再选。"] if words and request.FILES else [])]
    return JsonResponse({"said": said, "photos": photos, "faults": faults})


@require_POST
def discard_draft(request, pk):
    """Throw the draft away, photographs included."""
    student, _ = _answered_for(request, pk)
    if key := submission_of(request.POST):
        discard(ContactDraft, by=request.user, submission=key, page=page_of(dict(request.POST.lists())))
        messages.success(request, "草稿已放弃，没有保存联系记录。")
    return redirect(_way_back(request, student))


@require_POST
def remove_photo(request, pk):
    """Take a photograph out of a draft; what was typed meanwhile is kept."""
    photo = _photo(request, pk)
    if photo.draft_id is None:
        raise PermissionDenied("这张照片属于已保存的联系记录，不能去掉。登记人当天可以撤销整条记录。")
    student = photo.draft.student
    _keep(request, student, ContactForm(request.POST, siblings=[], today=request.today))
    drafts.remove_photo(by=request.user, photo=photo.pk)
    return redirect(_form_again(request, student))


@require_safe
def dial_family(request, pk):
    """拨打 whoever is to be rung about a child, for whoever records contacts of it and may use the family's numbers."""
    student, line = _answered_for(request, pk)
    guardian = contacts.to_dial(student, line, request.scope)
    if guardian and (call := to_telephone(guardian.phone)):
        return call
    messages.warning(request, f"{student.name}家里没有登记可以拨打的电话。")
    return redirect(_way_back(request, student))


@require_safe
def photo(request, pk):
    """A photograph, as it was kept."""
    return send_file(_photo(request, pk))


@require_safe
def photo_thumbnail(request, pk):
    """The same, small enough for a list."""
    response = HttpResponse(bytes(_photo(request, pk).thumbnail), content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _photo(request, pk: int) -> ContactPhoto:
    try:
        return contacts.photo_for(request.scope, request.user, pk)
    except ContactPhoto.DoesNotExist:
        raise Http404 from None


def _refuse(form: ContactForm, refused: actions.ContactRefused) -> None:
    """Say so on the form; what is typed after another contact was saved from it is a further one from now on."""
    form.refuse(refused.faults)
    if isinstance(refused, actions.ToldAlready):
        form.begin_anew()
        form.told = refused.contact


def _keep(request, student: Student, form: ContactForm) -> ContactDraft | None:
    """``_kept``, where the form is on the page in any case: another page's draft stays as it is."""
    try:
        return _kept(request, student, form)
    except NotKept:
        return None


def _kept(request, student: Student, form: ContactForm) -> ContactDraft | None:
    """The draft with what has been sent; photographs that cannot be kept are said at their field.

    None where there is no key, or where the form has been saved. Raises ``NotKept``.
    """
    key = submission_of(form.data)  # of a form that has begun anew no longer that which was sent
    if key is None:
        return None
    fields = {name: request.POST.getlist(name) for name in ContactForm.base_fields if name in request.POST}
    draft, faults = drafts.keep(
        by=request.user, student=student, submission=key, fields=fields, photos=request.FILES.getlist("photos")
    )
    for words in faults:
        form.add_error("photos", words)
    return draft


def _record(request, student: Student, form: ContactForm) -> list[Contact]:
    return actions.record(
        by=request.user, scope=request.scope, student=student, siblings=form.chosen_siblings, account=form.account,
        submission=form.cleaned_data["submission"], today=request.today,
    )  # fmt: skip


def _answered_for(request, pk: int) -> tuple[Student, RegistryLine]:
    """A child, and where it stands, for whoever records contacts of it."""
    student = get_object_or_404(contacts.children_of(request.scope), pk=pk)
    line = contacts.line_of(student)
    if line is None or not contacts.may_record(request.scope, line):
        raise PermissionDenied(NOT_YOURS)
    return student, line


def _begun(request, draft: ContactDraft | None) -> dict:
    """What the form begins with: how the duty is usually done, and over it what has been typed before."""
    method = request.GET.get("method", "")
    usual = {"method": method} if method in set(ContactMethod) else {}
    return usual | (ContactForm.initial_of(draft) if draft else {})


def _said(request, student: Student, made: list[Contact]):
    names = "、".join(contact.student.name for contact in made)
    promised = contacts.promise_words(made[0], request.today)
    undo = reverse("casework:cancel_contact", args=[made[0].pk])
    text = f"已记录{made[0].get_method_display()}：{names}。{promised}"
    messages.success(request, text, extra_tags=f"undo={undo}")
    return redirect(_way_back(request, student))


def _form_again(request, student: Student) -> str:
    query = urlencode({"next": _way_back(request, student)})
    return f"{reverse('casework:new_contact', args=[student.pk])}?{query}"


def _way_back(request, student: Student) -> str:
    """The page the person came from, within this site; else the child's."""
    for url in (request.POST.get("next"), request.GET.get("next"), request.headers.get("referer")):
        is_another = url and "/" in url and "/contacts/" not in url and "/contact/" not in url
        if is_another and url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}):
            return url
    return reverse("casework:child", args=[student.pk])
