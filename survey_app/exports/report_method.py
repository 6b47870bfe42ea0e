"""The method annex: every formula in words, with the figures of the method that was used."""

from collections.abc import Iterator
from fractions import Fraction

from scoring.method import NO_INTERVAL, IndexRule, Method, PointsRule
from scoring.points import half_up
from scoring.questionnaire import Questionnaire
from survey_app.exports.doubts import KINDS
from survey_app.exports.report_words import SPACE, listed
from survey_app.exports.sentences import comma, plain

RANK_INTERVALS = {
    "holm": "so mọi cặp trong nhóm, điều chỉnh Holm",
    "bonferroni": "so mọi cặp trong nhóm, điều chỉnh Bonferroni",
    "bootstrap": "lấy mẫu lại",
}
TIES = {
    "competition": "bằng nhau thì cùng hạng và bỏ hạng kế tiếp (1, 2, 2, 4)",
    "dense": "bằng nhau thì cùng hạng và hạng kế tiếp liền sau (1, 2, 2, 3)",
}
MEASURED = {
    "top2": "tỷ lệ câu trả lời hài lòng (mức 4 và 5): 100 × số câu mức 4, 5 / số câu đã trả lời",
    "mean5": "mức trung bình chia cho 5: 100 × tổng mức / (5 × số câu đã trả lời)",
}


def steps(method: Method, questionnaire: Questionnaire) -> Iterator[str]:
    """Yield how answers become points and points an index, one sentence or two a step, in the order of computing."""
    yield f"Phương pháp “{method.title}” (mã {method.code}). Nguồn: {method.source}."
    yield _valid(method, questionnaire)
    yield f"Chỉ số của một tiêu chí là {MEASURED[method.index.level_rule]}."
    yield (
        "Câu để trống và câu “không áp dụng” không nằm trong mẫu số; tiêu chí không có câu trả lời thì không có chỉ số và "
        "không được coi là 0."
    )
    if method.uses_general_question:
        yield "Chỉ số hài lòng của đơn vị là chỉ số của câu hỏi chung về dịch vụ."
    else:
        yield from _index(method.index, questionnaire)
    yield _points(method.points)
    yield f"Đơn vị có dưới {method.smallest_n} phiếu được ghi “chưa đủ mẫu” và không có điểm khảo sát."
    most = plain(half_up(method.full_maximum, 6))
    yield (
        f"Chỉ số cải cách hành chính = 100 × (điểm thẩm định + điểm khảo sát) / điểm tối đa của đơn vị; điểm tối đa là {most}, "
        "đơn vị không khảo sát có điểm tối đa thấp hơn và chỉ tính điểm thẩm định."
    )
    yield (
        "Trung bình của nhóm là trung bình cộng các Chỉ số chưa làm tròn; trung bình điểm khảo sát là trung bình cộng điểm của "
        "các đơn vị có điểm khảo sát. Khoảng cách là Chỉ số cao nhất trừ Chỉ số thấp nhất, theo số công bố."
    )
    yield f"Mọi số công bố làm tròn một lần đến {method.points.decimals} chữ số thập phân, 5 làm tròn lên."
    yield _ranks(method)
    yield _bands(method)
    yield _interval(method)


def _valid(method: Method, questionnaire: Questionnaire) -> str:
    names = [each.name for each in questionnaire.factors if each.number in method.validity.factors]
    share = comma(format(half_up(100 * method.validity.share, 6).normalize(), "f"))
    return f"Phiếu hợp lệ khi trả lời ít nhất {share}{SPACE}% số tiêu chí của các yếu tố: {listed(names)}."


def _index(rule: IndexRule, questionnaire: Questionnaire) -> Iterator[str]:
    if (rule.within_factor, rule.factor_weights) == ("pooled", "answers"):
        yield (
            "Chỉ số của một yếu tố gộp mọi câu trả lời của các tiêu chí trong yếu tố. Chỉ số hài lòng của đơn vị gộp mọi câu "
            "trả lời của mọi tiêu chí, tức trọng số của yếu tố là tỷ lệ câu trả lời thuộc yếu tố đó."
        )
    else:
        yield {
            "pooled": "Chỉ số của một yếu tố gộp mọi câu trả lời của các tiêu chí trong yếu tố.",
            "criterion_mean": "Chỉ số của một yếu tố là trung bình cộng chỉ số các tiêu chí của yếu tố.",
        }[rule.within_factor]
        yield f"Chỉ số hài lòng của đơn vị = tổng (trọng số × chỉ số yếu tố); {_weights(rule, questionnaire)}."
    yield {
        "reweight": "Yếu tố không có câu trả lời nào được bỏ ra, trọng số chia lại cho các yếu tố còn lại; đơn vị được đánh dấu.",
        "withhold": "Đơn vị có yếu tố không có câu trả lời nào thì không có chỉ số.",
    }[rule.undefined_factor]


def _weights(rule: IndexRule, questionnaire: Questionnaire) -> str:
    if rule.factor_weights == "custom":
        given = [
            f"{factor.name} {comma(half_up(Fraction(rule.weights[factor.code]), 4).normalize())}"
            for factor in questionnaire.factors
        ]
        return f"trọng số: {listed(given)}"
    return {
        "answers": "trọng số là tỷ lệ câu trả lời thuộc yếu tố",
        "criteria": "trọng số là tỷ lệ số tiêu chí của yếu tố",
        "equal": "các yếu tố có trọng số bằng nhau",
    }[rule.factor_weights]


def _points(rule: PointsRule) -> str:
    most = plain(half_up(rule.maximum, 6))
    if rule.conversion == "step":
        given = [
            f"từ {plain(half_up(step.lower, 6))}{SPACE}% được {plain(half_up(step.points, 6))} điểm"
            for step in rule.steps
        ]
        return f"Điểm khảo sát quy đổi theo bậc: {listed(given)}."
    if rule.conversion == "threshold":
        full, zero = (plain(half_up(each, 6)) for each in (rule.full_from, rule.zero_below))
        return (
            f"Điểm khảo sát: từ {full}{SPACE}% được {most} điểm, dưới {zero}{SPACE}% được 0 điểm, "
            f"ở giữa = {most} × chỉ số / {full}."
        )
    return f"Điểm khảo sát = {most} × chỉ số hài lòng / 100, tính từ chỉ số chưa làm tròn."


def _ranks(method: Method) -> str:
    value = {"published": "số công bố", "unrounded": "số chưa làm tròn"}[method.rank_on]
    return f"Xếp hạng trong từng nhóm theo {value}; {TIES[method.ties]}."


def _bands(method: Method) -> str:
    given = [
        f"{band.name} từ {plain(half_up(band.lower, 6))}{SPACE}%"
        if band.lower
        else f"{band.name} khi thấp hơn"
        for band in method.bands
    ]
    return f"Xếp loại theo Chỉ số công bố: {listed(given)}; cận dưới thuộc về loại."


def _interval(method: Method) -> str:
    if method.interval == NO_INTERVAL:
        return "Phương pháp này không tính khoảng tin cậy."
    return (
        f"Khoảng tin cậy theo công thức {KINDS[method.interval]}, phiếu của một điều tra viên ở một đơn vị là một cụm; "
        f"khoảng thứ hạng: {RANK_INTERVALS[method.rank_interval]}."
    )
