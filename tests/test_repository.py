"""The project's own rules of housekeeping, so that nobody has to watch over them."""

import ast
import html
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "returns", "reports", "inspections", "scoring", "casework", "students")
MAX_FILE_LINES = 400
MAX_VIEW_LINES = 25
MAX_FUNCTION_LINES = 60  # one screen

DRAWERS = {"utils", "util", "helpers", "services", "common", "misc"}
CALCULATION = {
    "students": (
        "attendance_year",
        "calendar",
        "charts",
        "comparing",
        "day_plans",
        "days",
        "day_counts",
        "enrolment",
        "identity",
        "leaves",
        "losses",
        "metrics",
        "months",
        "matching",
        "month_entry",
        "month_sheet",
        "opening",
        "periods",
        "pinyin",
        "policy",
        "register_days",
        "runs",
        "school_age",
        "search",
        "turning",
        "working_days",
    ),
    "casework": (
        "digest",
        "closing",
        "funnel",
        "likely_lost",
        "watching",
        "handing_off",
        "legal",
        "handing_up",
        "attempts",
        "contacts",
        "causes",
        "document_checks",
        "document_kinds",
        "documents",
        "following",
        "fulfilment",
        "ladder",
        "robots",
        "rule_checks",
        "rule_comparison",
        "ruleset",
        "signs",
        "stage_diagram",
        "stages",
        "steps",
    ),
    "scoring": (
        "appeals",
        "award_rules",
        "awards",
        "assigning",
        "class_scores",
        "frozen",
        "month_changes",
        "pledge_terms",
        "pledges",
        "scheme",
        "scheme_comparison",
        "scheme_reading",
        "school_scheme",
        "school_scores",
        "school_years",
        "score_changes",
        "teacher_scores",
    ),
    "inspections": ("absences", "checklist", "checklist_reading", "drawing", "rectifying", "suspicion"),
    "reports": ("tables", "figures"),
    "returns": ("reviewing", "snapshots", "states"),
}
CLOCK_READS = {"now", "today", "utcnow", "localdate", "localtime", "time", "monotonic", "time_ns"}

# One letter of each stands in brackets, so that this file does not find itself.
REGISTRY_ADDRESS = re.compile(
    rb"pyp[i]\.org|python[h]osted|npm[j]s\.|de[b]\.debian\.org|(?<!no-emit-)(?:inde[x]-url|find-link[s])|truste[d]-host=",
)
MACHINE_PATH = re.compile(rb"(?<![\w.])/(?:wor[k]|roo[t]|hom[e]|opt/pyp[i]|opt/wheel[s])/\w")
UNFINISHED = re.compile(rb"\b(?:TOD[O]|FIXM[E]|XX[X])\b")
HAN = "\u3400-\u9fff"
LATIN_NAMES = {"Ctrl", "Excel", "PDF", "SHA", "xls", "xlsx"}  # what people here call by its Latin name

TEMPLATE_SYNTAX = re.compile(
    r"{% comment.*?endcomment %}|{% block \w*class %}.*?{% endblock.*?%}|{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL
)
MACHINE_TEXT = re.compile(r"<!--.*?-->|<!doctype[^>]*>|<(script|style|svg|code)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"<[^>]*>", re.DOTALL)
SPOKEN_ATTRIBUTE = re.compile(r'\b(?:alt|title|placeholder|aria-label|aria-description)="([^"]*)"')
INLINE = re.compile(
    r"<style\b|<script\b(?![^>]*\bsrc=)|\sstyle\s*=|\son[a-z]+\s*=|\shx-on\b|javascript:", re.IGNORECASE
)
THINKING = re.compile(
    r"""{[{%][^}]*(?:\|add:["']?-?\d|\bwidthratio\b|\.(?:all|filter|exists|[a-z]+_set)\b)[^}]*[%}]}"""
)
HALF_WIDTH = re.compile(f"[{HAN}][,;:?!()]|[,;:?!()][{HAN}]")


def project_files():
    """Every file of the project; what the machine keeps beside it (.venv, var, caches) is left out."""
    for folder, subfolders, names in os.walk(ROOT):
        here = Path(folder)
        subfolders[:] = [
            name
            for name in sorted(subfolders)
            if name == ".ci" or not (name.startswith((".", "__pycache__")) or here / name == ROOT / "var")
        ]
        yield from (here / name for name in sorted(names) if name not in (".env", ".git"))


FILES = list(project_files())
PYTHON = [path for path in FILES if path.suffix == ".py" and "migrations" not in path.parts]
APP_PYTHON = [path for path in PYTHON if path.relative_to(ROOT).parts[0] in APPS]
TEMPLATES = [path for path in FILES if path.suffix == ".html" and path.is_relative_to(ROOT / "templates")]


def name(path):
    return str(path.relative_to(ROOT))


def findings(pattern):
    """``file:line`` of every place that a pattern of bytes is found in."""
    for path in FILES:
        content = path.read_bytes()
        if b"\0" not in content:
            yield from (f"{name(path)}:{content[: hit.start()].count(10) + 1}" for hit in pattern.finditer(content))


def long_functions(paths, limit):
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno >= limit:
                yield f"{name(path)}:{node.lineno} {node.name}"


def test_no_file_is_longer_than_400_lines():
    paths = [*PYTHON, *(path for path in FILES if path.suffix in {".html", ".css", ".js"})]
    assert [name(path) for path in paths if len(path.read_text().splitlines()) > MAX_FILE_LINES] == []


def test_no_view_is_longer_than_25_lines():
    views = [path for path in APP_PYTHON if path.stem == "views" or path.parent.name == "views"]
    assert list(long_functions(views, MAX_VIEW_LINES)) == []


def test_every_function_fits_on_a_screen():
    assert list(long_functions(PYTHON, MAX_FUNCTION_LINES)) == []


def test_no_module_is_a_drawer_for_odds_and_ends():
    assert [name(path) for path in PYTHON if DRAWERS & {path.stem, path.parent.name}] == []


def test_nothing_is_left_unfinished():
    assert list(findings(UNFINISHED)) == []


@pytest.mark.parametrize("pattern", [REGISTRY_ADDRESS, MACHINE_PATH], ids=["registry address", "machine path"])
def test_no_file_names_a_place_outside_the_project(pattern):
    assert list(findings(pattern)) == []


class TestDependencies:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    runtime = project["dependencies"]
    test = project["optional-dependencies"]["test"]

    def test_each_says_why_it_is_there(self):
        lines = [line.strip() for line in (ROOT / "pyproject.toml").read_text().splitlines()]
        for dependency in self.runtime + self.test:
            [line] = [line for line in lines if line.startswith(f'"{dependency}"')]
            assert re.search(r"#\s+\w+.*\w", line), f"{dependency} has no comment"

    @pytest.mark.parametrize(
        ("lock", "wanted"), [("requirements.txt", runtime), ("requirements-test.txt", runtime + test)]
    )
    def test_a_lock_holds_every_one_at_a_version_that_fits(self, lock, wanted):
        pins = locked(lock)
        for requirement in map(Requirement, wanted):
            assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)][0]), requirement

    def test_both_locks_agree(self):
        assert locked("requirements.txt").items() <= locked("requirements-test.txt").items()

    @pytest.mark.parametrize("lock", ["requirements.txt", "requirements-test.txt"])
    def test_a_lock_has_hashes_and_no_address(self, lock):
        assert all(hashes for _, hashes in locked(lock).values())
        assert not re.search(r"://| @ |^-", (ROOT / lock).read_text(), re.MULTILINE)


def locked(lock):
    """``{package: (version, hashes)}`` of a lock file."""
    entries = re.findall(r"^(\S+)==(\S+)((?: \\\n    --hash=\S+)*)", (ROOT / lock).read_text(), re.MULTILINE)
    return {canonicalize_name(package): (version, hashes) for package, version, hashes in entries}


@pytest.mark.parametrize("script", ["script/setup", "script/demo", "script/test", "script/lock", ".ci/run"])
def test_a_script_can_be_executed_and_read(script):
    assert os.access(ROOT / script, os.X_OK)
    subprocess.run(["bash", "-n", ROOT / script], check=True)


class TestCalculation:
    """Modules of calculation know no Django (import-linter sees to it) and never read the clock."""

    modules = [
        f"{app}.{module}"
        for app, modules in CALCULATION.items()
        for module in modules
        if (ROOT / app / f"{module}.py").exists()
    ]

    def test_the_import_contract_names_them_all(self):
        contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
        [contract] = [contract for contract in contracts if contract["type"] == "forbidden"]
        assert sorted(contract["source_modules"]) == sorted(self.modules)

    @pytest.mark.parametrize("module", modules)
    def test_none_reads_the_clock(self, module):
        path = ROOT / (module.replace(".", "/") + ".py")
        calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        assert not [
            f"{name(path)}:{call.lineno}"
            for call in calls
            if isinstance(call, ast.Attribute) and call.attr in CLOCK_READS
        ]


class TestModels:
    #: Moments that no person brought about.
    WITHOUT_A_PERSON = {
        "students.Person.one_time_password_expires_at",  # a moment to come
        "students.RollCall.arrived_at",  # a device sends by itself what it has kept
        "casework.Obligation.withdrawn_at",  # the engine withdraws, when the facts have changed
        "casework.Delivery.claimed_at",  # the background job takes a message and ends with it by itself
        "casework.Delivery.ended_at",
        "casework.OwnDigest.code_expires_at",  # a moment to come
        "students.WorkbookUpload.started_at",  # the background job begins and ends by itself
        "students.WorkbookUpload.finished_at",
        "reports.ExportOrder.started_at",
        "reports.ExportOrder.finished_at",
        "reports.ExportOrder.expires_at",  # a moment to come
        "reports.ExportOrder.taken_at",  # only whoever asked takes it
    }

    @pytest.fixture
    def models(self):
        from django.apps import apps

        return [model for model in apps.get_models() if model.__module__.split(".")[0] in APPS]

    def test_each_has_a_docstring(self, models):
        # Where none is given, Django writes one: "Model(field, field)".
        assert [model for model in models if model.__doc__.startswith(f"{model.__name__}(")] == []

    def test_each_is_named_in_chinese(self, models):
        assert [model for model in models if not re.search(f"[{HAN}]", str(model._meta.verbose_name))] == []

    def test_each_field_is_named_in_chinese(self, models):
        fields = [field for model in models for field in model._meta.concrete_fields if not field.primary_key]
        assert [field for field in fields if not re.search(f"[{HAN}]", str(field.verbose_name))] == []

    def test_what_may_have_been_done_at_a_time_says_by_whom(self, models):
        alone = set()
        for model in models:
            names = {field.name for field in model._meta.concrete_fields}
            alone |= {
                f"{model._meta.label}.{field.name}"
                for field in model._meta.concrete_fields
                if field.name.endswith("_at") and field.null and field.name.removesuffix("at") + "by" not in names
            }
        assert alone == self.WITHOUT_A_PERSON

    def test_what_was_done_by_somebody_says_when(self, models):
        for model in models:
            names = {field.name for field in model._meta.concrete_fields}
            for verb in (name.removesuffix("by") for name in names if name.endswith("_by")):
                assert {f"{verb}at", f"{verb}on"} & names, f"{model._meta.label}.{verb}by"


def test_every_form_field_has_a_chinese_label():
    from django.contrib.auth.forms import AuthenticationForm
    from django.forms import BaseForm
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018  loads every view, and with it every form
    forms = [form for form in subclasses(BaseForm) if form.__module__.split(".")[0] in APPS]
    for form in forms:
        for field_name, field in form.base_fields.items():
            named_by_the_model = issubclass(form, AuthenticationForm) and field_name == "username"
            if not (field.widget.is_hidden or named_by_the_model):
                assert re.search(f"[{HAN}]", str(field.label or "")), f"{form.__qualname__}.{field_name}"


def subclasses(parent):
    for child in parent.__subclasses__():
        yield child
        yield from subclasses(child)


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
class TestTemplates:
    @pytest.fixture
    def source(self, template):
        return template.read_text()

    @pytest.fixture
    def markup(self, source):
        """The template without template syntax: what stays is sent to the browser as it is."""
        return TEMPLATE_SYNTAX.sub(lambda found: "\n" * found[0].count("\n") + "…", source)

    @pytest.fixture
    def spoken(self, markup):
        """What a person reads or hears."""
        markup = MACHINE_TEXT.sub(" ", markup)
        return html.unescape(" ".join([*SPOKEN_ATTRIBUTE.findall(markup), TAG.sub(" ", markup)]))

    def test_it_can_be_read_by_django(self, template):
        from django.template.loader import get_template

        name = str(template.relative_to(ROOT / "templates"))
        assert get_template(name).origin.name == str(template)

    def test_it_has_no_inline_style_or_script(self, markup):
        assert INLINE.findall(markup) == []

    def test_it_leaves_queries_and_arithmetic_to_others(self, source):
        assert THINKING.findall(source) == []

    def test_it_speaks_chinese(self, spoken):
        assert set(re.findall(r"[A-Za-z]{3,}", spoken)) - LATIN_NAMES == set()

    def test_its_punctuation_is_full_width_and_its_tone_is_plain(self, spoken):
        assert HALF_WIDTH.findall(spoken) + re.findall("[您！]", spoken) == []


def test_texts_in_python_address_people_plainly():
    texts = [
        (f"{name(path)}:{node.lineno}", node.value)
        for path in APP_PYTHON
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert [place for place, text in texts if re.search(f"您|！|[{HAN}]!", text)] == []
