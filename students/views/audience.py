"""Whose pages these are: said once above a view, and whoever else comes is told why not (403)."""

from collections.abc import Collection
from functools import wraps

from django.core.exceptions import PermissionDenied

from students.access import AREA_ROLES, COUNTY_ROLES, KEEPER_ROLES, OFFICE_ROLES, REGISTRY_ROLES
from students.models import School


def only_for(roles: Collection[str], refusal: str):
    """A view for whoever holds one of ``roles``; ``refusal`` is the Chinese sentence for everybody else.

    It stands below the decorator of the verbs, so that a wrong verb is a 405 for everybody. Which rows are seen is
    ``visible_to``'s to say; what may be done with one of them is asked inside the view, once the row is found.
    """

    def guarded(view):
        @wraps(view)
        def checked(request, *args, **kwargs):
            if not request.scope.roles & roles:
                raise PermissionDenied(refusal)
            return view(request, *args, **kwargs)

        return checked

    return guarded


campaign_page = only_for(OFFICE_ROLES, "排查由县教育局、乡镇和学校的管理岗位使用")
campaign_step = only_for(COUNTY_ROLES, "排查由县教育局启动和结束")
resident_page = only_for(AREA_ROLES, "户籍儿童名册由县教育局、乡镇和督学使用")
comparison_page = only_for(KEEPER_ROLES, "与全国系统核对由学籍管理员和县教育局办理")
unaccounted_page = only_for(OFFICE_ROLES, "疑似失联名单由学校管理人员和主管部门查看")
hand_over_page = only_for(OFFICE_ROLES, "移交名单由学籍管理员和校领导办理，乡镇、县教育局和督学查看")
signs_page = only_for(REGISTRY_ROLES, "预警由班主任、学校和主管部门查看，科任教师可以把情况告诉班主任")
case_page = only_for(REGISTRY_ROLES, "个案由班主任、学校和主管部门查看；你报过的，在“考勤”里的“我报的预警”看办到哪一步")


def whole_schools(request):
    """The schools of which the reader may see what concerns all classes, with their townships; one class of a school
    opens none of it."""
    return School.objects.visible_to(request.scope.of_whole_schools).select_related("township")
