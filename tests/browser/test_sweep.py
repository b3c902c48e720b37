"""四查三比对 from the list of residents to a settled child, on the bureau's desk."""

import pytest
from playwright.sync_api import expect

from students.actions.residents import match_residents
from students.models import Finding, Resident
from tests import cast, sweep
from tests.browser.barriers import barriers
from tests.browser.classroom import classroom
from tests.browser.conftest import DESKTOP, PHONE
from tests.workbook.workbooks import load

__all__ = ["classroom"]


def test_import_match_sweep_and_settle(desktop, classroom, sign_in, tmp_path, expected_console_errors):
    village = sweep.village(classroom.school.township)
    first, second = classroom.children[:2]
    stranger = cast.identity_number(region="629977")
    rows = [
        {"姓名": first.name, "身份证件号": first.id_number, "户籍村代码": village.code},
        {"姓名": second.name, "身份证件号": stranger, "户籍村代码": village.code},
        {"姓名": "陈安", "身份证件号": cast.identity_number(region="629977"), "户籍村代码": village.code},
    ]
    assert load({"户籍儿童": rows}, today=sweep.AS_OF).succeeded
    paper = tmp_path / "就读证明.png"
    paper.write_bytes(sweep.picture().read())

    # one of them has another number in the registry: a person says that it is the same child
    sign_in(desktop, classroom.bureau.username, cast.PASSWORD)
    desktop.goto("/residents/")
    desktop.get_by_role("link", name="待确认的比对").click()
    desktop.get_by_role("button", name="是同一人", exact=True).click()
    expect(desktop.locator(".toast")).to_contain_text(f"已确认：{second.name}")
    assert Resident.objects.get(id_number=stranger).student == second

    # the sweep finds the third
    desktop.goto("/campaigns/")
    desktop.get_by_role("link", name="启动排查").first.click()
    desktop.get_by_role("button", name="启动并比对").click()
    expect(desktop.locator(".stat").filter(has_text="已落实")).to_contain_text("0%")
    desktop.get_by_role("link", name="看名单").click()
    desktop.get_by_role("link", name="陈安").click()

    # settled by a paper
    expected_console_errors.append("status of 422")
    desktop.get_by_label("在外地就读").check()
    desktop.get_by_role("button", name="登记").click()
    expect(desktop.get_by_role("alert")).to_contain_text("要附证明材料，没有保存")
    desktop.get_by_label("情况").fill("随父母在省城上三年级")
    desktop.get_by_label("证明材料").set_input_files(paper)
    desktop.get_by_role("button", name="登记").click()
    expect(desktop.locator(".timeline")).to_contain_text("随父母在省城上三年级")
    expect(desktop.get_by_role("link", name="看证明材料")).to_be_visible()
    desktop.get_by_role("link", name="排查名单").click()
    desktop.get_by_role("link", name="进度").click()
    expect(desktop.locator(".stat").filter(has_text="已落实")).to_contain_text("100%")


@pytest.mark.parametrize("options", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_its_pages_fit_the_screen_and_shut_nobody_out(options, open_page, classroom, sign_in):
    village = sweep.village(classroom.school.township)
    for child in classroom.children[:2]:
        sweep.resident(village, child.name, guardian_name="曾杰", phone="13900001234")
    match_residents()
    campaign = sweep.sweep(classroom.bureau)
    finding = campaign.findings.first()
    sweep.record(classroom.bureau, finding, Finding.State.NOT_FOUND, note="邻居说举家外出，电话停机")
    here = f"/campaigns/{campaign.pk}"
    pages = ["/residents/", f"/residents/{finding.resident_id}/", "/residents/matches/", "/campaigns/", f"{here}/"]
    pages += [f"{here}/children/", f"{here}/villages/{village.pk}/", f"{here}/close/", f"/findings/{finding.pk}/"]
    page = open_page(**options)
    sign_in(page, classroom.bureau.username, cast.PASSWORD)
    faults = {}
    for address in [*pages, "/campaigns/open/"]:
        page.goto(address)
        expect(page.locator("main")).not_to_be_empty()
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        found = barriers(page)
        if wide or found:
            faults[address] = (wide, found)
    assert faults == {}
