"""What the public pages say in words, each sentence made of the method and the figures that were frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from scoring.book import ScoreBook
from scoring.method import Method
from survey_app.exports.dossier import FieldWork
from survey_app.exports.doubts import KINDS
from survey_app.exports.material import Material
from survey_app.exports.sentences import comma, count, plain
from survey_app.exports.tables import Cover

Facts = Mapping[str, Any]
NBSP = "\u00a0"


@dataclass(frozen=True)
class Section:
    """A part of the method page: its anchor, heading, sentences, and formulas with what their signs mean."""

    key: str
    heading: str
    sentences: tuple[str, ...]
    formulas: tuple[tuple[str, str], ...] = ()


def period(material: Material) -> str:
    """Return the span of the survey: "01/01/2022 – 31/12/2022"."""
    facts = material.dossier.campaign
    ends = (date.fromisoformat(facts[name]) for name in ("period_from", "period_to"))
    return " – ".join(f"{each:%d/%m/%Y}" for each in ends)


def level(book: ScoreBook) -> str:
    """Return how sure an interval is: "95 %"; empty where the method asks for none."""
    if book.uncertainty is None:
        return ""
    sure = 100 * book.uncertainty["level"]
    return f"{comma(f'{sure:g}')}{NBSP}%"


def counted(material: Material, surveyed: int) -> list[tuple[str, str]]:
    """Return the figures that a reader sees first: responses, units, re-checks."""
    responses = material.book.satisfaction["input"]["responses"]
    units = len(material.book.units)
    checked = len({each.form_code for each in material.dossier.rechecks})
    found = [
        ("phiếu được tính", count(responses)),
        ("cơ quan, đơn vị được xếp hạng", count(units)),
        ("đơn vị được khảo sát", count(surveyed)),
    ]
    return [*found, ("phiếu được phúc tra", count(checked))] if checked else found


def why_no_survey(unit: Facts, cover: Cover) -> str:
    """Return why a unit has no survey points."""
    most, full = Decimal(unit["max_points"]), Decimal(str(float(cover.method.full_maximum)))
    if most >= full:
        return "Đơn vị không có kết quả khảo sát trong lần công bố này."
    return (
        "Đơn vị này không được khảo sát vì không giải quyết thủ tục cho người dân, tổ chức. "
        f"Điểm khảo sát không phải là 0 mà là không có; điểm tối đa của đơn vị là {plain(most)} thay cho {plain(full)}, "
        f"và chỉ số được chia cho {plain(most)}."
    )


def index_made(unit: Facts, standing: Facts | None, method: Method) -> list[str]:
    """Return how a unit's index comes from its points, with the figures put in."""
    if standing is None:
        return []
    if standing["index"] is None:
        missing = "điểm thẩm định" if unit["appraisal_points"] is None else "điểm khảo sát"
        return [f"Chưa có chỉ số: đơn vị chưa có {missing}."]
    most, total = plain(Decimal(unit["max_points"])), comma(standing["total_points"])
    appraisal, survey = comma(unit["appraisal_points"]), unit["satisfaction_points"]
    sums = (
        f"Tổng điểm = điểm thẩm định {appraisal} + điểm khảo sát {comma(survey)} = {total}."
        if survey is not None
        else f"Tổng điểm = điểm thẩm định {appraisal}; đơn vị không có điểm khảo sát."
    )
    index = f"Chỉ số cải cách hành chính = 100 × {total} / {most} = {comma(standing['index'])}{NBSP}%."
    bands = "; ".join(f"từ {plain(_decimal(band.lower))} {band.name}" for band in method.bands)
    return [sums, index, f"Xếp loại {standing['band']} theo chỉ số đã công bố ({bands})."]


def left_out(work: FieldWork | None) -> list[tuple[str, str]]:
    """Return a unit's forms: counted, wanted, left out; figures nobody knows are left out."""
    if work is None:
        return []
    found = [
        ("Được tính", f"{count(work.valid)} trên chỉ tiêu {count(work.quota)} phiếu"),
        ("Phát ra", None if work.issued is None else count(work.issued)),
        ("Không hợp lệ", count(work.invalid)),
        ("Trả lại để sửa, chưa sửa xong", count(work.returned)),
        ("Đã hủy", count(work.void)),
        ("Người dân tự trả lời, đếm riêng", count(work.apart) if work.apart else None),
        ("Chưa thu về", None if work.not_returned is None else count(work.not_returned)),
    ]
    return [(term, told) for term, told in found if told is not None]


def cell_rules(method: Method) -> tuple[str, ...]:
    """Return which figures are not shown, and why nobody can compute them."""
    least = method.publication.smallest_cell
    return (
        f"Ô có từ 1 đến {least - 1} câu trả lời hoặc phiếu không được hiện, để không ai bị nhận ra. Ô bằng 0 vẫn hiện.",
        "Nếu một mức trong các mức 1–3 (hoặc 4–5) quá ít, cả phía đó chỉ hiện tổng.",
        f"Nếu một tiêu chí có dưới {least} người trả lời, mọi tiêu chí của yếu tố đó không hiện.",
        f"Nếu một yếu tố hoặc cả đơn vị có dưới {least} người trả lời, mọi yếu tố và tiêu chí của đơn vị không hiện.",
        "Ô bị ẩn luôn bị ẩn cùng các ô cùng hàng, và không công bố tổng theo mức, nên không lấy tổng trừ ra được.",
        f"Chỉ số của tiêu chí là kết quả được công bố, nên luôn hiện khi có từ {least} người trả lời.",
    )


def method_sections(material: Material) -> tuple[Section, ...]:
    """Return the parts of the method page."""
    method = material.cover.method
    return (
        _from_answers(material),
        _points(method),
        _index(method),
        _sampling(material),
        _sureness(material),
        _rechecks(material),
        _limits(material),
    )


def _decimal(value: Any) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _from_answers(material: Material) -> Section:
    method, questionnaire = material.cover.method, material.cover.questionnaire
    rule = method.index
    top2 = rule.level_rule == "top2"
    told = [
        f"Mỗi phiếu hỏi {len(questionnaire.criteria)} tiêu chí thuộc {len(questionnaire.factors)} yếu tố, mỗi tiêu chí "
        f"một câu trả lời năm mức: {', '.join(f'{n} {name}' for n, name in enumerate(questionnaire.scale.levels, 1))}.",
        "Câu trả lời mức 4 và 5 là hài lòng. Mức 3 nằm trong mẫu số, không nằm trong tử số."
        if top2
        else "Mỗi câu trả lời được tính bằng mức của nó chia cho 5.",
        "Câu “không áp dụng” và câu để trống không nằm trong mẫu số: để trống không phải là không hài lòng.",
    ]
    attained = ("s", "số câu trả lời mức 4 và 5") if top2 else ("Σ mức / 5", "tổng các mức chia cho 5")
    formulas = [
        (f"I = 100 × {attained[0]} / n", f"chỉ số của một tiêu chí; n: số câu đã trả lời; {attained[1]}")
    ]
    if method.uses_general_question:
        told.append("Chỉ số của đơn vị là chỉ số của câu hỏi chung về dịch vụ.")
    elif rule.within_factor == "pooled":
        formulas.append(
            (f"F = 100 × Σ {attained[0]} / Σ n", "chỉ số của một yếu tố, gộp mọi tiêu chí của yếu tố")
        )
    else:
        formulas.append(("F = trung bình các I", "chỉ số của một yếu tố"))
    if not method.uses_general_question:
        weights = {
            "answers": "số câu đã trả lời của yếu tố",
            "criteria": "số tiêu chí của yếu tố",
            "equal": "bằng nhau",
            "custom": "do phương pháp định sẵn",
        }[rule.factor_weights]
        formulas.append(("I = Σ w × F, Σ w = 1", f"chỉ số của đơn vị; w: trọng số của yếu tố, {weights}"))
        if (rule.within_factor, rule.factor_weights) == ("pooled", "answers"):
            told.append(
                "Với trọng số này chỉ số của đơn vị bằng số câu hài lòng chia số câu đã trả lời, gộp cả phiếu."
            )
    return Section("cau-tra-loi", "Từ câu trả lời đến chỉ số hài lòng", tuple(told), tuple(formulas))


def _points(method: Method) -> Section:
    rule = method.points
    most = plain(_decimal(rule.maximum))
    told = [
        f"Điểm khảo sát tính từ chỉ số chưa làm tròn, làm tròn một lần, {rule.decimals} chữ số thập phân, 5 làm tròn lên.",
        f"Đơn vị có dưới {method.smallest_n} phiếu chưa đủ mẫu: không có điểm, không có hạng.",
    ]
    if rule.conversion == "linear":
        formulas = [(f"P = {most} × I / 100", "điểm khảo sát")]
    elif rule.conversion == "threshold":
        full, zero = plain(_decimal(rule.full_from)), plain(_decimal(rule.zero_below))
        formulas = [
            (f"P = {most} × I / {full}", f"từ {full} trở lên được {most} điểm, dưới {zero} được 0 điểm")
        ]
    else:
        formulas = [
            (f"P = {plain(_decimal(step.points))}", f"khi I từ {plain(_decimal(step.lower))} trở lên")
            for step in rule.steps
        ]
    return Section("diem", "Từ chỉ số đến điểm khảo sát", tuple(told), tuple(formulas))


def _index(method: Method) -> Section:
    ties = {
        "competition": "bằng nhau thì cùng hạng và hạng sau bị bỏ qua (1, 2, 2, 4)",
        "dense": "bằng nhau thì cùng hạng (1, 2, 2, 3)",
    }[method.ties]
    on = "giá trị đã công bố" if method.rank_on == "published" else "giá trị chưa làm tròn"
    bands = "; ".join(f"từ {plain(_decimal(band.lower))}: {band.name}" for band in method.bands)
    full = plain(_decimal(method.full_maximum))
    return Section(
        "chi-so",
        "Chỉ số cải cách hành chính, thứ hạng, xếp loại",
        (
            f"Hạng xếp trong từng nhóm theo {on}; {ties}.",
            f"Xếp loại theo chỉ số đã công bố, tính cả cận dưới: {bands}.",
            f"Đơn vị không có thủ tục với người dân, tổ chức có điểm tối đa dưới {full} và không có điểm khảo sát (ghi x).",
            "Dòng trung bình tính từ các chỉ số chưa làm tròn; trung bình điểm khảo sát chỉ tính đơn vị có điểm.",
        ),
        (("X = 100 × (A + P) / T", "A: điểm thẩm định hồ sơ; P: điểm khảo sát; T: điểm tối đa của đơn vị"),),
    )


def _sampling(material: Material) -> Section:
    work = [each for each in material.dossier.field_work if each.surveyed]
    total = {name: sum(getattr(each, name) for each in work) for name in ("quota", "valid", "invalid")}
    total |= {name: sum(getattr(each, name) for each in work) for name in ("returned", "void", "apart")}
    told = [
        "Người được hỏi là người dân, đại diện tổ chức đã làm xong thủ tục tại đơn vị trong kỳ khảo sát "
        f"({period(material)}).",
        f"Chỉ tiêu {count(total['quota'])} phiếu cho {len(work)} đơn vị; {count(total['valid'])} phiếu hợp lệ được tính.",
        f"Không tính: {count(total['invalid'])} phiếu không hợp lệ, {count(total['returned'])} phiếu trả lại chưa sửa xong, "
        f"{count(total['void'])} phiếu đã hủy, {count(total['apart'])} phiếu người dân tự trả lời được đếm riêng.",
        "Phiếu hỏi về đơn vị cấp dưới được tính một lần cho đơn vị cấp trên trong đợt.",
    ]
    if work and all(each.issued is not None for each in work):
        told.insert(2, f"Theo danh sách mẫu đã phát {count(sum(each.issued or 0 for each in work))} phiếu.")
    return Section("chon-mau", "Hỏi ai, bao nhiêu phiếu", tuple(told))


def _sureness(material: Material) -> Section:
    book = material.book
    if book.uncertainty is None:
        return Section("chac-den-dau", "Chắc đến đâu", ("Phương pháp của đợt không tính khoảng tin cậy.",))
    sure = level(book)
    return Section(
        "chac-den-dau",
        "Chắc đến đâu",
        (
            f"Chỉ một phần người đã giao dịch được hỏi. Khoảng tin cậy {sure} cho biết chỉ số thật có thể nằm ở đâu nếu hỏi mọi "
            f"người; công thức {KINDS[book.uncertainty['kind']]}, có tính đến việc phiếu của một điều tra viên giống nhau hơn.",
            "Hạng có thể: mọi cặp đơn vị trong nhóm được so với nhau; đơn vị không phân biệt được thì có thể đổi chỗ cho nhau. "
            f"Hai hạng ghi bên cạnh là hạng tốt nhất và thấp nhất còn có thể, tin cậy {sure} cho cả nhóm cùng lúc.",
            "Khoảng tin cậy không làm đổi điểm và thứ hạng.",
        ),
    )


def _rechecks(material: Material) -> Section:
    dossier = material.dossier
    if not dossier.rechecks:
        return Section("phuc-tra", "Phúc tra", ("Đợt này không có kết luận phúc tra nào khi công bố.",))
    verdicts: dict[str, int] = {}
    for each in dossier.rechecks:
        verdicts[each.verdict] = verdicts.get(each.verdict, 0) + 1
    names = {"confirmed": "đạt", "failed": "không đạt", "unreachable": "không liên hệ được"}
    told = ", ".join(f"{count(verdicts.get(code, 0))} {name}" for code, name in names.items())
    draws = [each for each in dossier.draws if each.kind == "random"]
    checked = len({each.form_code for each in dossier.rechecks})
    return Section(
        "phuc-tra",
        "Phúc tra",
        (
            "Hai cơ quan độc lập – Mặt trận Tổ quốc và Hội Cựu chiến binh – liên hệ lại một phần người đã trả lời và hỏi lại.",
            f"{len(draws)} lần rút thăm ngẫu nhiên bằng số bí mật của ba bên: không bên nào chọn được phiếu, và ai cũng tính "
            "lại được từ biên bản trong gói kiểm chứng.",
            f"{count(checked)} phiếu có kết luận; {count(len(dossier.rechecks))} kết luận của hai cơ quan: {told}.",
            "Phúc tra không sửa câu trả lời gốc. Kết quả theo từng đơn vị ở trang của đơn vị.",
        ),
    )


def _limits(material: Material) -> Section:
    method, questionnaire = material.cover.method, material.cover.questionnaire
    rule = method.publication
    return Section(
        "gioi-han",
        "Giới hạn",
        (
            "Kết quả nói về người đã làm xong thủ tục và trả lời, không nói về mọi người dân.",
            "Hai đơn vị có khoảng hạng chồng lên nhau thì không nên coi hạng trên là tốt hơn.",
            f"Dưới {rule.caution_n} phiếu hoặc khoảng tin cậy rộng hơn {comma(f'{rule.caution_width:g}')} điểm phần trăm được "
            "công bố kèm lưu ý.",
            f"Số có dưới {rule.smallest_cell} câu trả lời trong một ô không hiện, xem trang Dữ liệu.",
            f"Phương pháp: {method.title}. {method.note}",
            f"Bộ câu hỏi: {questionnaire.title}. {questionnaire.note}",
        ),
    )
