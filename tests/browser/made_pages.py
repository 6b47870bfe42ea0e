"""Pages that must be made before they can be looked at, each by its name in `PAGES`."""

from collections.abc import Callable

from playwright.sync_api import FilePayload, Page

from survey_app.domain import demonstration

CAMPAIGN = f"/campaigns/{demonstration.CODE}"
PUBLIC = f"/cong-bo/{demonstration.CODE}"


def a_question(page: Page) -> None:
    page.goto(f"{CAMPAIGN}/responses")
    page.locator("tbody th a").first.click()
    page.wait_for_url("**/responses/*-*")
    page.check("[name=kind][value=question]")
    page.select_option("#question", "access_1")
    page.fill("#note", "Người được hỏi đã đến đây chưa?")
    page.get_by_role("button", name="Câu trả lời mâu thuẫn").click()
    page.get_by_text("Đã gửi câu hỏi").wait_for()
    page.fill("#tag", "xem kỹ")
    page.get_by_role("button", name="Gắn nhãn").click()
    page.get_by_role("button", name="Bỏ nhãn xem kỹ").wait_for()


def chosen_responses(page: Page) -> None:
    page.goto(f"{CAMPAIGN}/responses")
    page.check("[data-check-all]")
    page.get_by_role("button", name="Đánh dấu").click()
    page.get_by_role("heading", name="Đánh dấu và trả lại 50 phiếu").wait_for()


def a_screening(page: Page) -> None:
    page.goto(f"{CAMPAIGN}/quality")
    page.get_by_role("button", name="Sàng lọc phiếu hiện có").click()
    page.get_by_text("Đã sàng lọc").wait_for()


def forms_to_key_again(page: Page) -> None:
    page.goto(f"{CAMPAIGN}/second-entries")
    page.get_by_role("button", name="Rút thăm").click()
    page.locator(".notice").wait_for()
    page.get_by_role("link", name="Đổi người").first.click()
    page.wait_for_url("**/keyer")


def two_forms_of_one_code(page: Page) -> None:
    page.locator("tbody th a").first.click()
    page.wait_for_url("**/duplicate-codes/*")


def printed_forms(page: Page) -> None:
    page.goto(f"{CAMPAIGN}/forms?first=1&count=1")
    page.get_by_role("button", name="In tất cả").click()
    page.get_by_role("link", name="Tải tệp PDF").wait_for()


def a_file(page: Page) -> None:
    page.goto(f"{CAMPAIGN}/imports")
    content = b"form_code,access_1,gender,x\nHN22-0001,1,male,y\nHN22-0002,6,,\n"
    file: FilePayload = {"name": "phieu.csv", "mimeType": "text/csv", "buffer": content}
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Tải lên và xem trước").click()
    page.get_by_text("Còn ô bị từ chối").wait_for()


def two_runs(page: Page) -> None:
    for _ in range(2):
        page.goto(f"{CAMPAIGN}/scores")
        page.get_by_role("button", name="Chạy tính điểm và lưu").click()
        page.get_by_text("Đã lưu lần tính").wait_for()
    page.get_by_role("link", name="lần 1", exact=True).click()
    page.wait_for_url("**/changes/1")


def a_run_with_files(page: Page) -> None:
    page.goto(f"{CAMPAIGN}/scores")
    page.get_by_role("button", name="Chạy tính điểm và lưu").click()
    page.get_by_text("Đã lưu lần tính").wait_for()
    page.goto(f"{CAMPAIGN}/publications")
    page.get_by_role("heading", name="Tệp của lần tính").wait_for()


def issued_links(page: Page) -> None:
    page.goto(f"{CAMPAIGN}/self-links")
    for name, value in {"number": "1", "expires": "31/12/2099"}.items():
        page.fill(f"#{name}", value)
    page.get_by_role("button", name="Cấp đường dẫn").click()
    page.get_by_text("Hãy tải danh sách").wait_for()


def a_sheet_of_codes(page: Page) -> None:
    page.locator("form[action$='/sheet']").first.evaluate("form => form.removeAttribute('target')")
    page.get_by_role("button", name="Tờ mã").or_(page.get_by_role("button", name="Mở tờ")).first.click()
    page.get_by_role("img").first.wait_for()


def a_draw_in_progress(page: Page) -> None:
    page.goto(f"{CAMPAIGN}/draws")
    page.get_by_role("button", name="Mở lần rút ngẫu nhiên").click()
    page.locator("[data-own-part]").wait_for()


def a_draw_that_was_given_up(page: Page) -> None:
    a_draw_in_progress(page)
    page.get_by_text("Bỏ lần rút này", exact=True).click()
    page.fill("#reason", "Mở nhầm")
    page.get_by_role("button", name="Bỏ lần rút", exact=True).click()
    page.get_by_text("Mở nhầm").wait_for()


def a_publication(page: Page) -> None:
    """Home Affairs publishes; the page is what anybody sees then."""
    page.goto(f"{CAMPAIGN}/scores")
    page.get_by_role("button", name="Chạy tính điểm và lưu").click()
    page.get_by_text("Đã lưu lần tính").wait_for()
    page.goto(CAMPAIGN)
    token = page.locator("input[name=csrf_token]").first.input_value()
    for state in ("closed", "sealed", "published"):
        page.request.post(f"{CAMPAIGN}/state", form={"csrf_token": token, "target": state, "reason": "Xem"})
    page.goto(PUBLIC)
    page.get_by_role("heading", name="Sở, ban, ngành").first.wait_for()


def a_receipt(page: Page) -> None:
    """What a form's code answers."""
    page.goto(f"{PUBLIC}/phieu")
    page.fill("#form_code", "HN22-0017")
    page.get_by_role("button", name="Xem phiếu có được tính không").click()
    page.get_by_text("được tính.").first.wait_for()


MADE: dict[str, Callable[[Page], None]] = {
    "a question": a_question,
    "chosen responses": chosen_responses,
    "a screening": a_screening,
    "forms to key again": forms_to_key_again,
    "two forms of one code": two_forms_of_one_code,
    "printed forms": printed_forms,
    "a file": a_file,
    "two runs": two_runs,
    "a run with files": a_run_with_files,
    "issued links": issued_links,
    "a sheet of codes": a_sheet_of_codes,
    "a draw in progress": a_draw_in_progress,
    "a draw that was given up": a_draw_that_was_given_up,
    "a publication": a_publication,
    "a receipt": a_receipt,
}
