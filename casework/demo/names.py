"""Names as a class list in the north-west of China holds them. Pure.

Every part is chosen by chance from common ones, so a name belongs to nobody. Among them are what lists stumble over:
surnames with a second reading (单 曾 仇 解 查 翟 盖 …), compound surnames, names of four characters, rare characters,
and names of several nationalities, some with an interpunct.
"""

from random import Random
from typing import NamedTuple

from students.identity import FEMALE, MALE

HAN, HUI, DONGXIANG, TIBETAN = "汉族", "回族", "东乡族", "藏族"
UYGHUR, KAZAKH, MONGOL, YI = "维吾尔族", "哈萨克族", "蒙古族", "彝族"
NATIONALITIES = {
    HAN: 74,
    HUI: 10,
    DONGXIANG: 6,
    TIBETAN: 5,
    UYGHUR: 1.5,
    MONGOL: 1.2,
    YI: 1.2,
    KAZAKH: 1.1,
}
SURNAMES = {  # weight of each character → the surnames that are about as frequent
    60: "王李张刘",
    30: "陈杨赵黄周吴马徐孙",
    13: "胡朱高何郭林罗郑梁谢宋唐许韩冯邓曹彭",
    5: "肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江"
    "薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴莫孔向汤祁",
    4: "单曾仇解查翟盖朴区乐华任尹覃牟缪",  # read otherwise as a surname, or in two ways
}
MUSLIM_SURNAMES = {20: "马", 5: "杨李", 3: "王丁白金沙", 2: "哈撒拜喇"}
COMPOUND_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "尉迟", "令狐", "东方", "皇甫")

FIRST = {
    MALE: "子浩宇俊志文明天嘉家思博泽梓一承晨昊睿景书永立学正云海国小",
    FEMALE: "雨欣思梦诗梓佳雅静晓可语婉紫若艺美慧秀海月丽雪玉小心春清",
}
SECOND = {
    MALE: "轩涵杰豪宇辰阳涛鑫鹏飞龙强军斌洋磊峰毅恒博霖航瑞泽凯熙诚远堃喆翀",
    FEMALE: "涵怡萱婷琪欣悦妍彤瑶洁颖蕾玲霞梅芳燕娟兰云蓉晴然宁菲雯琳丹莹珺",
}
SINGLE = {MALE: "浩鑫磊强涛鹏杰斌凯龙洋帆旭昊睿毅赟龑", FEMALE: "静婷雪丹敏莉娜颖倩玥琳瑶洁欣悦珺"}
ELDERS_FIRST = {MALE: "建国志文永明海军学生世进成福德", FEMALE: "秀桂玉春淑翠红小金月兰凤雪海晓"}
ELDERS_SECOND = {MALE: "强军平华明林成忠义贵山荣伟东龙", FEMALE: "英兰花梅珍芳琴霞莲香娥萍燕玲凤"}

TIBETAN_FIRST = {
    MALE: ("扎西", "次仁", "多吉", "尼玛", "丹增", "洛桑", "平措", "旦正", "才让"),
    FEMALE: ("卓玛", "央金", "德吉", "达娃", "白玛", "拉毛", "仁青", "桑吉"),
}
TIBETAN_SECOND = {
    MALE: ("顿珠", "东智", "加措", "旺堆", "扎西", "才让", "多杰"),
    FEMALE: ("卓玛", "措姆", "拉姆", "吉", "草", "央宗", "曲珍"),
}
OWN = {  # nationality → names by sex
    UYGHUR: {
        MALE: ("艾力", "吐尔逊", "艾尔肯", "库尔班", "努尔麦麦提", "伊力亚", "阿卜杜拉"),
        FEMALE: ("阿依古丽", "古丽娜尔", "热依汗", "迪丽努尔", "阿孜古丽", "祖丽胡玛尔"),
    },
    KAZAKH: {
        MALE: ("叶尔兰", "努尔别克", "阿依波力", "马合沙提", "木拉提"),
        FEMALE: ("阿依达娜", "努尔古丽", "古丽米拉", "阿依努尔"),
    },
    MONGOL: {
        MALE: ("巴特尔", "那日苏", "朝鲁", "苏和", "乌力吉", "格日勒图"),
        FEMALE: ("其其格", "娜仁", "萨仁高娃", "乌云", "托娅"),
    },
    YI: {MALE: ("木呷", "拉且", "尔布", "约布", "伍且"), FEMALE: ("阿呷", "么果", "伍支", "阿依", "尔扎")},
}
YI_CLANS = ("吉克", "阿侯", "沙马", "曲比", "海来", "马海")


class Named(NamedTuple):
    """A name, and what a relative's name is made from: the surname, clan or father's name."""

    full: str
    family: str
    nationality: str


def _weighted(groups: dict[int, str]) -> tuple[list[str], list[int]]:
    pairs = [(character, weight) for weight, characters in groups.items() for character in characters]
    return [character for character, _ in pairs], [weight for _, weight in pairs]


HAN_POOL = _weighted(SURNAMES)
MUSLIM_POOL = _weighted(MUSLIM_SURNAMES)


def child_name(rng: Random, sex: str) -> Named:
    """A child's name and nationality."""
    [nationality] = rng.choices(list(NATIONALITIES), list(NATIONALITIES.values()))
    if nationality in (HAN, HUI, DONGXIANG):
        return _child_in_han_manner(rng, sex, nationality)
    family = _family_name(rng, nationality)
    return Named(_in_own_manner(rng, sex, nationality, family), family, nationality)


def adult_name(rng: Random, sex: str, *, family: str = "", nationality: str = HAN) -> Named:
    """A grown-up's name; with ``family`` that of a relative on the father's side."""
    if nationality in (HAN, HUI, DONGXIANG):
        family = family or _surname(rng, nationality)
        given = rng.choice(ELDERS_FIRST[sex]) + rng.choice(ELDERS_SECOND[sex])
        return Named(family + (given if given[0] != given[1] else given[0]), family, nationality)
    family = family or _family_name(rng, nationality)
    return Named(_in_own_manner(rng, sex, nationality, family), family, nationality)


def father_name(rng: Random, child: Named) -> str:
    """The name of a child's father. Where a child bears the father's own name, that name comes first in his."""
    if child.nationality in (UYGHUR, KAZAKH):
        return f"{child.family}·{rng.choice(OWN[child.nationality][MALE])}"
    return adult_name(rng, MALE, family=child.family, nationality=child.nationality).full


def _surname(rng: Random, nationality: str) -> str:
    names, weights = HAN_POOL if nationality == HAN else MUSLIM_POOL
    return rng.choices(names, weights)[0]


def _child_in_han_manner(rng: Random, sex: str, nationality: str) -> Named:
    family, chance = _surname(rng, nationality), rng.random()
    if chance < 0.12:
        return Named(family + rng.choice(SINGLE[sex]), family, nationality)
    first, second = rng.choice(FIRST[sex]), rng.choice(SECOND[sex])
    while first == second:
        second = rng.choice(SECOND[sex])
    if nationality == HAN and chance > 0.985:
        family = rng.choice(COMPOUND_SURNAMES)
    elif nationality == HAN and chance > 0.965:
        mother = _surname(rng, nationality)  # the mother's surname as a second one
        return Named(family + mother + first + second, family, nationality)
    return Named(family + first + second, family, nationality)


def _family_name(rng: Random, nationality: str) -> str:
    if nationality == YI:
        return rng.choice(YI_CLANS)
    return rng.choice(OWN[nationality][MALE]) if nationality in (UYGHUR, KAZAKH) else ""


def _in_own_manner(rng: Random, sex: str, nationality: str, family: str) -> str:
    if nationality == TIBETAN:
        first, second = rng.choice(TIBETAN_FIRST[sex]), rng.choice(TIBETAN_SECOND[sex])
        return first if first == second else first + second
    own = rng.choice(OWN[nationality][sex])
    if nationality in (UYGHUR, KAZAKH):
        return f"{own}·{family}"
    return f"{family}{own}"
