"""The annexes of a report: precision by unit, forms in and out, re-checks, corrections, and how to verify it all."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from scoring.method import Method
from scoring.points import half_up
from survey_app.exports.dossier import Dossier, FieldWork, UnitRechecks
from survey_app.exports.doubts import between, points_between
from survey_app.exports.material import Material
from survey_app.exports.report_standings import Facts, Group
from survey_app.exports.report_words import listed, moment, within
from survey_app.exports.sentences import count
from survey_app.exports.tables import Cell, Column, Row, Table

EXCLUDED = {
    "invalid": "không hợp lệ",
    "returned": "đang trả lại để sửa",
    "void": "bị hủy",
    "apart": "tự trả lời, đếm riêng",
    "duplicate": "trùng mã phiếu, chờ quyết định",
}
PRECISION = (
    Column("Cơ quan, đơn vị"),
    Column("Số phiếu", "count"),
    Column("Chỉ số hài lòng %", "percent"),
    Column("Khoảng tin cậy %", "range"),
    Column("Điểm khảo sát", "points"),
    Column("Khoảng điểm", "range"),
    Column("Hạng có thể", "range"),
)
FORMS = (
    Column("Cơ quan, đơn vị"),
    Column("Chỉ tiêu", "count"),
    Column("Phát ra", "count"),
    Column("Hợp lệ", "count"),
    Column("Không hợp lệ", "count"),
    Column("Bị hủy", "count"),
    Column("Chưa thu về", "count"),
)
RECHECKS = (
    Column("Cơ quan, đơn vị"),
    Column("Phúc tra", "count"),
    Column("Đạt", "count"),
    Column("Không đạt", "count"),
    Column("Không liên hệ được", "count"),
    Column("Chưa thống nhất", "count"),
    Column("Tỷ lệ không đạt %", "percent"),
    Column("Khoảng 95 %", "range"),
)


def precision_table(group: Group, method: Method) -> Table | None:
    """Return n, index, interval, points and possible ranks of a group's surveyed units; None where none was surveyed."""
    rows = tuple(Row(_precision(group, each, method), key=each["unit"]) for each in group.surveyed)
    caption = f"Số phiếu và khoảng tin cậy của các {within(group.name)}"
    return Table(f"Độ chính xác {group.name}", caption, PRECISION, rows) if rows else None


def _precision(group: Group, each: Facts, method: Method) -> tuple[Cell, ...]:
    interval, ranks = each["interval"], each["rank_interval"]
    points = points_between(interval, method) if each["points"] is not None else None
    lowest, highest = points or (None, None)
    low, high = (Decimal(str(interval[end])) for end in ("low", "high")) if _known(interval) else (None, None)
    return (
        group.name_of(each["unit"]),
        each["responses"],
        None if each["index"] is None else half_up(Decimal(each["index"]), 2),
        between(low, high),
        None if each["points"] is None else Decimal(each["points"]),
        between(lowest, highest, method.points.decimals),
        "–" if ranks is None else " – ".join(map(str, dict.fromkeys(ranks))),
    )


def _known(interval: Facts | None) -> bool:
    return interval is not None and interval["low"] is not None


def factor_table(group: Group, names: Sequence[str]) -> Table | None:
    """Return the index of every factor by unit, and over all of a group's responses; None where none was surveyed."""
    rows = tuple(
        Row(
            (group.name_of(each["unit"]), *(_index(part["index"]) for part in each["factors"])),
            key=each["unit"],
        )
        for each in group.surveyed
    )
    if not rows or group.together is None:
        return None
    whole = [None if part.index is None else half_up(part.index, 2) for part in group.together.factors]
    columns = (
        Column("Cơ quan, đơn vị"),
        *(Column(f"({place}) %", "percent") for place in range(1, len(names) + 1)),
    )
    notes = tuple(f"({place}) {name}" for place, name in enumerate(names, 1))
    caption = f"Chỉ số hài lòng theo yếu tố của các {within(group.name)}"
    return Table(
        f"Yếu tố {group.name}", caption, columns, rows, (Row(("Mọi phiếu của nhóm", *whole)),), notes
    )


def _index(text: str | None) -> Decimal | None:
    return None if text is None else half_up(Decimal(text), 2)


def forms_table(dossier: Dossier, groups: Sequence[Group]) -> Table:
    """Return the forms of every surveyed unit, in and out, and their sums."""
    known = {code for group in groups for code in group.units}
    work = [each for each in dossier.field_work if each.surveyed and each.unit in known]
    order = {
        code: place for place, code in enumerate(each["unit"] for group in groups for each in group.surveyed)
    }
    work.sort(key=lambda each: order.get(each.unit, len(order)))
    rows = tuple(Row((each.name, *_forms(each)), key=each.unit) for each in work)
    sums = [_sum(cells) for cells in zip(*(_forms(each) for each in work), strict=True)] or [0] * (
        len(FORMS) - 1
    )
    notes = ["Phát ra = hợp lệ + không hợp lệ + bị hủy + chưa thu về."]
    if any(each.issued is None for each in work):
        notes.append("–: đợt không có danh sách mẫu nên không biết số phiếu phát ra và chưa thu về.")
    return Table("Phiếu", "Phiếu phát ra và thu về", FORMS, rows, (Row(("Cộng", *sums)),), tuple(notes))


def _forms(each: FieldWork) -> tuple[int | None, ...]:
    return (each.quota, each.issued, each.valid, each.invalid, each.void, each.not_returned)


def _sum(cells: Sequence[int | None]) -> int | None:
    known = [cell for cell in cells if cell is not None]
    return sum(known) if len(known) == len(cells) else None


def excluded(dossier: Dossier) -> str:
    """Return how many responses on file were left out, by reason."""
    given = Counter(each.why for each in dossier.excluded)
    if not given:
        return "Không phiếu nào đã thu về bị loại khỏi kết quả."
    parts = [f"{count(given[why])} {words}" for why, words in EXCLUDED.items() if given[why]]
    return f"Phiếu đã thu về nhưng không tính: {listed(parts)}."


def corrected(dossier: Dossier) -> str:
    """Return how many answers of how many responses were corrected before the result."""
    if not dossier.corrections:
        return "Không phiếu nào được sửa sau khi nộp."
    forms = len({each.form_code for each in dossier.corrections})
    return (
        f"{count(forms)} phiếu được sửa sau khi nộp, cộng {count(len(dossier.corrections))} chỗ sửa; mỗi chỗ có giá trị trước, "
        "giá trị sau, thời điểm, vai trò và lý do trong tệp số liệu."
    )


def recheck_table(dossier: Dossier, groups: Sequence[Group]) -> Table | None:
    """Return what re-checks found by unit; None where nothing was re-checked."""
    found = {each.unit: each for each in dossier.unit_rechecks if each.responses}
    names = {code: group.name_of(code) for group in groups for code in group.units}
    order = [each["unit"] for group in groups for each in group.surveyed if each["unit"] in found]
    rows = tuple(Row((names[code], *_rechecks(found[code])), key=code) for code in order)
    notes = ("Tỷ lệ không đạt là ước lượng có trọng số theo xác suất được rút.",)
    return Table("Phúc tra", "Kết quả phúc tra theo đơn vị", RECHECKS, rows, notes=notes) if rows else None


def _rechecks(each: UnitRechecks) -> tuple[Cell, ...]:
    counts = (each.responses, each.confirmed, each.failed, each.unreachable, each.disputed)
    if each.rate is None:
        return (*counts, None, "–")
    rate, low, high = (100 * Decimal(str(value)) for value in (each.rate, each.low, each.high))
    return (*counts, half_up(rate, 2), between(low, high))


def validity_notes(dossier: Dossier, groups: Sequence[Group]) -> list[str]:
    """Return what stands beside each unit's points about its re-checks."""
    names = {code: group.name_of(code) for group in groups for code in group.units}
    notes = {each.unit: each.note for each in dossier.unit_rechecks if each.responses and each.note}
    order = [each["unit"] for group in groups for each in group.surveyed if each["unit"] in notes]
    lead = ["Ghi chú bên điểm chỉ tính phiếu phúc tra không còn chờ quyết định."] if order else []
    return lead + [f"{names[code]}: {notes[code]}" for code in order]


def proof(material: Material) -> list[str]:
    """Return what the report was made from, and by which digests anybody can verify it."""
    cover, book = material.cover, material.book
    made = (
        "số liệu tạm tính theo phiếu hiện có"
        if cover.run_number is None
        else f"lần tính {cover.run_number} của đợt {cover.campaign_code}"
    )
    told = [
        f"Báo cáo được lập từ một kết quả duy nhất: {made}, tính lúc {moment(cover.as_of)} (giờ Việt Nam), "
        f"phần mềm Hài Lòng {cover.program_version}."
    ]
    digests = (
        ("phiếu được tính", material.dossier.answers_sha256),
        ("dữ liệu vào", book.satisfaction["input"]["sha256"]),
        ("bộ câu hỏi", cover.questionnaire.sha256),
        ("phương pháp", cover.method.sha256),
        ("kết quả", book.digest),
        ("hồ sơ của lần tính", material.dossier.digest),
        ("gói kiểm chứng", material.publication.get("bundle_digest", "")),
    )
    told += [f"Mã kiểm tra (SHA-256) của {what}: {digest}" for what, digest in digests if digest]
    told.append(
        "Cách kiểm tra: lệnh “hailong verify” với tệp số liệu và gói kiểm chứng tính lại từng ô đã công bố."
    )
    return told
