"""The codes in which the national system writes some words of 学生; the words themselves are taken as well. Pure.

Its files hold ``1-居民身份证`` or the bare code ``1``. Sources: 性别 GB/T 2261.1, 民族 GB/T 3304,
身份证件类型 JY/T 1001 (SFZJLX).
"""

import re

CODE_BEFORE = re.compile(r"[0-9A-Z]{1,3}\s*[-—–－]\s*(?=[^\s0-9-])", re.ASCII)

SEXES = {"1": "男", "2": "女"}
ID_TYPES = {
    "1": "居民身份证",
    "2": "军官证",
    "3": "士兵证",
    "4": "文职干部证",
    "5": "部队离退休证",
    "6": "香港特区护照/身份证明",
    "7": "澳门特区护照/身份证明",
    "8": "台湾居民来往大陆通行证",
    "9": "境外永久居住证",
    "A": "护照",
    "B": "户口簿",
    "Z": "其他",
}
PEOPLES = (
    "汉、蒙古、回、藏、维吾尔、苗、彝、壮、布依、朝鲜、满、侗、瑶、白、土家、哈尼、哈萨克、傣、黎、傈僳、佤、畲、高山、拉祜、"
    "水、东乡、纳西、景颇、柯尔克孜、土、达斡尔、仫佬、羌、布朗、撒拉、毛南、仡佬、锡伯、阿昌、普米、塔吉克、怒、乌孜别克、"
    "俄罗斯、鄂温克、德昂、保安、裕固、京、塔塔尔、独龙、鄂伦春、赫哲、门巴、珞巴、基诺"
)
ETHNICITIES = {
    written: f"{people}族"
    for number, people in enumerate(PEOPLES.split("、"), start=1)
    for written in (str(number), f"{number:02}")
}


def without_code(written: str) -> str:
    """The word alone: ``01-汉族`` is 汉族."""
    match = CODE_BEFORE.match(written)
    return written[match.end() :] if match else written
