"""What a report says of how the survey was done: whom it was about, what was asked, forms in and out, re-checks."""

from collections import Counter
from collections.abc import Sequence

from scoring.questionnaire import Questionnaire
from survey_app.exports.dossier import Dossier
from survey_app.exports.material import Material
from survey_app.exports.report_standings import Group
from survey_app.exports.report_words import day, leading, listed, units, within
from survey_app.exports.sentences import comma, count

VERDICTS = (("confirmed", "đạt"), ("failed", "không đạt"), ("unreachable", "không liên hệ được"))
BODIES = {"front": "Mặt trận Tổ quốc", "veterans": "Hội Cựu chiến binh"}
DRAWS = {"random": "ngẫu nhiên"}


def scope(material: Material, groups: Sequence[Group]) -> list[str]:
    """Return whom the survey is about: units by group, quotas, the days asked about."""
    facts = material.dossier.campaign
    told = [
        f"Khảo sát hỏi về việc giải quyết thủ tục từ ngày {day(facts['period_from'])} đến ngày {day(facts['period_to'])}."
    ]
    for group in groups:
        quota = sum(each.quota for each in material.dossier.field_work if each.group == group.code)
        who = (
            f"trong đó {units(len(group.surveyed))} được khảo sát"
            if group.unsurveyed
            else "đều được khảo sát"
        )
        told.append(
            f"Nhóm {within(group.name)}: {units(len(group.units))}, {who}"
            + (f" với chỉ tiêu {count(quota)} phiếu." if quota else ".")
        )
    whole = sum(each.quota for each in material.dossier.field_work)
    if len(groups) > 1 and whole:
        told.append(f"Chỉ tiêu chung là {count(whole)} phiếu.")
    return told


def questions(questionnaire: Questionnaire) -> list[str]:
    """Return what was asked: factors with their numbers of criteria, and the scale."""
    factors = [f"{factor.name} ({len(factor.criteria)} tiêu chí)" for factor in questionnaire.factors]
    whole = sum(len(factor.criteria) for factor in questionnaire.factors)
    numbered = [f"({place}) {text}" for place, text in enumerate(factors, 1)]
    levels = listed([f"{place} {name}" for place, name in enumerate(questionnaire.scale.levels, 1)])
    return [
        f"Bộ câu hỏi “{questionnaire.title}” có {whole} tiêu chí thuộc {len(factors)} yếu tố: {listed(numbered)}.",
        f"Mỗi tiêu chí trả lời theo năm mức: {levels}; người trả lời có thể chọn “{questionnaire.scale.not_applicable}”.",
    ]


def collected(material: Material) -> list[str]:
    """Return the forms in and out: issued = valid + invalid + void + not returned, where it is known how many were issued."""
    work = material.dossier.field_work
    valid, invalid, void = (
        sum(getattr(each, name) for each in work) for name in ("valid", "invalid", "void")
    )
    returned, apart = (sum(getattr(each, name) for each in work) for name in ("returned", "apart"))
    told = [f"Kết quả tính trên {count(material.book.satisfaction['input']['responses'])} phiếu hợp lệ."]
    if any(each.issued is not None for each in work):
        issued = sum(each.issued or 0 for each in work)
        missing = sum(each.not_returned or 0 for each in work)
        told.append(
            f"Phát ra {count(issued)} phiếu, gồm {count(valid)} phiếu hợp lệ, {count(invalid)} phiếu không hợp lệ, "
            f"{count(void)} phiếu bị hủy và {count(missing)} phiếu chưa thu về."
        )
    else:
        told.append(
            f"Thu về {count(valid + invalid + void)} phiếu: {count(valid)} phiếu hợp lệ, {count(invalid)} phiếu không hợp lệ, "
            f"{count(void)} phiếu bị hủy; đợt không có danh sách mẫu nên không biết số phiếu đã phát ra."
        )
    if returned:
        told.append(f"{count(returned)} phiếu đang trả lại để sửa, không được tính.")
    if apart:
        told.append(f"{count(apart)} phiếu người dân tự trả lời được đếm riêng, không được tính vào điểm.")
    return told


def rechecked(dossier: Dossier) -> list[str]:
    """Return what was drawn for a re-check and what its verdicts are, body by body."""
    if not dossier.rechecks:
        drawn = sum(each.members for each in dossier.draws)
        if drawn:
            return [f"Đã rút {count(drawn)} phiếu để phúc tra; chưa có kết luận nào khi tính kết quả này."]
        return ["Chưa phiếu nào được rút để phúc tra khi tính kết quả này."]
    told = [
        f"Lần rút {each.number} ({DRAWS.get(each.kind, 'bổ sung')}) lấy {count(each.members)} phiếu để phúc tra."
        for each in dossier.draws
    ]
    for body, name in BODIES.items():
        given = Counter(each.verdict for each in dossier.rechecks if each.body == body)
        if given:
            parts = listed([f"{count(given[verdict])} {word}" for verdict, word in VERDICTS])
            told.append(f"{name} kết luận {count(sum(given.values()))} phiếu: {parts}.")
    told.append("Phúc tra không sửa câu trả lời gốc; phiếu không đạt chỉ bị hủy khi người thứ hai xác nhận.")
    return told


def reliability(material: Material, groups: Sequence[Group]) -> list[str]:
    """Return how far the figures carry: intervals, ranks that cannot be told apart, doubts of the sources."""
    told = []
    if material.dossier.campaign["made_up"]:
        told.append(
            "Câu trả lời của đợt này là dữ liệu minh họa do phần mềm sinh ra, không phải ý kiến thật của người dân."
        )
    told += [*_intervals(groups), *_ranks(material, groups)]
    told += [
        f"{leading(each.rstrip('.'))}."
        for each in (material.cover.questionnaire.note, material.cover.method.note)
        if each
    ]
    if not material.dossier.rechecks:
        told.append("Kết quả chưa được phúc tra nên chưa có ước lượng về phiếu không đạt.")
    return told


def _intervals(groups: Sequence[Group]) -> list[str]:
    found = {
        group.name_of(each["unit"]): each["interval"]
        for group in groups
        for each in group.surveyed
        if each["interval"] and each["interval"]["low"] is not None
    }
    if not found:
        return ["Chưa tính được khoảng tin cậy của chỉ số hài lòng."]
    widths = {name: each["high"] - each["low"] for name, each in found.items()}
    level = comma(f"{100 * next(iter(found.values()))['level']:g}")
    widest = max(widths, key=lambda name: widths[name])
    shown = [
        f"{widths[name]:.1f}".replace(".", ",")
        for name in (min(widths, key=lambda name: widths[name]), widest)
    ]
    if len(found) == 1:
        return [
            f"Khoảng tin cậy {level} % của chỉ số hài lòng của {widest} rộng {shown[1]} điểm phần trăm (Phụ lục II)."
        ]
    return [
        f"Khoảng tin cậy {level} % của chỉ số hài lòng từng đơn vị rộng từ {shown[0]} đến {shown[1]} điểm phần trăm; "
        f"rộng nhất là {widest} (Phụ lục II)."
    ]


def _ranks(material: Material, groups: Sequence[Group]) -> list[str]:
    """Return which neighbours by survey points the sample cannot tell apart."""
    told = []
    found = {each["group"]: each for each in (material.book.uncertainty or {"groups": []})["groups"]}
    for group in groups:
        pairs = found.get(group.code, {"neighbours": []})["neighbours"]
        apart = sum(1 for each in pairs if each["told_apart"])
        if pairs and apart == len(pairs):
            told.append(
                f"Nhóm {within(group.name)}: mọi cặp đơn vị liền kề về điểm khảo sát khác nhau rõ về thống kê."
            )
        elif pairs:
            alike = f"{len(pairs) - apart} trong {len(pairs)} cặp" if apart else f"cả {len(pairs)} cặp"
            told.append(
                f"Nhóm {within(group.name)}: {alike} đơn vị liền kề về điểm khảo sát chưa phân biệt được về thống kê; "
                "thứ hạng của các cặp này có thể đổi nếu khảo sát lại."
            )
    return told
