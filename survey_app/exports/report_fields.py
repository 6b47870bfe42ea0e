"""The fields that a report's Word template may use: what each means, which it must have, and their values."""

from collections.abc import Mapping

from survey_app.exports.report_content import Report
from survey_app.exports.report_layout import lines_of, recipients_of

# Where the report's own parts go: each alone on its line, outside any table, once.
PARTS, ANNEXES = "noi_dung", "phu_luc"
PLACES = (PARTS, ANNEXES)
RECIPIENTS = "noi_nhan"
FIELDS: Mapping[str, str] = {
    "co_quan_chu_quan": "Cơ quan chủ quản, dòng trên của góc trái",
    "co_quan_ban_hanh": "Cơ quan ban hành báo cáo",
    "so_ky_hieu": "Số và ký hiệu, có sẵn chữ “Số:”",
    "dia_danh_ngay": "Địa danh và ngày, tháng, năm",
    "ten_bao_cao": "Tên loại văn bản",
    "trich_yeu": "Báo cáo về việc gì",
    "noi_dung": "Mọi phần của báo cáo với bảng và biểu đồ; đứng một mình trên một dòng, ngoài bảng (bắt buộc)",
    "chuc_vu_ky": "Chức vụ người ký (bắt buộc)",
    "nguoi_ky": "Họ và tên người ký (bắt buộc)",
    "noi_nhan": "Danh sách nơi nhận, từng dòng một bằng {%p for noi in noi_nhan %}, {{ noi }}, {%p endfor %}",
    "phu_luc": "Mọi phụ lục, sau chữ ký; đứng một mình trên một dòng, ngoài bảng (bắt buộc)",
}
NEEDED = ("noi_dung", "phu_luc", "chuc_vu_ky", "nguoi_ky")


def values_of(report: Report) -> dict[str, str | list[str]]:
    """Return the value of every field but the two places; single figures never take the name of a field."""
    lines, words = lines_of(report), report.words
    return {
        **report.facts,
        "co_quan_chu_quan": words.authority,
        "co_quan_ban_hanh": words.issuer,
        "so_ky_hieu": lines["number"],
        "dia_danh_ngay": lines["place_and_day"],
        "ten_bao_cao": report.title,
        "trich_yeu": report.about,
        "chuc_vu_ky": words.signer_title,
        "nguoi_ky": words.signer,
        RECIPIENTS: recipients_of(report),
    }


FACTS: Mapping[str, str] = {
    "nam": "Năm của đợt khảo sát",
    "ten_dot": "Tên đợt khảo sát",
    "ky_tu": "Ngày đầu của kỳ khảo sát",
    "ky_den": "Ngày cuối của kỳ khảo sát",
    "so_phieu": "Số phiếu được tính",
    "chi_tieu": "Tổng chỉ tiêu phiếu",
    "so_don_vi": "Số cơ quan, đơn vị được xếp hạng",
    "so_don_vi_khao_sat": "Số cơ quan, đơn vị có khảo sát",
}
GROUP_FACTS: Mapping[str, str] = {
    "nhom": "Tên nhóm",
    "trung_binh": "Chỉ số trung bình",
    "diem_khao_sat": "Điểm khảo sát trung bình",
    "khoang_cach": "Khoảng cách cao nhất – thấp nhất",
}


def facts_of_groups(groups: Mapping[str, str]) -> dict[str, str]:
    """Return the single figures of a report and their meanings: those of the campaign, then of each group by its code."""
    found = dict(FACTS)
    for code, name in groups.items():
        found |= {f"{fact}_{code}": f"{meaning}, nhóm {name}" for fact, meaning in GROUP_FACTS.items()}
    return found
