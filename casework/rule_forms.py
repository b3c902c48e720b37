"""Forms of 规则: two versions to compare, and a new version rung by rung."""

from datetime import timedelta

from django import forms

from casework.models import StoredRuleSet
from casework.queries.rule_pages import rules_of, title_of
from casework.rule_checks import HIGHEST, LONGEST_DUE, LONGEST_WINDOW, RESPONSIBLE
from casework.ruleset import (
    COUNTED_DUES,
    MEASURES_OF,
    RUN_MEASURES,
    TIER_LABELS,
    YES_OR_NO,
    Due,
    Measure,
    Tier,
    Trigger,
)
from students.enrolment import REPORTED_CHANGES
from students.forms.fields import DateField, LineField
from students.models import Role

NEW_RUNGS = 2
COUNTED = frozenset(Measure) - YES_OR_NO - {Measure.PRESENT_AFTER, Measure.CHANGE_EVENT}
MEASURE_LABELS = {
    Measure.UNEXCUSED_SLOTS: "一天内未经请假缺课的节次",
    Measure.UNEXCUSED_PERIODS: "一天内旷课的节数",
    Measure.ABSENT_DAY: "缺课一整天",
    Measure.RUN_SCHOOL_DAYS: "连续缺课的上课日",
    Measure.RUN_CALENDAR_DAYS: "连续缺课的天数（含休息日）",
    Measure.ABSENT_DAYS_IN_WINDOW: "一段时间内缺课的天数",
    Measure.REPORTED_LEFT: "有教师报告学生已离校",
}
DUES = {
    Due.SAME_DAY: "当日",
    Due.NEXT_SCHOOL_DAY: "下一个上课日",
    Due.WITHIN_DAYS: "几天内",
    Due.WITHIN_SCHOOL_DAYS: "几个上课日内",
    Due.AT_END: "期满当日",
}
NUMBERS = ("measure", "threshold", "window", "due", "within")
ORDER = {tier: position for position, tier in enumerate(Tier)}
# What a form may add: the tiers whose rungs differ in their numbers. The others are in every preset.
ADDED = [Tier.CONTACT, Tier.HOME_VISIT, Tier.JOINT_VISIT, Tier.ABSENCE_REPORT, Tier.LOSS_REPORT]
REFUSED = "没有保存，填的内容都还在，请改正后再试算"


class TwoVersions(forms.Form):
    """Which two versions to lay side by side."""

    before = forms.ModelChoiceField(label="原来的版本", queryset=None, empty_label="请选择")
    after = forms.ModelChoiceField(label="改后的版本", queryset=None, empty_label="请选择")

    def __init__(self, *args, versions, titled=title_of, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.queryset, field.label_from_instance = versions, titled
            field.error_messages |= {"required": f"请选择{field.label}", "invalid_choice": "没有这个版本，请重新选择"}


class PeriodForm(forms.Form):
    """On which past period a version is tried."""

    period = forms.ChoiceField(label="用哪段时间的事实试算")

    def __init__(self, *args, periods, **kwargs):
        super().__init__(*args, **kwargs)
        self.periods = {period.code: period for period in periods}
        field = self.fields["period"]
        field.choices = [(period.code, period.label) for period in periods]
        field.error_messages |= {"required": "请选择一段时间", "invalid_choice": "请在列出的时间里选择"}

    def clean_period(self):
        return self.periods[self.cleaned_data["period"]]


class VersionForm(PeriodForm):
    """From when and why other rules are to hold; ``seen`` is the mark of what had been adopted when it was opened."""

    refusal = REFUSED

    starts_on = DateField("从哪天起执行", help_text="最早从明天起；以前的待办不变")
    reason = LineField("为什么改", max_length=200, help_text="文件名、文号或会议决定，列在历次采用里")
    seen = forms.CharField(max_length=16, widget=forms.HiddenInput)
    field_order = ["starts_on", "reason", "period"]

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_starts_on(self):
        day = self.cleaned_data["starts_on"]
        if day <= self.today:
            raise forms.ValidationError("最早从明天起：今天和以前的待办已经按当时的规则算出，不能倒改")
        if day > self.today + timedelta(days=400):
            raise forms.ValidationError("最多提前一年多定下来，请核对年份")
        return day


class RuleForm(VersionForm):
    """A new version that begins as a copy of ``base``: what it is called, from when, why, and every rung.

    A number that is changed needs its own source. ``triggers`` are the rungs as they are stored.
    """

    title = LineField("名称", max_length=40)
    field_order = ["title", "starts_on", "reason", "period"]

    def __init__(self, data=None, *, base: StoredRuleSet, **kwargs):
        super().__init__(data, **kwargs)
        self.base = rules_of(base).triggers
        for number, trigger in enumerate(self.base):
            self._add(number, trigger)
        for number in range(len(self.base), len(self.base) + NEW_RUNGS):
            self._add(number, None)

    def _add(self, number: int, trigger: Trigger | None) -> None:
        for name, field in _rung_fields(trigger).items():
            field.error_messages |= {code: self._of(number, text) for code, text in field.error_messages.items()}
            self.fields[f"{name}-{number}"] = field

    def _of(self, number: int, text: str) -> str:
        """A refusal that names its rung: the summary above the form stands far from the field."""
        return f"{f'第{self.base[number].step}级' if number < len(self.base) else '新加的一级'}{text}"

    @property
    def head(self) -> list:
        """The bound fields above the rungs."""
        return [self[name] for name in self.field_order]

    @property
    def rungs(self) -> list[dict]:
        """Each rung with its bound fields, whether it is to be shown open, and what it says now."""
        return [self._shown(number) for number in range(len(self.base) + NEW_RUNGS)]

    def _shown(self, number: int) -> dict:
        trigger = self.base[number] if number < len(self.base) else None
        bound = [self[name] for name in self.fields if name.endswith(f"-{number}")]
        touched = {each.name for each in bound} & {*self.changed_data, *self.errors} if self.is_bound else set()
        if trigger is None:
            is_new = self.is_bound and bool(self[f"tier-{number}"].value())
            return {"fields": bound, "open": is_new, "title": "再加一级", "words": "不加就不用填"}
        words = f"{trigger.words}，{Role(trigger.responsible).label}{trigger.due_words}办结，对象：{trigger.receiver}"
        return {
            "fields": bound,
            "open": bool(touched),
            "title": f"第{trigger.step}级 {trigger.tier.label}",
            "words": words,
        }

    def clean(self):
        rows = [self._rung(number) for number in range(len(self.base) + NEW_RUNGS)]
        kept = sorted((row for row in rows if row), key=lambda row: ORDER[Tier(row["tier"])])
        if not kept:
            raise forms.ValidationError("所有各级都取消了，没有规则可以保存")
        self.triggers = kept

    def _rung(self, number: int) -> dict | None:
        """One rung as it is stored; None where it is dropped or not added."""
        base = self.base[number] if number < len(self.base) else None
        given = {
            name.rpartition("-")[0]: self.cleaned_data.get(name)
            for name in self.fields
            if name.endswith(f"-{number}") and name not in self.errors
        }
        tier = base.tier if base else given.get("tier")
        if f"tier-{number}" in self.errors:
            return None
        if not tier or given.get("drop"):
            for name in [name for name in self.errors if name.endswith(f"-{number}")]:
                del self._errors[name]  # what is not kept need not be right
            return None
        row = _stored(Tier(tier), base, given)
        self._ask_for(number, row, given)
        was = _stored_of(base) if base else {}
        if base and given.get("source") == _plain(base.source):
            row["source"] = base.source
            if any(row.get(name) != was.get(name) for name in NUMBERS):
                self.add_error(f"source-{number}", self._of(number, "的数改了，请写明新的依据"))
        return row

    def _ask_for(self, number: int, row: dict, given: dict) -> None:
        """Ask for what the choices on a rung make necessary."""
        needed = {
            "threshold": Measure(row["measure"]) in COUNTED,
            "window": row["measure"] == Measure.ABSENT_DAYS_IN_WINDOW,
            "within": Due(row["due"]) in COUNTED_DUES,
            "receiver": True,
            "source": True,
        }
        words = {
            "threshold": "没有写门槛", "window": "按一段时间计算，没有写是几天", "within": "的时限没有写几天",
            "receiver": "没有写对象：联系谁、报给谁", "source": "没有写依据",
        }  # fmt: skip
        for name, is_needed in needed.items():
            field = f"{name}-{number}"
            if is_needed and not given.get(name) and field not in self.errors:
                self.add_error(field, self._of(number, words[name]))


def _stored(tier: Tier, base: Trigger | None, given: dict) -> dict:
    measure = Measure(given.get("measure") or (base.measure if base else min(MEASURES_OF.get(tier, RUN_MEASURES))))
    due = Due(given.get("due") or Due.SAME_DAY)
    row = {
        "tier": tier.value,
        "measure": measure.value,
        "threshold": given.get("threshold") or 1 if measure in COUNTED else 1,
        "responsible": given.get("responsible") or RESPONSIBLE[0],
        "receiver": (given.get("receiver") or "").strip(),
        "due": due.value,
        "source": f"[S] {(given.get('source') or '').strip()}",
    }
    if due in COUNTED_DUES:
        row["within"] = given.get("within") or 1
    if measure is Measure.ABSENT_DAYS_IN_WINDOW:
        row["window"] = given.get("window") or row["threshold"]
    return row | _premise(tier, base)


def _premise(tier: Tier, base: Trigger | None) -> dict:
    """What a form leaves as it is: after which report a return is reported, and which changes are."""
    if tier is Tier.RETURN_REPORT:
        return {"after": (base.after if base else Tier.LOSS_REPORT).value}
    if tier in (Tier.CHANGE_REPORT, Tier.CHANGE_EVIDENCE):
        return {"events": sorted(kind.value for kind in (base.events if base else REPORTED_CHANGES))}
    return {}


def _stored_of(trigger: Trigger) -> dict:
    """The numbers of a rung as they are stored."""
    row = {"measure": trigger.measure.value, "threshold": trigger.threshold, "due": trigger.due.value}
    return row | {name: getattr(trigger, name) for name in ("within", "window") if getattr(trigger, name) is not None}


def _plain(source: str) -> str:
    """A source without its mark."""
    return source[3:].strip() if source[:1] == "[" else source


def _rung_fields(trigger: Trigger | None) -> dict[str, forms.Field]:
    """The fields of a rung: those that its tier can have, filled with what it says."""
    measures = MEASURES_OF.get(trigger.tier, RUN_MEASURES) if trigger else frozenset(MEASURE_LABELS)
    dues = [due for due in Due if due is not Due.AT_END or measures == {Measure.SUSPENSION_END}]
    fields = {} if trigger else {"tier": _select("做什么", [("", "不加"), *_labels(TIER_LABELS, ADDED)])}
    if len(measures) > 1:
        first = trigger.measure if trigger else Measure.RUN_SCHOOL_DAYS
        fields["measure"] = _select("怎样算", _labels(MEASURE_LABELS, measures), first)
    if measures & COUNTED:
        highest = max(HIGHEST[measure] for measure in measures)
        fields["threshold"] = _number(
            "门槛", highest, trigger.threshold if trigger else None, unit="满几个、几节或几天"
        )
    if Measure.ABSENT_DAYS_IN_WINDOW in measures:
        fields["window"] = _number(
            "时段（天）", LONGEST_WINDOW, trigger and trigger.window, unit="只有按一段时间算才填"
        )
    fields |= {
        "due": _select("时限", _labels(DUES, dues), trigger and trigger.due),
        "within": _number("天数", LONGEST_DUE, trigger and trigger.within, unit="只有时限是几天内才填"),
        "responsible": _select(
            "由谁办", [(role, Role(role).label) for role in RESPONSIBLE], trigger and trigger.responsible
        ),
        "receiver": LineField("对象", max_length=40, required=False, initial=trigger and trigger.receiver),
        "source": LineField("依据", max_length=200, required=False, initial=trigger and _plain(trigger.source)),
    }
    if trigger:
        fields["drop"] = forms.BooleanField(label="取消这一级", required=False)
    return fields


def _labels(labels: dict, chosen) -> list[tuple[str, str]]:
    return [(each.value, label) for each, label in labels.items() if each in chosen]


def _select(label: str, choices, initial=None) -> forms.ChoiceField:
    errors = {"required": f"没有选择{label}", "invalid_choice": f"的{label}不在列出的选项里"}
    required = choices[0][0] != ""
    return forms.ChoiceField(label=label, choices=choices, initial=initial, required=required, error_messages=errors)


def _number(label: str, highest: int, initial: int | None, *, unit: str) -> forms.IntegerField:
    wrong = f"的{label}应是1到{highest}的整数"
    return forms.IntegerField(
        label=label,
        help_text=f"{unit}，1到{highest}",
        initial=initial,
        required=False,
        min_value=1,
        max_value=highest,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
    )
