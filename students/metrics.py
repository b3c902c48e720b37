"""Figures 指标: what is counted, over what, and how a rate is printed (domain.md §7). Pure.

A ``Metric`` carries its definition wherever its number goes: the page, Excel and paper print it under the table.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

NO_RATE = "—"
TENTH = Decimal("0.1")
HUNDREDTH = Decimal("0.01")
WHOLE = Decimal(100)


@dataclass(frozen=True)
class Rate:
    """A share of something: ``numerator`` of ``denominator``."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> Decimal | None:
        """In per cent with two decimals, half up; None where there is nothing to take a share of.

        What is not everything never reads as everything, nor what is something as nothing: one child lost in a county
        of a hundred thousand would disappear in the rounding.
        """
        if not self.denominator:
            return None
        rounded = (WHOLE * self.numerator / self.denominator).quantize(HUNDREDTH, ROUND_HALF_UP)
        if rounded == WHOLE and self.numerator < self.denominator:
            return WHOLE - HUNDREDTH
        if not rounded and self.numerator:
            return HUNDREDTH
        return rounded

    @property
    def text(self) -> str:
        """``99.34%``, or ``—`` where there is no rate."""
        return NO_RATE if self.percent is None else f"{self.percent}%"

    @property
    def record(self) -> dict:
        """As scripts read it (contract.md)."""
        return {"numerator": self.numerator, "denominator": self.denominator, "text": self.text}


def tenths(value: float | Decimal) -> Decimal:
    """A score as it is shown: with one decimal, half up."""
    return Decimal(str(value)).quantize(TENTH, ROUND_HALF_UP)


def points_text(value: float | Decimal, *, signed: bool = False) -> str:
    """A score on a page and in a file: 8.5, −0.5 with a true minus sign, 10; ``signed``: a gain is +2."""
    number = tenths(value)
    text = f"{abs(number):f}".removesuffix(".0")
    if number < 0:
        return f"−{text}"
    return f"+{text}" if signed and number > 0 else text


@dataclass(frozen=True)
class Metric:
    """One figure 指标: its name, what it is taken of, and its definition.

    ``numerator`` and ``denominator`` say in words what the two numbers count.
    """

    code: str
    label: str
    numerator: str
    denominator: str
    definition: str

    def of(self, numerator: int, denominator: int) -> Rate:
        """The rate that these two numbers make."""
        return Rate(numerator, denominator)

    @property
    def note(self) -> str:
        """What is printed under a table that shows the figure."""
        return f"{self.label}＝{self.numerator}÷{self.denominator}。{self.definition}"


ENTRY_RATE = Metric(
    code="entry_rate",
    label="入学率",
    numerator="已入学的户籍适龄儿童少年",
    denominator="户籍适龄儿童少年",
    definition="当日在本县学校有学籍的（含休学和辍学未返的，其中辍学人数另列），转出已由接收学校确认的，和排查核实在外地、"
    "特教学校就读或送教上门的，算已入学；初中毕业、出国和核实已死亡、户籍已迁出或重复的，两边都不计入。",
)


ATTENDANCE_RATE = Metric(
    code="attendance_rate",
    label="出勤率",
    numerator="实际出勤节数",
    denominator="已点名的应出勤节数",
    definition="上午按4节、下午按3节、晚自习按2节计；旷课、待核实、事假、病假、公假都算缺勤，迟到、早退算出勤；没有点名的不计。",
)


DAY_RATE = Metric(
    code="day_rate",
    label="当日出勤率",
    numerator="实到人数",
    denominator="应到人数减未点名人数",
    definition="按人计：当天有一节到校就算实到；所在班一次也没有点名的学生不计。",
)


DROPOUT_RATE = Metric(
    code="dropout_rate",
    label="辍学率",
    numerator="本学年流失的学生",
    denominator="学年初（9月1日）在校的学生",
    definition="流失指辍学未返、其他减少，和转出满31天仍没有确认接收的，按最后所在的班计，分母整个学年不变。",
)


RETENTION_RATE = Metric(
    code="retention_rate",
    label="学年巩固率",
    numerator="学年初在校、没有流失的学生",
    denominator="学年初（9月1日）在校的学生减去正常减少",
    definition="正常减少指已确认接收的转出、死亡、出国和毕业，到期末没有回来的；休学的算巩固；按学年初所在的班计。",
)


RAW_RATIO = Metric(
    code="raw_ratio",
    label="期末/期初比",
    numerator="期末在校学生",
    denominator="期初在校学生",
    definition="照实计算，有转入时会超过100%，不是巩固率。",
)


COHORT_WORDS = "转出只减已确认接收的，转入照加；超过100%的按100%，原值照列。还没有毕业的一届不算。"


THREE_YEAR_RATE = Metric(
    code="three_year_rate",
    label="三年巩固率",
    numerator="初中一届毕业的学生",
    denominator="这一届入学人数加转入减转出",
    definition=COHORT_WORDS,
)


SIX_YEAR_RATE = Metric(
    code="six_year_rate",
    label="六年巩固率",
    numerator="小学一届毕业的学生",
    denominator="这一届入学人数加转入减转出",
    definition=COHORT_WORDS,
)


DISABLED_ENTRY_RATE = Metric(
    code="disabled_entry_rate",
    label="残疾儿童少年入学率",
    numerator="在校、休学或送教上门的残疾适龄儿童少年",
    denominator="登记为残疾的适龄儿童少年",
    definition="按户籍所在地和当日登记的特殊群体计，户籍表里没有的按最近就读的班级计；已确认接收的转出、死亡、出国和初中毕业的"
    "不计入，辍学未返和去向不明的算没有入学。",
)
