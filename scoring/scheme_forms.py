"""Forms of 考核办法: a new version for the county line by line, for a school within the county's bounds, a day to try.

Points are typed as people say them, without a sign: 扣几分, 加几分. ``content`` is the scheme as it is stored.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal

from django import forms

from scoring.scheme import OUTCOMES, REWARDED, STAGES, Affected, Measure, Outcome, name_of, plain
from scoring.scheme_reading import Reason
from students.calendar import school_year_label
from students.forms.fields import ChoiceField, LineField
from students.templatetags.chinese import cdate

WHOLE = {"class": "input", "step": "1", "inputmode": "numeric"}
REFUSED = "没有保存，填的内容都还在，请改正后再试算"
MARKS = re.compile(r"\[[SLD]\] ?")
KINDS = {"lost_at_most": "流失学生不超过几人", "rate_below": "辍学率低于百分之几"}
WHOLES = {"veto_above": "veto", "unregistered_above": "unregistered", "return_days": "return"}
WHOLE_LABELS = {
    "veto_above": ("一票否决", "辍学率超过百分之几"),
    "unregistered_above": ("不予评定", "没有点名的节次超过百分之几"),
    "return_days": ("劝返复学", "到校满几个上课日才加分"),
}


class DayForm(forms.Form):
    """On the scores of which day a version is tried."""

    as_of = forms.ChoiceField(label="用算到哪天的得分试算")

    def __init__(self, *args, days, **kwargs):
        super().__init__(*args, **kwargs)
        self.days = {str(day): day for day in days}
        field = self.fields["as_of"]
        field.choices = [(key, cdate(day)) for key, day in self.days.items()]
        field.error_messages |= {"required": "请选择一天", "invalid_choice": "请在列出的日子里选择"}

    def clean_as_of(self):
        return self.days[self.cleaned_data["as_of"]]


class WhyForm(forms.Form):
    """Why an adoption is taken back."""

    refusal = "没有撤回，办法没有改动"

    because = LineField("为什么撤回", help_text="写给受考核的人看，列在本页")


class VersionForm(forms.Form):
    """From which school year and why; ``seen`` is the mark of what had been adopted when it was opened."""

    refusal = REFUSED

    school_year = forms.ChoiceField(
        label="从哪个学年起执行",
        help_text="整学年执行，直到下一个办法开始",
        error_messages={"required": "请选择学年", "invalid_choice": "请在列出的学年中选择"},
    )
    reason = LineField("为什么改", help_text="文件名、文号或会议决定，列在历次采用里")
    seen = forms.CharField(max_length=16, widget=forms.HiddenInput)

    def __init__(self, *args, years, taken=frozenset(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["school_year"].choices = [
            (str(year), school_year_label(year) + ("（已有办法）" if year in taken else "")) for year in years
        ]

    def clean_school_year(self):
        return int(self.cleaned_data["school_year"])

    def say(self, reason: Reason) -> None:
        """Tell a refusal at its field, or above the form where it is about the whole."""
        field = field_of(reason.where)
        self.add_error(field if field in self.fields else None, reason.words)


def field_of(where: str) -> str:
    """The field that a reason is about: ``late_contact.late`` → ``late_contact-late``."""
    match where.split("."):
        case ["bounds", measure, outcome]:
            return f"{measure}-{outcome}-most"
        case ["targets", stage, _]:
            return f"targets-{stage}-value"
    return where.replace(".", "-")


class SchemeForm(VersionForm):
    """What forms of the county and of a school share: groups of fields, each with one source of its own.

    A number that is changed needs its own source.
    """

    title = LineField("名称", max_length=40)
    field_order = ["title", "school_year", "reason"]

    def __init__(self, data=None, *, base: dict, **kwargs):
        super().__init__(data, **kwargs)
        self.base = base
        self.names: dict[str, tuple[str, list[str]]] = {}

    def add_group(self, key: str, title: str, fields: dict[str, forms.Field], source: str | None) -> None:
        """A group of fields with the field of its source last; None where it has none of its own."""
        if source is not None:
            fields = fields | {f"{key}-source": LineField("依据", initial=_plain(source))}
        for field in fields.values():
            field.error_messages = {code: f"{title}：{text}" for code, text in field.error_messages.items()}
        self.fields |= fields
        self.names[key] = (title, list(fields))

    @property
    def head(self) -> list:
        """The bound fields above the groups."""
        return [self[name] for name in self.field_order]

    @property
    def groups(self) -> list[dict]:
        """Each group with its bound fields, what it says now, and whether it is to be shown open."""
        told = dict(self.words())
        return [
            {
                "title": title,
                "fields": [self[name] for name in names],
                "words": told.get(key, ""),
                "open": self.is_bound and bool({*names} & {*self.changed_data, *self.errors}),
            }
            for key, (title, names) in self.names.items()
        ]

    def words(self) -> Iterator[tuple[str, str]]:
        """What the version that the form began with says, group by group."""
        for row in self.base["lines"]:
            points = (
                f"{Outcome(outcome).label}{_verb(outcome)}{plain(abs(Decimal(str(number))))}分"
                for outcome, number in row["points"].items()
            )
            yield row["measure"], "，".join(points)

    def source_of(self, key: str, raw: str, *, is_changed: bool) -> str:
        """The source as it is stored; asks for another one where a number of the group is another."""
        given = self.cleaned_data.get(f"{key}-source", "")
        if given != _plain(raw):
            return f"[S] {given}"
        if is_changed and f"{key}-source" not in self.errors:
            self.add_error(f"{key}-source", f"{self.names[key][0]}：数改了，请写明新的依据")
        return raw

    def number(self, name: str, *, negative: bool = False):
        """What was typed, as JSON keeps it; None where nothing was, or nothing that makes sense."""
        given = self.cleaned_data.get(name)
        return None if given is None else _json(-given if negative else given)


class SchoolSchemeForm(SchemeForm):
    """A school's own: the points that the county leaves open, each between its bounds; all else is the county's.

    ``county``: the county's content of that year, ``own``: the school's own, to begin with.
    """

    def __init__(self, data=None, *, county: dict, own: dict, **kwargs):
        super().__init__(data, base=own, **kwargs)
        self.county = county
        lines = {row["measure"]: row for row in own["lines"]}
        for row in county["lines"]:
            measure = Measure(row["measure"])
            fields = dict(self._open(measure, lines.get(measure, row)))
            if fields:
                self.add_group(measure, measure.label, fields, lines.get(measure, row)["source"])

    def _open(self, measure: Measure, own: dict) -> Iterator[tuple[str, forms.Field]]:
        for outcome in OUTCOMES[measure]:
            pair = self.county.get("bounds", {}).get(f"{measure}.{outcome}")
            if pair:
                least, most = sorted(abs(Decimal(str(each))) for each in pair)
                label, hint = f"{outcome.label}，{_verb(outcome)}几分", f"{plain(least)}到{plain(most)}分"
                yield f"{measure}-{outcome}", points_field(label, own["points"][outcome], help_text=hint)

    @property
    def content(self) -> dict:
        """The county's scheme with the school's numbers and sources, under the school's title."""
        made = deepcopy(self.county)
        made |= {"title": self.cleaned_data["title"], "bounds": {}}
        own = {row["measure"]: row for row in self.base["lines"]}
        for row in made["lines"]:
            measure = row["measure"]
            for outcome in row["points"]:
                if f"{measure}-{outcome}" in self.fields:
                    negative = outcome not in REWARDED
                    row["points"][outcome] = self.number(f"{measure}-{outcome}", negative=negative)
            if measure in self.names:
                is_changed = row["points"] != own[measure]["points"]
                row["source"] = self.source_of(measure, own[measure]["source"], is_changed=is_changed)
        return made

    def clean(self):
        if not self.errors:
            self.made = self.content


class CountySchemeForm(SchemeForm):
    """The county's: every number, whom it affects, and what is left to schools."""

    def __init__(self, data=None, *, base: dict, **kwargs):
        super().__init__(data, base=base, **kwargs)
        for row in base["lines"]:
            fields = dict(self._line(Measure(row["measure"]), row))
            self.add_group(row["measure"], Measure(row["measure"]).label, fields, row["source"])
        for stage, row in base["targets"].items():
            self.add_group(f"targets-{stage}", f"{STAGES[stage]}目标", _target(stage, row), row["source"])
        for name, key in WHOLES.items():
            title, label = WHOLE_LABELS[name]
            field = points_field(label, base[name], decimals=0 if name == "return_days" else 1)
            self.add_group(name, title, {name: field}, base[f"{key}_source"])

    def _line(self, measure: Measure, row: dict) -> Iterator[tuple[str, forms.Field]]:
        for outcome in OUTCOMES[measure]:
            verb = _verb(outcome)
            yield f"{measure}-{outcome}", points_field(f"{outcome.label}，{verb}几分", row["points"][outcome])
        if measure is not Measure.TARGET:
            limit, label = (
                ("floor", "一学年最多扣几分") if row.get("floor") is not None else ("cap", "一学年最多加几分")
            )
            yield f"{measure}-{limit}", points_field(label, row[limit], required=False)
            yield from self._bounds(measure)
        yield f"{measure}-affects", _affects(row["affects"])

    def _bounds(self, measure: Measure) -> Iterator[tuple[str, forms.Field]]:
        for outcome in OUTCOMES[measure]:
            pair = self.base.get("bounds", {}).get(f"{measure}.{outcome}")
            least, most = sorted(abs(Decimal(str(each))) for each in pair) if pair else (None, None)
            what = f"学校定“{outcome.label}”，"
            hint = "两格都不填，全县一样"
            yield f"{measure}-{outcome}-least", points_field(f"{what}最少几分", least, required=False, help_text=hint)
            yield f"{measure}-{outcome}-most", points_field(f"{what}最多几分", most, required=False, help_text=hint)

    def words(self) -> Iterator[tuple[str, str]]:
        yield from super().words()
        for stage, row in self.base["targets"].items():
            kind = "rate_below" if "rate_below" in row else "lost_at_most"
            number = plain(Decimal(str(row[kind])))
            yield f"targets-{stage}", f"辍学率低于{number}%" if kind == "rate_below" else f"流失学生不超过{number}人"
        for name in WHOLES:
            unit = "" if name == "return_days" else "%"
            yield name, f"{name_of(name)}：{plain(Decimal(str(self.base[name])))}{unit}"

    def clean(self):
        bounds = dict(self._given_bounds())
        if not self.errors:
            self.made = {
                "title": self.cleaned_data["title"],
                "lines": [self._stored(row) for row in self.base["lines"]],
                "targets": {stage: self._stored_target(stage, row) for stage, row in self.base["targets"].items()},
                "bounds": bounds,
                **dict(self._stored_wholes()),
            }

    def _given_bounds(self) -> Iterator[tuple[str, list]]:
        for measure, outcome in ((each, of) for each in OUTCOMES for of in OUTCOMES[each]):
            field = f"{measure}-{outcome}"
            if f"{field}-least" not in self.fields:
                continue
            negative = outcome not in REWARDED
            pair = [self.number(f"{field}-{end}", negative=negative) for end in ("least", "most")]
            if (pair[0] is None) != (pair[1] is None):
                self.add_error(f"{field}-most", f"{measure.label}：学校可定的范围两格都填，或都不填")
            elif None not in pair:
                yield f"{measure}.{outcome}", pair[::-1] if negative else pair

    def _stored(self, row: dict) -> dict:
        measure = Measure(row["measure"])
        points = {
            str(outcome): self.number(f"{measure}-{outcome}", negative=outcome not in REWARDED)
            for outcome in OUTCOMES[measure]
        }
        made = {"measure": str(measure), "points": points, "affects": sorted(self.cleaned_data[f"{measure}-affects"])}
        for limit in ("floor", "cap"):
            if f"{measure}-{limit}" in self.fields:
                made[limit] = self.number(f"{measure}-{limit}", negative=limit == "floor")
        was = {name: sorted(row[name]) if name == "affects" else row[name] for name in made}
        return made | {"source": self.source_of(measure, row["source"], is_changed=made != was)}

    def _stored_target(self, stage: str, row: dict) -> dict:
        key = f"targets-{stage}"
        made = {self.cleaned_data[f"{key}-kind"]: self.number(f"{key}-value")}
        is_changed = made != {name: row[name] for name in KINDS if name in row}
        return made | {"source": self.source_of(key, row["source"], is_changed=is_changed)}

    def _stored_wholes(self) -> Iterator[tuple[str, object]]:
        for name, key in WHOLES.items():
            number = self.number(name)
            yield name, number
            yield (
                f"{key}_source",
                self.source_of(name, self.base[f"{key}_source"], is_changed=number != self.base[name]),
            )


def _target(stage: str, row: dict) -> dict[str, forms.Field]:
    kind = "rate_below" if "rate_below" in row else "lost_at_most"
    return {
        f"targets-{stage}-kind": ChoiceField("目标写哪一种", list(KINDS.items()), initial=kind),
        f"targets-{stage}-value": points_field("目标", row[kind], help_text="几人，或百分之几"),
    }


def _affects(chosen) -> forms.MultipleChoiceField:
    errors = {"required": "请选择考核谁", "invalid_choice": "请在列出的对象里选择"}
    return forms.MultipleChoiceField(
        label="考核谁",
        choices=[(each.value, each.label) for each in Affected],
        initial=list(chosen),
        widget=forms.CheckboxSelectMultiple,
        error_messages=errors,
    )


def points_field(
    label: str, number, *, required: bool = True, help_text: str = "", decimals: int = 1
) -> forms.DecimalField:
    """A number without a sign, at most one decimal."""
    wrong = f"{label}应是0到100的{'数，最多一位小数' if decimals else '整数'}"
    errors = dict.fromkeys(
        ("invalid", "min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits"), wrong
    )
    return forms.DecimalField(
        label=label,
        initial=None if number is None else plain(abs(Decimal(str(number)))),
        help_text=help_text,
        required=required,
        min_value=0,
        max_value=100,
        max_digits=4,
        decimal_places=decimals,
        widget=forms.NumberInput(
            attrs={"class": "input", "step": "0.1", "inputmode": "decimal"} if decimals else WHOLE
        ),
        error_messages=errors | {"required": f"请填写{label}"},
    )


def _verb(outcome: str) -> str:
    return "加" if outcome in REWARDED else "扣"


def _plain(source: str) -> str:
    """A source without its marks."""
    return MARKS.sub("", source)


def _json(number: Decimal) -> int | float:
    return int(number) if number == int(number) else float(number)
