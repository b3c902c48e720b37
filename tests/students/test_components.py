"""The components that pages are made of, drawn alone and all together on ``/components/``."""

import gzip
import re
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory

from students.days import MarkKind
from students.templatetags.components import SIGNS
from students.views.components import ExampleFilter, ExampleForm, components


def draw(source: str, **context) -> str:
    return Template("{% load components charts %}" + source).render(Context(context))


@pytest.fixture
def page() -> str:
    request = RequestFactory().get("/components/")
    request.csp_nonce = None
    return components(request).content.decode()


# ---- the page ----


def test_the_page_shows_every_component(page):
    for name in ("button", "field", "choice", "badge", "sign", "card", "duty", "table", "chip", "pagination", "tabs"):
        assert f'class="{name}' in page, name
    for name in ("timeline", "stage-track", "stat", "bar-chart", "line-chart", "sheet", "toast", "progress", "empty"):
        assert f'class="{name}' in page, name
    assert 'class="heat"' in page


def test_a_page_holds_no_inline_script_or_style(page):
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))


def test_no_two_elements_of_the_page_share_an_id(page):
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_a_misspelt_argument_is_refused():
    with pytest.raises(TemplateSyntaxError):
        draw('{% badge "已完成" tine="ok" %}')


def test_text_of_people_is_escaped_in_every_kind_of_tag():
    evil = "<script>alert(1)</script>"
    for source in (
        "{% badge evil %}",
        "{% card evil %}{{ evil }}{% endcard %}",
        "{% register_tile 1 evil %}",
        "{% duty evil key=1 who=evil %}",
    ):
        assert "<script>" not in draw(source, evil=evil)


# ---- attendance signs ----


def test_every_kind_of_mark_has_a_sign_of_its_own():
    assert {kind.value for kind in MarkKind} < SIGNS.keys()
    glyphs = [sign.glyph for sign in SIGNS.values()]
    assert len(glyphs) == len(set(glyphs))


def test_no_two_signs_are_set_by_the_same_key():
    keys = "".join(sign.keys for sign in SIGNS.values())
    assert len(keys) == len(set(keys))


def test_a_sign_says_its_meaning_and_no_mark_means_present():
    assert 'aria-label="旷课"' in draw("{% sign kind %}", kind=MarkKind.UNEXCUSED)
    assert 'aria-label="出勤"' in draw('{% sign "" %}')


# ---- fields ----


def test_a_field_says_its_hint_its_error_and_whether_it_may_stay_empty():
    form = ExampleForm({"reason": "study"})
    assert 'id="id_who_helptext"' in draw("{% field form.who %}", form=form)
    assert 'id="id_who_error"' in draw("{% field form.who %}", form=form)
    assert 'aria-describedby="id_who_helptext id_who_error"' in draw("{% field form.who %}", form=form)
    assert "（选填）" not in draw("{% field form.who %}", form=form)
    assert "（选填）" in draw("{% field form.words %}", form=form)


def test_radio_buttons_become_choice_tiles_with_one_chosen():
    html = draw("{% field form.reason %}", form=ExampleForm({"reason": "work"}))
    assert html.count('class="choice"') == 5
    assert html.count("checked") == 1


def test_the_error_summary_counts_and_leads_to_the_fields():
    html = draw("{% error_summary form %}", form=ExampleForm({"reason": "study"}))
    assert "没有保存，有 2 处要改" in html
    assert 'href="#id_day"' in html


class SentForm(forms.Form):
    """A field that nobody sees, and one that everybody does."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(label="理由", error_messages={"required": "请填写理由"})


def test_what_is_wrong_with_a_hidden_field_is_told_without_its_name():
    html = draw("{% error_summary form %}", form=SentForm({"submission": "1"}))
    assert "提交的内容不完整，没有保存" in html
    assert "理由：请填写理由" in html
    assert "没有保存，有 2 处要改" in html
    assert "ubmission" not in html


def test_a_form_without_errors_has_no_error_summary():
    assert draw("{% error_summary form %}", form=ExampleForm()).strip() == ""


# ---- lists ----


def test_a_chip_takes_its_own_filter_away_and_the_page_number_with_it():
    request = RequestFactory().get("/students/", {"q": "zs", "grade": "7", "page": "3", "tab": "all"})
    html = draw("{% filter_bar form %}", form=ExampleFilter(request.GET), request=request)
    assert "年级：七年级" in html
    assert 'href="?q=zs&amp;tab=all"' in html
    assert 'href="?grade=7&amp;tab=all"' in html
    assert '<input type="hidden" name="tab" value="all">' in html


def test_one_filter_needs_no_button_to_clear_them_all():
    request = RequestFactory().get("/students/", {"grade": "7"})
    html = draw("{% filter_bar form %}", form=ExampleFilter(request.GET), request=request)
    assert html.count('class="chip"') == 1
    assert "全部清除" not in html


def test_a_filter_by_several_choices_names_them_all():
    class Several(forms.Form):
        state = forms.MultipleChoiceField(label="状态", choices=[("a", "缺课"), ("b", "复学")], required=False)

    request = RequestFactory().get("/", {"state": ["a", "b"]})
    assert "状态：缺课、复学" in draw("{% filter_bar form %}", form=Several(request.GET), request=request)


def test_pages_keep_the_filters():
    request = RequestFactory().get("/students/", {"q": "zs", "page": "2"})
    html = draw("{% pagination page unit='人' %}", page=Paginator(range(55), 20).page(2), request=request)
    assert "共 55 人，第 2 页，共 3 页" in html
    assert 'href="?q=zs&amp;page=1"' in html
    assert 'href="?q=zs&amp;page=3"' in html


def test_a_single_page_still_shows_its_count():
    html = draw("{% pagination page unit='人' %}", page=Paginator(range(3), 20).page(1))
    assert "共 3 人" in html
    assert "下一页" not in html


# ---- duties and messages ----


def test_a_duty_with_a_phone_dials_first_and_posts_a_result_from_its_sheet():
    html = draw(
        "{% duty '请联系家长' key=7 who='张三' phone='13812345678' phone_of='父亲' record_url='/c/' results=results %}",
        results=[("reached", "已联系上"), ("no_answer", "未接通")],
    )
    assert '<a class="button button-primary" href="tel:13812345678">' in html
    assert 'data-opens="record-7"' in html
    assert '<button class="answer" name="result" value="no_answer">未接通</button>' in html


def test_a_duty_without_phone_or_report_is_recorded_first():
    html = draw("{% duty '请家访' key=7 who='张三' record_url='/c/7/' %}")
    assert '<a class="button button-primary" href="/c/7/">记录</a>' in html


def test_a_duty_done_asks_for_nothing_more():
    html = draw("{% duty '请联系家长' key=7 phone='13812345678' record_url='/c/7/' done='已完成' %}")
    assert "tel:" not in html
    assert "记录" not in html


def test_a_message_with_an_undo_address_offers_it_by_post():
    said = SimpleNamespace(message="考勤已提交。", level_tag="success", extra_tags="undo=/register/4/take-back/1/")
    html = draw("{% message_toasts %}", messages=[said])
    assert '<form method="post" action="/register/4/take-back/1/">' in html


def test_an_error_is_an_alert_without_undo():
    said = SimpleNamespace(message="没有保存。", level_tag=messages.DEFAULT_TAGS[messages.ERROR], extra_tags="")
    html = draw("{% message_toasts %}", messages=[said])
    assert 'role="alert"' in html
    assert "撤销" not in html


# ---- the register ----


def test_a_tile_works_without_javascript_and_posts_the_mark():
    html = draw("{% register_tile 12 '陈思远' number=3 mark=mark %}", mark=MarkKind.LATE)
    assert '<select name="mark-12" id="m12">' in html
    assert '<option value="late" selected>迟到' in html
    assert html.count("<option") == 1 + len(MarkKind)


def test_a_tile_that_may_only_be_read_has_a_sign_and_no_select():
    html = draw("{% register_tile 12 '陈思远' mark='late' fixed=True %}")
    assert "<select" not in html
    assert 'aria-label="迟到"' in html


def test_the_dot_of_a_long_name_never_begins_a_line():
    html = draw("{% register_tile 12 name %}", name="阿卜杜热合曼·买买提")
    assert "\u2060·" in html
    assert "tile-long" in html


def test_the_tiles_of_fifty_children_are_small_on_the_wire():
    names = [chr(0x4E00 + 37 * place) + chr(0x5000 + 91 * place) + chr(0x6000 + 53 * place) for place in range(50)]
    html = draw(
        "{% register_head '七年级（2）班' note='9月7日' expected=50 present=50 back_url='/' %}"
        "{% for name in names %}{% register_tile forloop.counter name number=forloop.counter %}{% endfor %}"
        "{% register_foot %}",
        names=names,
    )
    assert len(gzip.compress(html.encode())) < 6 * 1024
