"""A period as it is counted: through its cut-off, or through an earlier day while that is still to come."""

from dataclasses import dataclass
from datetime import date

from students.months import Month
from students.periods import TermPeriod, YearPeriod
from students.templatetags.chinese import cdate_short

Period = Month | TermPeriod | YearPeriod


@dataclass(frozen=True)
class CountedPeriod:
    """A month, term or school year, and the day that it is counted through."""

    period: Period
    day: date

    @property
    def label(self) -> str:
        return self.period.label

    @property
    def is_provisional(self) -> bool:
        """Whether its cut-off is still to come."""
        return self.day < self.period.cut_off

    @property
    def provisional_words(self) -> str:
        """What is said of a period whose cut-off is still to come."""
        return f"暂计：算到{cdate_short(self.day)}，{cdate_short(self.period.cut_off)}截止，在那以前随事实变动"

    @property
    def days(self) -> str:
        """9月26日至10月25日, through the day that is counted."""
        return f"{cdate_short(self.period.first)}至{cdate_short(self.day)}"


class CountedMonth(CountedPeriod):
    """A month and the day that it is counted through."""

    period: Month

    @property
    def month(self) -> Month:
        return self.period

    @property
    def before(self) -> date | None:
        """The cut-off from which on it counts; None in September."""
        return self.month.before
