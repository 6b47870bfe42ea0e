"""The yearly report: its parts in order, made from one result, as a department of Home Affairs writes it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count as counter

from survey_app.exports import (
    report_annexes,
    report_field_work,
    report_index,
    report_method,
    report_survey,
    report_years,
)
from survey_app.exports.material import Material, Year
from survey_app.exports.report_charts import Charts
from survey_app.exports.report_content import (
    Block,
    Drawing,
    NumberedChart,
    NumberedTable,
    Paragraph,
    Report,
    Section,
)
from survey_app.exports.report_standings import Group, groups_of
from survey_app.exports.report_words import change_since, day, leading, listed, percent, within
from survey_app.exports.sentences import comma, count
from survey_app.exports.tables import Table

LETTERS = "abcdđeghiklmnopqrstuvxy"
ROMAN = ("I", "II", "III", "IV", "V", "VI")


@dataclass
class _Writer:
    """A report while it is written: tables and charts get their numbers in the order in which they are set."""

    material: Material
    charts: Charts
    tables: Iterator[int] = field(default_factory=lambda: counter(1))
    drawings: Iterator[int] = field(default_factory=lambda: counter(1))

    def __post_init__(self) -> None:
        self.groups = groups_of(self.material)
        self.this_year = int(self.material.dossier.campaign["year"])
        self.year = report_years.year_of(self.material.years, self.this_year)

    @property
    def compared(self) -> Year | None:
        """Return the year this one is compared with; None where there is none, or its figures cannot be compared."""
        return None if self.year is None or self.year.why_not else self.year

    @property
    def has_index(self) -> bool:
        return any(group.ranked for group in self.groups)

    def table(self, table: Table | None) -> list[Block]:
        return [] if table is None else [NumberedTable(next(self.tables), table)]

    def chart(self, drawing: Drawing | None) -> list[Block]:
        """Return a chart under its number; a long ranking in parts, each on a page of its own and with its number."""
        parts = () if drawing is None else drawing.pages()
        return [NumberedChart(next(self.drawings), part) for part in parts]


def report_of(material: Material, charts: Charts | None = None) -> Report:
    """Return the report of a result; `charts` draws its charts, the program's own where it is not given.

    Every figure is the book's, or is made from published ones: a change is this year's published value minus the
    earlier year's. What is not known is said to be unknown.
    """
    writer = _Writer(material, charts or Charts())
    sections = (
        *_basis(writer),
        *_survey(writer),
        *_results(writer),
        *_reliability(writer),
        *_conclusion(writer),
    )
    return Report(
        words=material.words,
        title="BÁO CÁO",
        about=_about(writer),
        made_up=material.cover.made_up,
        sections=tuple(sections),
        annexes=tuple(_annexes(writer)),
        facts=_facts(writer),
    )


def _about(writer: _Writer) -> str:
    what = "Kết quả khảo sát sự hài lòng của người dân, tổ chức"
    if writer.has_index:
        what = f"{what} và Chỉ số cải cách hành chính"
    return f"{what} năm {writer.this_year} của các {' và các '.join(within(group.name) for group in writer.groups)}"


def _paragraphs(texts: Iterable[str]) -> list[Block]:
    return [Paragraph(text) for text in texts]


def _basis(writer: _Writer) -> Iterator[Section]:
    cover = writer.material.cover
    facts = writer.material.dossier.campaign
    texts = [
        f"Báo cáo trình bày kết quả của đợt “{facts['name']}” (mã {facts['code']}).",
        *_corrects(writer.material.publication),
        "Mục đích của khảo sát là đo mức độ hài lòng của người dân, tổ chức đối với sự phục vụ của từng cơ quan, đơn vị, và quy "
        "đổi kết quả thành điểm khảo sát."
        + (
            " Điểm khảo sát cộng với điểm thẩm định cho Chỉ số cải cách hành chính, dùng để xếp hạng trong từng nhóm."
            if writer.has_index
            else ""
        ),
        f"Bộ câu hỏi: {cover.questionnaire.title}. Nguồn: {cover.questionnaire.source}.",
        f"Phương pháp tính: {cover.method.title}. Nguồn: {cover.method.source}.",
    ]
    yield Section("co_so", 1, "I. CƠ SỞ VÀ MỤC ĐÍCH", tuple(_paragraphs(texts)))


def _corrects(publication: Mapping[str, str]) -> list[str]:
    """Return that this publication corrects an earlier one, and why; nothing for the first."""
    number, reason = publication.get("number", "1"), publication.get("reason", "")
    if number == "1":
        return []
    return [f"Đây là lần công bố {number}, thay cho lần công bố trước. Lý do: {reason.rstrip('.')}."]


def _survey(writer: _Writer) -> Iterator[Section]:
    material = writer.material
    yield Section("khao_sat", 1, "II. PHƯƠNG PHÁP VÀ QUÁ TRÌNH KHẢO SÁT", ())
    parts = (
        ("pham_vi", "Phạm vi khảo sát", report_field_work.scope(material, writer.groups)),
        ("cau_hoi", "Bộ câu hỏi và thang đo", report_field_work.questions(material.cover.questionnaire)),
        ("phieu", "Thu thập phiếu", report_field_work.collected(material)),
        ("phuc_tra", "Phúc tra", report_field_work.rechecked(material.dossier)),
    )
    for number, (key, heading, texts) in enumerate(parts, 1):
        yield Section(key, 2, f"{number}. {heading}", tuple(_paragraphs(texts)))


def _results(writer: _Writer) -> Iterator[Section]:
    yield Section("ket_qua", 1, "III. KẾT QUẢ", ())
    number = counter(1)
    if writer.has_index:
        yield Section("chi_so", 2, f"{next(number)}. Chỉ số cải cách hành chính năm {writer.this_year}", ())
        yield from _by_group("chi_so", writer.groups, lambda group: _index_blocks(writer, group))
    if writer.has_index or writer.material.years:
        about = tuple(_paragraphs(report_years.about(writer.year, writer.this_year)))
        yield Section("so_sanh", 2, f"{next(number)}. So với các năm trước", about)
        if writer.material.years:
            yield from _by_group("so_sanh", writer.groups, lambda group: _year_blocks(writer, group))
    yield Section("diem_khao_sat", 2, f"{next(number)}. Điểm khảo sát sự hài lòng", ())
    yield from _by_group("diem_khao_sat", writer.groups, lambda group: _points_blocks(writer, group))
    yield Section("yeu_to", 2, f"{next(number)}. Kết quả theo yếu tố", ())
    yield from _factors(writer)
    if writer.has_index and writer.material.areas:
        yield Section(
            "linh_vuc", 2, f"{next(number)}. Kết quả theo lĩnh vực thẩm định", tuple(_areas(writer))
        )


def _by_group(
    key: str, groups: Sequence[Group], blocks_of: Callable[[Group], list[Block]]
) -> Iterator[Section]:
    for letter, group in zip(LETTERS, groups, strict=False):
        yield Section(f"{key}_{slug(group.code)}", 3, f"{letter}) {group.name}", tuple(blocks_of(group)))


def slug(code: str) -> str:
    """Return a code as a name that templates can use: letters, digits and underscores."""
    return re.sub(r"\W+", "_", code)


def _index_blocks(writer: _Writer, group: Group) -> list[Block]:
    material = writer.material
    texts = report_index.sentences_of(group, material.cover.method)
    if not group.ranked:
        return _paragraphs(texts)
    return [
        *writer.table(report_index.table(group, writer.this_year)),
        *_paragraphs(texts),
        *writer.chart(writer.charts.index_by_unit(material, group.code)),
    ]


def _year_blocks(writer: _Writer, group: Group) -> list[Block]:
    blocks: list[Block] = []
    if writer.compared is not None:
        blocks += _paragraphs(report_years.sentences_of(group, writer.compared, writer.this_year))
        blocks += writer.table(report_years.table(group, writer.compared, writer.this_year))
    blocks += writer.chart(writer.charts.means_over_years(writer.material, group.code))
    return blocks or [Paragraph("Nhóm này chưa có số liệu của năm trước so sánh được.")]


def _points_blocks(writer: _Writer, group: Group) -> list[Block]:
    cover = writer.material.cover
    return [
        *_paragraphs(report_survey.points_of(group, cover.method, cover.questionnaire)),
        *writer.chart(writer.charts.points_by_unit(writer.material, group.code)),
    ]


def _factors(writer: _Writer) -> Iterator[Section]:
    surveyed = [group for group in writer.groups if group.surveyed]
    factors = writer.material.cover.questionnaire.factors
    for place, (letter, factor) in enumerate(zip(LETTERS, factors, strict=False)):
        texts = [report_survey.factor_of(group, factor, place) for group in surveyed]
        yield Section(f"yeu_to_{slug(factor.code)}", 3, f"{letter}) {factor.name}", tuple(_paragraphs(texts)))
    blocks: list[Block] = []
    for draw in (writer.charts.factors_by_unit, writer.charts.levels):
        for group in surveyed:
            blocks += writer.chart(draw(writer.material, group.code))
    if blocks:
        heading = f"{LETTERS[len(factors)]}) Yếu tố và mức trả lời theo đơn vị"
        yield Section("yeu_to_bieu_do", 3, heading, tuple(blocks))


def _areas(writer: _Writer) -> Iterator[Block]:
    for area in writer.material.areas:
        if area.means:
            yield Paragraph(f"{area.number}. {area.name}: {report_survey.area_of(area, writer.groups)}")
    if missing := report_survey.areas_missing(writer.material.areas):
        yield Paragraph(missing)


def _reliability(writer: _Writer) -> Iterator[Section]:
    texts = report_field_work.reliability(writer.material, writer.groups)
    yield Section("do_tin_cay", 1, "IV. HẠN CHẾ VÀ ĐỘ TIN CẬY", tuple(_paragraphs(texts)))


def _conclusion(writer: _Writer) -> Iterator[Section]:
    texts = [_concluded(writer, group) for group in writer.groups]
    yield Section("ket_luan", 1, "V. KẾT LUẬN", tuple(_paragraphs(filter(None, texts))))


def _concluded(writer: _Writer, group: Group) -> str:
    """Return what the figures of a group carry, in one paragraph, and nothing that they do not."""
    method, questionnaire = writer.material.cover.method, writer.material.cover.questionnaire
    parts = []
    if group.mean is not None:
        then = writer.compared.groups.get(group.code) if writer.compared else None
        mean = f"Chỉ số trung bình năm {writer.this_year} là {percent(group.mean)}"
        if then is not None and then.mean is not None and writer.compared is not None:
            mean += f", {change_since(group.mean - then.mean, writer.compared.year, percent(then.mean))}"
        best, worst = report_index.best_and_worst(group.ranked)
        parts += [mean, f"xếp loại: {report_index.band_counts(group, method)}"]
        if best != worst:
            parts.append(f"cao nhất là {listed(best)}, thấp nhất là {listed(worst)}")
    if group.satisfaction_mean is not None:
        parts.append(f"điểm khảo sát trung bình là {comma(group.satisfaction_mean)} điểm")
    if lowest := report_survey.lowest_factors(group, questionnaire):
        parts.append(lowest)
    return f"Nhóm {within(group.name)}: {'; '.join(parts)}." if parts else ""


def _annexes(writer: _Writer) -> Iterator[Section]:
    material, groups = writer.material, writer.groups
    dossier, cover = material.dossier, material.cover
    number = (f"PHỤ LỤC {roman}" for roman in ROMAN)
    steps = _paragraphs(report_method.steps(cover.method, cover.questionnaire))
    yield Section("phu_luc_phuong_phap", 1, f"{next(number)}. PHƯƠNG PHÁP TÍNH", tuple(steps))
    names = [factor.name for factor in cover.questionnaire.factors]
    blocks: list[Block] = []
    for group in groups:
        blocks += writer.table(report_annexes.precision_table(group, cover.method))
    for group in groups:
        blocks += writer.table(report_annexes.factor_table(group, names))
    yield Section(
        "phu_luc_do_chinh_xac", 1, f"{next(number)}. SỐ PHIẾU, KHOẢNG TIN CẬY VÀ YẾU TỐ", tuple(blocks)
    )
    forms = [
        *writer.table(report_annexes.forms_table(dossier, groups)),
        *_paragraphs((report_annexes.excluded(dossier), report_annexes.corrected(dossier))),
    ]
    yield Section(
        "phu_luc_phieu", 1, f"{next(number)}. PHIẾU PHÁT RA, THU VỀ, KHÔNG TÍNH VÀ SỬA", tuple(forms)
    )
    checks = [
        *_paragraphs(report_field_work.rechecked(dossier)),
        *writer.table(report_annexes.recheck_table(dossier, groups)),
        *(Paragraph(note, aside=True) for note in report_annexes.validity_notes(dossier, groups)),
    ]
    yield Section("phu_luc_phuc_tra", 1, f"{next(number)}. KẾT QUẢ PHÚC TRA", tuple(checks))
    proof = tuple(_paragraphs(report_annexes.proof(material)))
    yield Section("phu_luc_xac_minh", 1, f"{next(number)}. XÁC MINH", proof)


def _facts(writer: _Writer) -> dict[str, str]:
    material = writer.material
    facts = material.dossier.campaign
    found = {
        "nam": str(writer.this_year),
        "ten_dot": str(facts["name"]),
        "ky_tu": day(facts["period_from"]),
        "ky_den": day(facts["period_to"]),
        "so_phieu": count(material.book.satisfaction["input"]["responses"]),
        "chi_tieu": count(sum(each.quota for each in material.dossier.field_work)),
        "so_don_vi": count(sum(len(group.units) for group in writer.groups)),
        "so_don_vi_khao_sat": count(sum(len(group.surveyed) for group in writer.groups)),
    }
    for group in writer.groups:
        code = slug(group.code)
        figures = {
            "trung_binh": group.mean,
            "diem_khao_sat": group.satisfaction_mean,
            "khoang_cach": group.spread,
        }
        found[f"nhom_{code}"] = leading(group.name)
        found |= {f"{name}_{code}": "–" if value is None else comma(value) for name, value in figures.items()}
    return found
