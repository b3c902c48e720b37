"""每日提醒 as text: what is said, in how many bytes, and that nothing in it can be taken for formatting."""

from hypothesis import given
from hypothesis import strategies as st

from casework.digest import NOTHING, Digest, Part, amounts, markdown, named_lines, plain, school_lines, spoken

SITE = "https://shouxue.example"
PART = Part("待办", ("逾期2件、今天到期3件",), "/duties/", ("高东（2023级1班）联系家长，逾期2天",), 2)
DIGEST = Digest("东坪小学", "9月7日17:30", (PART, Part("预警", ("有预警的学生5人",), "/signs/")))


def test_an_e_mail_says_what_waits_and_where():
    assert plain(DIGEST, SITE) == (
        "守学提醒：东坪小学 9月7日17:30\n\n"
        "【待办】\n逾期2件、今天到期3件\n高东（2023级1班）联系家长，逾期2天\nhttps://shouxue.example/duties/\n\n"
        "【预警】\n有预警的学生5人\nhttps://shouxue.example/signs/\n\n"
        "守学：https://shouxue.example/\n\n这封邮件由系统发出，不用回复。\n"
    )


def test_a_robot_is_given_headings_that_lead_to_the_page():
    assert markdown(DIGEST, SITE, most_bytes=4096).split("\n\n") == [
        "### 守学提醒：东坪小学 9月7日17:30",
        "**[待办](https://shouxue.example/duties/)**",
        "> 逾期2件、今天到期3件",
        "> 高东（2023级1班）联系家长，逾期2天",
        "**[预警](https://shouxue.example/signs/)**",
        "> 有预警的学生5人",
        "[打开守学](https://shouxue.example/)",
    ]


def test_without_names_no_child_is_named_and_nothing_else_is_missing():
    told = DIGEST.without_names
    for text in (plain(told, SITE), markdown(told, SITE, most_bytes=4096)):
        assert "高东" not in text
        assert "逾期2件、今天到期3件" in text


def test_where_there_is_nothing_it_says_so():
    nothing = Digest("东坪小学", "9月7日17:30")
    assert NOTHING in plain(nothing, SITE)
    assert NOTHING in markdown(nothing, SITE, most_bytes=4096)


def test_what_is_zero_is_left_out():
    assert amounts(("今天到期", 3, "件"), ("逾期", 0, "件"), ("以后到期", 1, "件")) == "今天到期3件、以后到期1件"
    assert amounts(("逾期", 0, "件")) == ""


def test_long_lists_say_how_many_more_there_are():
    schools = [(f"第{number}小学", "逾期1件") for number in range(13)]
    assert school_lines(schools)[-1] == "另有1所学校"
    assert len(school_lines(schools[:12])) == 12
    children = [f"学生{number}" for number in range(11)]
    assert named_lines(children, 25) == (*children[:10], "另有15人")
    assert named_lines(children[:10], 10) == tuple(children[:10])


def test_a_name_calls_nobody_and_formats_nothing():
    assert spoken("<@all> [点这里](http://x) **粗**\n# 题") == "＜@all＞ ［点这里］（http://x） ＊＊粗＊＊ ＃ 题"


words = st.text(max_size=40)
parts = st.builds(
    Part,
    title=words,
    lines=st.lists(words, max_size=5).map(tuple),
    path=st.just("/duties/"),
    named=st.lists(words, max_size=5).map(tuple),
)
digests = st.builds(Digest, place=words, when=words, parts=st.lists(parts, max_size=6).map(tuple))


@given(digests, st.integers(300, 5000))
def test_it_never_grows_past_its_bytes_and_always_leads_to_the_site(digest, most):
    text = markdown(digest, SITE, most_bytes=most)
    assert len(text.encode()) <= most
    assert text.endswith(f"[打开守学]({SITE}/)")


@given(digests)
def test_no_word_of_a_digest_forms_a_link_or_a_mention_of_its_own(digest):
    text = markdown(digest, SITE, most_bytes=20000)
    assert text.count("](") == len(digest.parts) + 1
    assert "<@" not in text
