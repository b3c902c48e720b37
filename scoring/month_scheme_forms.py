"""The form of 学校考核办法: a new version number by number, and on which month it is tried.

Points that are taken off are typed without a sign: 扣几分. ``content`` is the scheme as it is stored.
"""

from collections.abc import Iterator
from decimal import Decimal

from django import forms

from scoring.scheme import plain
from scoring.scheme_forms import SchemeForm, points_field
from scoring.school_scheme import OFFERED, REACHED

# Group → its title and its numbers by their labels; the first has the source of the whole, which is the reason given.
GROUPS = {
    "total": ("总分", {"base": "每月从几分起算", "lowest": "最低几分", "highest": "最高几分"}),
    "each_class": ("班级得分的折合", {"each_class_point": "各班当月平均每1分，折合学校几分"}),
    "target": ("控辍目标", {"target_missed": "一个学段没有完成目标，扣几分"}),
    "unregistered": ("点名", {"unregistered_above": "没有点名的节次超过百分之几，不得评为优秀"}),
    "unfounded": ("点名太少", {"unfounded_above": "没有点名的节次超过百分之几，评为不合格"}),
    "veto": ("一票否决", {"veto_above": "辍学率超过百分之几，评为不合格"}),
    "bands": ("等级", {f"bands-{band}": f"{band.label}，几分起" for band in REACHED}),
}
# What a group says now.
SENTENCES = {
    "total": "每月从{base}分起算，最低{lowest}分，最高{highest}分",
    "each_class": "各班当月平均每1分，折合学校{each_class_point}分",
    "target": "没有完成目标的，每个学段扣{target_missed}分",
    "unregistered": "没有点名的节次超过{unregistered_above}%，不得评为优秀",
    "unfounded": "没有点名的节次超过{unfounded_above}%，评为不合格",
    "veto": "辍学率超过{veto_above}%，评为不合格",
    "bands": "，".join(f"{band.label}{{bands-{band}}}分起" for band in REACHED),
}
NEGATIVE = frozenset({"target_missed"})
WITHOUT_SOURCE = "total"


class MonthForm(forms.Form):
    """On which month a version is tried."""

    month = forms.ChoiceField(label="用哪个月的得分试算")

    def __init__(self, *args, months, **kwargs):
        super().__init__(*args, **kwargs)
        self.months = {each.month.code: each for each in months}
        field = self.fields["month"]
        field.choices = [(code, each.label) for code, each in self.months.items()]
        field.error_messages |= {"required": "请选择一个月", "invalid_choice": "请在列出的月份里选择"}

    def clean_month(self):
        return self.months[self.cleaned_data["month"]]


class MonthSchemeForm(SchemeForm):
    """Every number of the scheme for schools, group by group."""

    def __init__(self, data=None, *, base: dict, **kwargs):
        self.offered = {*OFFERED} - {*base}  # a version that says never to this, which no new one may, is offered ours
        base = OFFERED | base
        super().__init__(data, base=base, **kwargs)
        for key, (title, numbers) in GROUPS.items():
            fields = {name: points_field(label, self._standing(name)) for name, label in numbers.items()}
            self.add_group(key, title, fields, None if key == WITHOUT_SOURCE else base[f"{key}_source"])

    def _standing(self, name: str):
        """What the version that the form began with says."""
        band = name.removeprefix("bands-")
        return self.base[name] if band == name else self.base["bands"][band]

    def words(self) -> Iterator[tuple[str, str]]:
        for key, (_, numbers) in GROUPS.items():
            said = {name: plain(abs(Decimal(str(self._standing(name))))) for name in numbers}
            yield key, "从前的办法没有规定" if self.offered & {*numbers} else SENTENCES[key].format_map(said)

    def clean(self):
        if not self.errors:
            self.made = {"title": self.cleaned_data["title"], "bands": {}, **dict(self._stored())}
            self.made["bands"] = {band.value: self.made.pop(f"bands-{band}") for band in REACHED}

    def _stored(self) -> Iterator[tuple[str, object]]:
        for key, (_, numbers) in GROUPS.items():
            made = {name: self.number(name, negative=name in NEGATIVE) for name in numbers}
            yield from made.items()
            if key != WITHOUT_SOURCE:
                is_changed = any(made[name] != self._standing(name) for name in numbers)
                yield f"{key}_source", self.source_of(key, self.base[f"{key}_source"], is_changed=is_changed)
