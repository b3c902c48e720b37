"""Downloads of 学校月考核 and 教师个人绩效."""

from django.http import Http404
from django.views.decorators.http import require_http_methods

from reports.queries import school_scores, teacher_scores
from reports.views.downloads import send_table
from scoring.views.school_scores import asked_schools, school_month_page
from scoring.views.teacher_scores import asked_months, asked_school, teachers_page
from students.views.lists import same_filters


@require_http_methods(["GET", "HEAD", "POST"])
@school_month_page
def school_scores_file(request):
    """The schools that the page shows, as it shows them."""
    asked = asked_schools(request)
    if asked.month is None:
        raise Http404
    filters = asked.form.words or ("全部学校",)
    return send_table(
        request,
        name="school_scores",
        build=lambda reveal: school_scores.table_of(
            asked.narrowed, month=asked.month, scheme=asked.scheme, filters=filters
        ),
        back_url=same_filters(request, "scoring:school_months"),
        asked={"month": asked.month.month.code, "filters": "、".join(filters)},
        has_numbers=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@teachers_page
def teacher_scores_file(request):
    """The teachers of the school and the month that the page shows."""
    school, (_, month) = asked_school(request).chosen, asked_months(request)
    if school is None:
        raise Http404
    return send_table(
        request,
        name="teacher_scores",
        build=lambda reveal: teacher_scores.teacher_scores_table(month=month, school=school),
        back_url=same_filters(request, "scoring:teachers"),
        asked={"month": month.month.code, "school": school.code},
        has_numbers=False,
    )
