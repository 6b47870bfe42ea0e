"""The two sheets that close a workbook: what it holds and leaves out, and how anyone verifies it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from scoring.questionnaire import Questionnaire
from survey_app.exports.dossier import Dossier
from survey_app.exports.material import Material
from survey_app.exports.sentences import count
from survey_app.exports.tables import Cell, Column, Cover
from survey_app.exports.workbook_cells import HERE

LAYOUT = 1
COLUMNS = (Column("Mục"), Column("Nội dung", width=100))
NO_FILTER = "không lọc, mọi đơn vị của đợt"
PROVISIONAL = "Số liệu tạm tính"
MOST_NAMED = 20
Fact = tuple[str, Cell, str]
_STATES = {
    "invalid": "Không hợp lệ",
    "returned": "Đang trả lại",
    "void": "Đã hủy",
    "drafts": "Nháp",
    "apart": "Tự trả lời, đếm riêng",
}


def result_words(cover: Cover) -> str:
    """Return which result this is: a stored run by its number, or that of the present answers."""
    return PROVISIONAL if cover.run_number is None else f"Lần tính {cover.run_number}"


def told(moment: datetime) -> str:
    """Return a moment as sheets tell it, in Vietnamese time."""
    return f"{moment.astimezone(HERE):%d/%m/%Y %H:%M} (giờ Việt Nam)"


def note_facts(material: Material, rows: Mapping[str, int], cut: Sequence[str]) -> list[Fact]:
    """Return what a workbook is, its counts, and what did not fit; `rows` are those of its lists by their sheet."""
    cover = material.cover
    return [
        ("Đợt khảo sát", f"{cover.campaign} ({cover.campaign_code})", "text"),
        ("Tính đến", cover.as_of, "moment"),
        ("Tệp được ghi lúc", cover.written_at, "moment"),
        ("Múi giờ", "Asia/Ho_Chi_Minh (UTC+7)", "text"),
        ("Kết quả", _result(cover), "text"),
        ("Lý do của lần tính", cover.run_reason or "không ghi", "text"),
        ("Công bố", _published(material.publication), "text"),
        ("Trạng thái của đợt", cover.state, "text"),
        ("Bộ lọc", NO_FILTER, "text"),
        ("Bộ câu hỏi", f"{cover.questionnaire.title}. {cover.questionnaire.note}", "text"),
        ("Phương pháp", f"{cover.method.title}. {cover.method.note}", "text"),
        ("Làm tròn", "từ giá trị chính xác, một lần, 5 làm tròn lên", "text"),
        (
            "Dữ liệu cá nhân",
            "không có: không tên, không địa chỉ, không số điện thoại, không lời tự viết",
            "text",
        ),
        *_counts(material),
        *((f"Số dòng ở trang {sheet}", number, "count") for sheet, number in rows.items()),
        *_cut(cut),
    ]


def _result(cover: Cover) -> str:
    if cover.run_number is None:
        return f"{PROVISIONAL.lower()}, theo phiếu hiện có; chưa đóng băng, chưa công bố"
    return f"lần tính {cover.run_number}, đã đóng băng"


def _published(publication: Mapping[str, str]) -> str:
    if not publication:
        return "chưa công bố"
    at = told(datetime.fromisoformat(publication["published_at"]))
    reason = f"; lý do: {publication['reason']}" if publication.get("reason") else ""
    return f"lần {publication['number']}, lúc {at}{reason}"


def _counts(material: Material) -> Iterator[Fact]:
    """Yield how many responses count and how many do not, state by state, and all of them."""
    dossier = material.dossier
    counted = int(material.book.satisfaction["input"]["responses"])
    left_out = {name: _sum(dossier, name) for name in _STATES}
    yield "Phiếu được tính", counted, "count"
    yield from ((f"Không tính: {_STATES[name]}", number, "count") for name, number in left_out.items())
    yield "Mọi phiếu, kể cả nháp", counted + sum(left_out.values()), "count"
    waiting = sum(each.why == "duplicate" for each in dossier.excluded)
    yield "Trùng mã, chờ quyết định (chưa là phiếu)", waiting, "count"


def _sum(dossier: Dossier, name: str) -> int:
    return sum(getattr(each, name) for each in dossier.field_work)


def _cut(cut: Sequence[str]) -> Iterator[Fact]:
    yield "Ô có chữ dài hơn mức một ô chứa được", len(cut), "count"
    if cut:
        more = f" và {count(len(cut) - MOST_NAMED)} ô khác" if len(cut) > MOST_NAMED else ""
        yield "Các ô bị cắt bớt", "; ".join(cut[:MOST_NAMED]) + more, "text"


def proof_facts(material: Material, questionnaires: Sequence[Questionnaire]) -> list[Fact]:
    """Return the digests of all that a result was made from, and how to verify it."""
    cover, book, dossier = material.cover, material.book, material.dossier
    others = [each for each in questionnaires if each.sha256 != cover.questionnaire.sha256]
    bundle = material.publication.get("bundle_digest", "")
    return [
        ("Mã kiểm tra dữ liệu vào (SHA-256)", book.satisfaction["input"]["sha256"], "text"),
        ("Mã kiểm tra kết quả", book.digest, "text"),
        ("Mã kiểm tra hồ sơ của lần tính", dossier.digest, "text"),
        ("Mã kiểm tra phiếu được tính", dossier.answers_sha256, "text"),
        ("Mã kiểm tra bộ câu hỏi", cover.questionnaire.sha256, "text"),
        *((f"Mã kiểm tra bộ câu hỏi {each.code}", each.sha256, "text") for each in others),
        ("Mã kiểm tra phương pháp", cover.method.sha256, "text"),
        ("Mã kiểm tra gói kiểm chứng", bundle or "chưa công bố", "text"),
        ("Phiên bản phần mềm", cover.program_version, "text"),
        ("Bố cục tệp", str(LAYOUT), "text"),
        ("Cách kiểm tra", _how(cover), "text"),
    ]


def _how(cover: Cover) -> str:
    if cover.run_number is None:
        return (
            "Số liệu tạm tính không có gói kiểm chứng. Hãy chạy một lần tính, tải tệp này và gói kiểm chứng của lần tính đó, "
            "rồi chạy: python3 verify.py FILE.xlsx --bundle GOI.zip"
        )
    return (
        "Tải gói kiểm chứng của lần tính này và tệp verify.py trong gói (chỉ cần Python 3.11 trở lên, không cần cài gì "
        "thêm), rồi chạy: python3 verify.py FILE.xlsx --bundle GOI.zip. Chương trình tính lại các ô từ phiếu trong gói, báo "
        "PASS hoặc chỉ ra ô đầu tiên khác. Mã kiểm tra của gói phải đúng là mã đã công bố."
    )
