"""The whole report: its parts in order, numbers without gaps, and what is said where something is not known."""

from dataclasses import replace
from decimal import Decimal

from survey_app.exports.dossier import Correction, DrawFact, Excluded, RecheckResult, UnitRechecks
from survey_app.exports.material import GroupYear, Material
from survey_app.exports.report_content import NumberedTable
from survey_app.exports.report_parts import report_of
from tests.exports.reports import (
    area,
    charts,
    index,
    material,
    numbered,
    section_of,
    texts_of,
    year,
)

TWO = material(
    {"A": "86", "B": "80", "H": "80", "K": "75"},
    years=(year({"A": index("95")}, departments=GroupYear(Decimal("90"))),),
    areas=(area(1, "Chỉ đạo", "14", departments="12"), area(4, "Bộ máy", "8")),
)


def said(given: Material, key: str) -> list[str]:
    """Return the running text of a part."""
    return texts_of([section_of(report_of(given, charts()), key)])


def test_the_parts_stand_in_the_order_of_an_administrations_report() -> None:
    report = report_of(TWO, charts())
    assert [each.heading for each in report.sections if each.level < 3] == [
        "I. CƠ SỞ VÀ MỤC ĐÍCH",
        "II. PHƯƠNG PHÁP VÀ QUÁ TRÌNH KHẢO SÁT",
        "1. Phạm vi khảo sát",
        "2. Bộ câu hỏi và thang đo",
        "3. Thu thập phiếu",
        "4. Phúc tra",
        "III. KẾT QUẢ",
        "1. Chỉ số cải cách hành chính năm 2026",
        "2. So với các năm trước",
        "3. Điểm khảo sát sự hài lòng",
        "4. Kết quả theo yếu tố",
        "5. Kết quả theo lĩnh vực thẩm định",
        "IV. HẠN CHẾ VÀ ĐỘ TIN CẬY",
        "V. KẾT LUẬN",
    ]
    assert [each.heading for each in report.annexes] == [
        "PHỤ LỤC I. PHƯƠNG PHÁP TÍNH",
        "PHỤ LỤC II. SỐ PHIẾU, KHOẢNG TIN CẬY VÀ YẾU TỐ",
        "PHỤ LỤC III. PHIẾU PHÁT RA, THU VỀ, KHÔNG TÍNH VÀ SỬA",
        "PHỤ LỤC IV. KẾT QUẢ PHÚC TRA",
        "PHỤ LỤC V. XÁC MINH",
    ]
    assert report.about == (
        "Kết quả khảo sát sự hài lòng của người dân, tổ chức và Chỉ số cải cách hành chính năm 2026 "
        "của các sở, ban, ngành và các huyện, thị xã, thành phố"
    )


def test_tables_and_charts_are_numbered_without_gaps_in_the_order_in_which_they_stand() -> None:
    tables, drawn = numbered(report_of(TWO, charts()))
    assert drawn == list(
        enumerate(
            (
                f"{name} {group}"
                for name in (
                    "index_by_unit",
                    "means_over_years",
                    "points_by_unit",
                    "factors_by_unit",
                    "levels",
                )
                for group in ("departments", "districts")
            ),
            1,
        )
    )
    assert [number for number, _ in tables] == list(range(1, len(tables) + 1))
    assert [caption for _, caption in tables[:3]] == [
        "Chỉ số cải cách hành chính năm 2026 của các sở, ban, ngành",
        "Chỉ số cải cách hành chính năm 2026 của các huyện, thị xã, thành phố",
        "Chỉ số năm 2026 so với năm 2025 của các sở, ban, ngành",
    ]


def test_a_chart_that_cannot_be_drawn_takes_no_number() -> None:
    _, drawn = numbered(report_of(TWO, charts(without=["departments"])))
    assert [number for number, _ in drawn] == [1, 2, 3, 4, 5]


def test_a_campaign_of_one_group_has_one_table_of_the_index() -> None:
    report = report_of(material({"A": "80"}), charts())
    assert report.about.endswith("năm 2026 của các sở, ban, ngành")
    headings = [each.heading for each in report.sections if each.key.startswith("chi_so_")]
    assert headings == ["a) Sở, ban, ngành"]
    assert texts_of([section_of(report, "so_sanh")]) == [
        "Chưa có số liệu công bố của năm 2025 nên báo cáo không so sánh với năm trước."
    ]


def test_without_appraisals_the_report_is_about_the_survey_alone() -> None:
    report = report_of(material({"A": None, "B": None}), charts())
    keys = [each.key for each in report.sections]
    assert "chi_so" not in keys
    assert "linh_vuc" not in keys
    assert (
        report.about == "Kết quả khảo sát sự hài lòng của người dân, tổ chức năm 2026 của các sở, ban, ngành"
    )
    assert texts_of([section_of(report, "ket_luan")]) == [
        "Nhóm sở, ban, ngành: điểm khảo sát trung bình là 10,00 điểm; các yếu tố bằng nhau, 100,00 %."
    ]


def test_without_a_single_response_nothing_is_made_up() -> None:
    report = report_of(material({"A": "80"}, answers={}), charts())
    assert texts_of([section_of(report, "diem_khao_sat_departments")]) == [
        "1 đơn vị trong nhóm được khảo sát, với 0 phiếu được tính.",
        "Chưa có điểm khảo sát vì chưa đủ mẫu: Sở A.",
        "Chưa đủ chỉ tiêu phiếu: Sở A.",
    ]
    assert texts_of([section_of(report, "ket_luan")]) == []
    assert "Chưa tính được khoảng tin cậy của chỉ số hài lòng." in texts_of(
        [section_of(report, "do_tin_cay")]
    )


def test_the_conclusion_says_what_the_figures_carry() -> None:
    # Indices 96 and 90: mean 93; a year ago 90.
    assert said(TWO, "ket_luan")[0] == (
        "Nhóm sở, ban, ngành: Chỉ số trung bình năm 2026 là 93,00 %, tăng 3,00 điểm phần trăm so với năm 2025 (90,00 %); "
        "xếp loại: 01 Xuất sắc, 01 Tốt; cao nhất là Sở A, thấp nhất là Sở B; điểm khảo sát trung bình là 10,00 điểm; "
        "các yếu tố bằng nhau, 100,00 %."
    )


def test_a_year_that_cannot_be_compared_changes_no_conclusion() -> None:
    given = replace(TWO, years=(replace(TWO.years[0], why_not="phương pháp tính đã đổi"),))
    assert "so với" not in said(given, "ket_luan")[0]
    assert said(given, "so_sanh")[-1] == (
        "Kết quả năm 2026 không so sánh được với năm 2025: phương pháp tính đã đổi."
    )
    assert said(given, "so_sanh_departments") == []


def test_forms_are_reckoned_up_where_it_is_known_how_many_went_out() -> None:
    work = tuple(
        replace(each, issued=9, valid=5, invalid=1, void=1, returned=2, apart=1)
        for each in TWO.dossier.field_work
    )
    given = replace(TWO, dossier=replace(TWO.dossier, field_work=work))
    assert said(given, "phieu") == [
        "Kết quả tính trên 12 phiếu hợp lệ.",
        "Phát ra 36 phiếu, gồm 20 phiếu hợp lệ, 4 phiếu không hợp lệ, 4 phiếu bị hủy và 8 phiếu chưa thu về.",
        "8 phiếu đang trả lại để sửa, không được tính.",
        "4 phiếu người dân tự trả lời được đếm riêng, không được tính vào điểm.",
    ]
    blocks = section_of(report_of(given, charts()), "phu_luc_phieu").blocks
    assert isinstance(blocks[0], NumberedTable)
    assert blocks[0].table.foot[0].cells == ("Cộng", 12, 36, 20, 4, 4, 8)
    assert said(TWO, "phieu")[1] == (
        "Thu về 12 phiếu: 12 phiếu hợp lệ, 0 phiếu không hợp lệ, 0 phiếu bị hủy; "
        "đợt không có danh sách mẫu nên không biết số phiếu đã phát ra."
    )


def test_what_was_left_out_and_corrected_is_counted_by_reason() -> None:
    left_out = tuple(Excluded(f"F{n}", "A", why, "") for n, why in enumerate(["void", "void", "invalid"]))
    corrections = tuple(
        Correction("F9", "A", 2, "2026-03-01", "Điều tra viên", "gõ nhầm", f"access_{n}", "4", "5")
        for n in (1, 2)
    )
    given = replace(TWO, dossier=replace(TWO.dossier, excluded=left_out, corrections=corrections))
    assert said(given, "phu_luc_phieu") == [
        "Phiếu đã thu về nhưng không tính: 1 không hợp lệ và 2 bị hủy.",
        "1 phiếu được sửa sau khi nộp, cộng 2 chỗ sửa; mỗi chỗ có giá trị trước, giá trị sau, thời điểm, vai trò và lý do "
        "trong tệp số liệu.",
    ]
    assert said(TWO, "phu_luc_phieu") == [
        "Không phiếu nào đã thu về bị loại khỏi kết quả.",
        "Không phiếu nào được sửa sau khi nộp.",
    ]


def test_re_checks_are_told_body_by_body_and_by_unit() -> None:
    verdicts = (("front", "confirmed"), ("front", "failed"), ("veterans", "unreachable"))
    results = tuple(
        RecheckResult(f"F{n}", "A", "E0001", body, 1, verdict, (), "2026-05-01", ())
        for n, (body, verdict) in enumerate(verdicts)
    )
    found = replace(
        TWO.dossier,
        draws=(DrawFact(1, "random", 4, "{}"),),
        rechecks=results,
        unit_rechecks=(UnitRechecks("A", 3, 1, 1, 1, 0, 0.5, 0.0126, 0.9874, "Đã phúc tra 3 phiếu."),),
    )
    given = replace(TWO, dossier=found)
    assert said(given, "phuc_tra") == [
        "Lần rút 1 (ngẫu nhiên) lấy 4 phiếu để phúc tra.",
        "Mặt trận Tổ quốc kết luận 2 phiếu: 1 đạt, 1 không đạt và 0 không liên hệ được.",
        "Hội Cựu chiến binh kết luận 1 phiếu: 0 đạt, 0 không đạt và 1 không liên hệ được.",
        "Phúc tra không sửa câu trả lời gốc; phiếu không đạt chỉ bị hủy khi người thứ hai xác nhận.",
    ]
    annex = section_of(report_of(given, charts()), "phu_luc_phuc_tra")
    (table,) = [block.table for block in annex.blocks if isinstance(block, NumberedTable)]
    assert [row.cells for row in table.rows] == [("Sở A", 3, 1, 1, 1, 0, Decimal("50.00"), "1,26 – 98,74")]
    assert said(given, "phu_luc_phuc_tra")[-1] == "Sở A: Đã phúc tra 3 phiếu."
    assert said(TWO, "phuc_tra") == ["Chưa phiếu nào được rút để phúc tra khi tính kết quả này."]


def test_a_correction_of_what_was_published_says_so_with_its_reason() -> None:
    given = replace(
        TWO, publication={"number": "2", "reason": "Tính lại sau khiếu nại.", "bundle_digest": "ef" * 32}
    )
    assert said(given, "co_so")[1] == (
        "Đây là lần công bố 2, thay cho lần công bố trước. Lý do: Tính lại sau khiếu nại."
    )
    assert f"Mã kiểm tra (SHA-256) của gói kiểm chứng: {'ef' * 32}" in said(given, "phu_luc_xac_minh")


def test_the_proof_names_the_run_its_moment_and_every_digest() -> None:
    assert said(TWO, "phu_luc_xac_minh")[0] == (
        "Báo cáo được lập từ một kết quả duy nhất: lần tính 7 của đợt thu, tính lúc 00:30 ngày 26/11/2026 "
        "(giờ Việt Nam), phần mềm Hài Lòng 0.5.0."
    )
    digests = (TWO.dossier.answers_sha256, "ab" * 32, TWO.book.digest, TWO.dossier.digest)
    text = " ".join(said(TWO, "phu_luc_xac_minh"))
    assert [digest in text for digest in digests] == [True] * 4


def test_a_template_gets_single_figures_by_name() -> None:
    facts = report_of(TWO, charts()).facts
    assert (facts["nam"], facts["so_phieu"], facts["trung_binh_departments"]) == ("2026", "12", "93,00")
    assert facts["khoang_cach_districts"] == "5,00"
    assert report_of(material({"A": None}), charts()).facts["trung_binh_departments"] == "–"


def test_n6_the_order_of_units_changes_nothing() -> None:
    other = material({"K": "75", "H": "80", "B": "80", "A": "86"}, years=TWO.years, areas=TWO.areas)
    here, there = (report_of(each, charts()) for each in (TWO, other))
    keys = [each.key for each in here.sections if each.key != "phu_luc_phieu"]
    assert [section_of(here, key) for key in keys] == [section_of(there, key) for key in keys]
