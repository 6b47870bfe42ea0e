"""The method as a sheet: what is computed in words and as a formula, from the method and questionnaire that were pinned."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from scoring.method import NO_INTERVAL, IndexRule, Method, PointsRule
from scoring.points import half_up
from scoring.questionnaire import Questionnaire
from survey_app.exports.doubts import KINDS
from survey_app.exports.sentences import plain
from survey_app.exports.tables import Column, Row, Table

Line = tuple[str, str, str]
_SPACE = "\u00a0"
_TIES = {
    "competition": ("bằng nhau thì cùng hạng, bỏ hạng kế tiếp", "1, 2, 2, 4"),
    "dense": ("bằng nhau thì cùng hạng, hạng kế tiếp liền sau", "1, 2, 2, 3"),
}
_RANK_INTERVALS = {
    "holm": "so mọi cặp đơn vị trong nhóm, điều chỉnh Holm",
    "bonferroni": "so mọi cặp đơn vị trong nhóm, điều chỉnh Bonferroni",
    "bootstrap": "lấy mẫu lại",
}
_INTERVALS = {
    "modelled-deff-wilson": "(p + z²/2n* ± z√(p(1−p)/n* + z²/4n*²)) / (1 + z²/n*), n* = cỡ mẫu hiệu dụng, z = 1,96",
    "modelled-deff-jeffreys": "phân vị 2,5 % và 97,5 % của Beta(p·n* + ½; (1−p)·n* + ½)",
    "korn-graubard": "Clopper–Pearson với n* = p(1−p)/v · (t(n−1)/t(df))²",
    "korn-graubard-capped": "Clopper–Pearson với n* = min(n; p(1−p)/v · (t(n−1)/t(df))²)",
    "clopper-pearson": "Clopper–Pearson với n phiếu",
    "logit-t": "logit p ± t(df)·se/(p(1−p)), đổi ngược lại",
    "wald": "p ± t(df)·se, chặn ở 0 và 100",
}


def method_table(method: Method, questionnaire: Questionnaire) -> Table:
    """Return the method step by step: its name, in words, as a formula."""
    columns = (Column("Mục", width=28), Column("Nội dung", width=90), Column("Công thức", width=70))
    lines = (
        *_asked(questionnaire, method),
        *_index(method, questionnaire),
        *_points(method),
        *_ranking(method),
        *_doubt(method),
        ("Nguồn của phương pháp", f"{method.source}. {method.note}", ""),
        ("Nguồn của bộ câu hỏi", f"{questionnaire.source}. {questionnaire.note}", ""),
    )
    return Table("Phương pháp", "Từ phiếu đến điểm và chỉ số", columns, tuple(map(Row, lines)))


def _plain(value: Fraction) -> str:
    return plain(half_up(value, 6))


def _percent(value: Fraction) -> str:
    return f"{_plain(value)}{_SPACE}%"


def _asked(questionnaire: Questionnaire, method: Method) -> Iterator[Line]:
    factors = "; ".join(
        f"{each.number}. {each.name} ({len(each.criteria)} tiêu chí)" for each in questionnaire.factors
    )
    yield (
        "Bộ câu hỏi",
        f"{questionnaire.title} ({questionnaire.code}): {len(questionnaire.criteria)} tiêu chí. {factors}.",
        "",
    )
    levels = "; ".join(f"{place} {name}" for place, name in enumerate(questionnaire.scale.levels, 1))
    yield (
        "Thang đo",
        f"{levels}. “{questionnaire.scale.not_applicable}” và để trống không phải là một mức.",
        "",
    )
    yield "Phương pháp", f"{method.title} ({method.code})", ""
    names = [each.name for each in questionnaire.factors if each.number in method.validity.factors]
    yield (
        "Phiếu hợp lệ",
        f"Trả lời ít nhất {_percent(100 * method.validity.share)} số tiêu chí (không kể “không áp dụng”) của các yếu tố: "
        f"{'; '.join(names)}.",
        f"số tiêu chí đã trả lời / số tiêu chí áp dụng ≥ {_plain(method.validity.share)}",
    )


def _index(method: Method, questionnaire: Questionnaire) -> Iterator[Line]:
    rule = method.index
    top2 = rule.level_rule == "top2"
    yield (
        "Chỉ số tiêu chí",
        "Tỷ lệ câu trả lời mức 4 và 5 trong các câu đã trả lời. Không có câu trả lời thì không có chỉ số, không phải 0."
        if top2
        else "Mức trung bình của các câu đã trả lời, chia cho 5. Không có câu trả lời thì không có chỉ số, không phải 0.",
        "I(c) = 100 × s(c) / n(c); n(c): số câu mức 1–5, s(c): số câu mức 4, 5"
        if top2
        else "I(c) = 100 × Σ mức / (5 × n(c)); n(c): số câu mức 1–5",
    )
    if method.uses_general_question:
        yield "Chỉ số đơn vị", "Chỉ số của câu hỏi chung về dịch vụ.", "I = I(câu hỏi chung)"
        return
    pooled = rule.within_factor == "pooled"
    part = "s" if top2 else "Σ mức / 5"
    yield (
        "Chỉ số yếu tố",
        "Gộp mọi câu trả lời của các tiêu chí trong yếu tố."
        if pooled
        else "Trung bình cộng chỉ số các tiêu chí có câu trả lời của yếu tố.",
        f"F(k) = 100 × Σ {part} / Σ n, trên các tiêu chí của yếu tố k"
        if pooled
        else "F(k) = Σ I(c) / số tiêu chí",
    )
    yield "Chỉ số đơn vị", "Tổng chỉ số các yếu tố nhân với trọng số.", "I = Σ w(k) × F(k), Σ w(k) = 1"
    yield "Trọng số yếu tố", *_weights(rule, questionnaire)
    yield (
        "Yếu tố không ai trả lời",
        "Bỏ ra, trọng số chia lại cho các yếu tố còn lại; đơn vị được đánh dấu."
        if rule.undefined_factor == "reweight"
        else "Đơn vị không có chỉ số.",
        "",
    )


def _weights(rule: IndexRule, questionnaire: Questionnaire) -> tuple[str, str]:
    if rule.factor_weights == "custom":
        given = "; ".join(f"{each.name}: {_plain(rule.weights[each.code])}" for each in questionnaire.factors)
        return f"Do phương pháp đặt: {given}.", "w(k) cho trước"
    return {
        "answers": (
            "Theo số câu đã trả lời của yếu tố.",
            "w(k) = Σ n(c) của yếu tố k / Σ n(c) của mọi yếu tố",
        ),
        "criteria": (
            "Theo số tiêu chí có câu trả lời của yếu tố.",
            "w(k) = số tiêu chí của yếu tố k / số tiêu chí",
        ),
        "equal": ("Bằng nhau.", "w(k) = 1 / số yếu tố"),
    }[rule.factor_weights]


def _points(method: Method) -> Iterator[Line]:
    rule, most = method.points, _plain(method.points.maximum)
    yield "Điểm khảo sát", *_conversion(rule, most)
    yield (
        "Làm tròn",
        f"Một lần, từ giá trị chính xác, đến {rule.decimals} chữ số thập phân, 5 làm tròn lên.",
        "6/11 × 10 = 5,4545… → 5,45",
    )
    yield (
        "Cỡ mẫu tối thiểu",
        f"Dưới {method.smallest_n} phiếu: “chưa đủ mẫu”, không có điểm và thứ hạng.",
        f"n ≥ {method.smallest_n}",
    )
    yield (
        "Điểm góp của yếu tố",
        "Phần của yếu tố trong điểm khảo sát; các phần làm tròn riêng nên có thể không cộng đúng bằng điểm.",
        "P × w(k) × F(k) / I",
    )


def _conversion(rule: PointsRule, most: str) -> tuple[str, str]:
    if rule.conversion == "step":
        steps = "; ".join(f"từ {_percent(each.lower)}: {_plain(each.points)} điểm" for each in rule.steps)
        return f"Quy đổi theo bậc: {steps}.", "P = điểm của bậc cao nhất có cận dưới ≤ I"
    if rule.conversion == "threshold":
        full, zero = _percent(rule.full_from), _percent(rule.zero_below)
        words = f"Từ {full} được {most} điểm, dưới {zero} được 0 điểm, ở giữa theo tỷ lệ."
        return words, f"P = {most} × I / {_plain(rule.full_from)}"
    return f"Theo tỷ lệ, tối đa {most} điểm, từ chỉ số chưa làm tròn.", f"P = {most} × I / 100"


def _ranking(method: Method) -> Iterator[Line]:
    full = _plain(method.full_maximum)
    yield (
        "Chỉ số cải cách hành chính",
        "Điểm thẩm định cộng điểm khảo sát, trên điểm tối đa của đơn vị.",
        "X = 100 × (A + P) / T; A: điểm thẩm định, P: điểm khảo sát, T: điểm tối đa",
    )
    yield (
        "Đơn vị không khảo sát",
        f"Điểm tối đa dưới {full}: không có thủ tục nên không khảo sát; điểm khảo sát ghi “x”, không phải 0, "
        "và không vào trung bình khảo sát.",
        "X = 100 × A / T",
    )
    bands = "; ".join(f"{each.name} từ {_plain(each.lower)}" for each in method.bands)
    yield "Xếp loại", f"Theo chỉ số công bố (đã làm tròn), cận dưới thuộc về loại: {bands}.", "X ≥ cận dưới"
    value = {"published": "giá trị công bố", "unrounded": "giá trị chưa làm tròn"}[method.rank_on]
    words, example = _TIES[method.ties]
    incomplete = "" if method.rank_incomplete else "; đơn vị thiếu một yếu tố thì không có hạng"
    yield "Thứ hạng", f"Trong nhóm, theo {value}, cao trước; {words}{incomplete}.", example
    yield (
        "Trung bình của nhóm",
        "Trung bình cộng các chỉ số chưa làm tròn. "
        "Trung bình điểm khảo sát: trung bình cộng điểm công bố của các đơn vị có điểm.",
        "Σ X / số đơn vị có X; Σ P / số đơn vị có P",
    )


def _doubt(method: Method) -> Iterator[Line]:
    if method.interval == NO_INTERVAL:
        yield "Khoảng tin cậy", "Phương pháp này không tính khoảng tin cậy.", ""
        return
    yield (
        "Khoảng tin cậy",
        f"95{_SPACE}%, công thức {KINDS[method.interval]}; phiếu của một điều tra viên ở một đơn vị là một cụm.",
        _INTERVALS[method.interval],
    )
    yield "Hạng có thể", f"95{_SPACE}%: {_RANK_INTERVALS[method.rank_interval]}.", ""
    rule = method.publication
    yield (
        "Quy tắc công bố",
        f"Dưới {rule.smallest_n} phiếu hoặc khoảng rộng quá {_wide(rule.widest)} điểm phần trăm: chưa đủ mẫu. "
        f"Dưới {rule.caution_n} phiếu, dưới {rule.caution_df} bậc tự do hoặc rộng quá {_wide(rule.caution_width)}: "
        "công bố kèm lưu ý.",
        "",
    )


def _wide(value: float) -> str:
    return plain(Decimal(str(value)))
