"""Whether an item of a checklist would take points for absences as such (domain.md §8). Pure.

What may be judged is whether the duty was done: the register taken, the leave slip kept, the family called that day,
nothing hidden. So a mention of absence is let pass where a word of such a duty stands between it and the points.
"""

import re

ABSENT = r"缺勤|缺课|缺席|旷课|逃课|请假|病假|事假|迟到|早退|没有?到校|未到校|不到校|没有?到班|未到班"
RATE = r"(?:缺勤|缺课|缺席|旷课|请假|迟到|出勤|到课|到班|全勤|(?<!劝返)(?<!返校)到校)率"
DUTY = (
    r"没|未|不|无|漏|瞒|缺|逾|迟|记录|登记|点名|上报|报告|联系|家访|通知|劝返|核|查|原因|手续|证明|材料|假条|销假|台账"
    r"|一致|相符|属实|真实|如实|及时|按时|准确"
)
# Up to so many characters of one sentence, none of which begins a word of a duty.
BETWEEN = rf"(?:(?!{DUTY})[^。；;\n]){{0,14}}?"
TAKES = r"(?:扣|减\d|减分|少得|不得分|不得满分|得0分|不予得分)"
BOUND = r"(?:不?低于|不?高于|不?超过|不?大于|不?小于|达|每|以上|以下|扣|减|满分|得分|给分|计分|[0-9<>≤≥%])"
HIDDEN = re.compile(r"(?:瞒|漏|虚|谎|错记|[不未没]有?上?报|[不未没]有?登?记)[^。；;，,]{0,3}$")
PUNISHED = re.compile(rf"(?:{ABSENT})(?!率){BETWEEN}{TAKES}")
BY_RATE = re.compile(rf"{RATE}{BETWEEN}{BOUND}")
REWARDED = re.compile(
    rf"(?:全勤|满勤|(?:没有|无|零)(?:学生|人)?(?:{ABSENT}))的?{BETWEEN}(?:满分|得\d|得分|给\d|给分|加\d|加分)"
)


def counts_absences(text: str, judge: str) -> bool:
    """Whether an item, by what it looks at and how it is judged, takes points for an absence as such."""
    words = f"{text.strip()}：{judge.strip()}"
    return bool(BY_RATE.search(words) or REWARDED.search(words)) or any(
        not HIDDEN.search(words[: found.start()]) for found in _punished(words)
    )


def _punished(words: str):
    """Every mention of absence from which a way leads to points, also one within another's way."""
    start = 0
    while found := PUNISHED.search(words, start):
        yield found
        start = found.start() + 1
