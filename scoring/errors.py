"""Every refusal of the scorer: one family of errors and one catalogue of sentences."""

from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction

SHOWN_PROBLEMS = 50

SENTENCES = {
    # Files and their form.
    "file_missing": "{where}: không tìm thấy tệp. Hãy kiểm tra đường dẫn và tên tệp.",
    "file_unreadable": "{where}: không đọc được tệp ({reason}). Hãy kiểm tra quyền đọc và đường dẫn.",
    "file_unwritable": "{where}: không ghi được tệp ({reason}). Hãy kiểm tra thư mục và quyền ghi.",
    "file_kind": "{where}: chỉ nhận tệp .csv hoặc .xlsx. Hãy lưu lại tệp theo một trong hai dạng này.",
    "file_not_as_named": (
        "{where}: nội dung không phải là tệp {kind} như tên gọi. Hãy lưu lại đúng định dạng."
    ),
    "file_empty": "{where}: tệp không có dòng nào. Hãy thêm dòng tiêu đề và các phiếu.",
    "not_utf8": "{where}: tệp không dùng bảng mã UTF-8. Hãy lưu lại dưới dạng CSV UTF-8.",
    "csv_broken": "{where}: dấu ngoặc kép không khớp gần dòng {row}. Hãy sửa dòng này rồi lưu lại.",
    "archive_too_large": (
        "{where}: tệp nén bung ra quá lớn ({reason}). Hãy lưu lại bảng tính chỉ với dữ liệu cần thiết."
    ),
    "archive_broken": (
        "{where}: tệp .xlsx bị hỏng hoặc có mật khẩu ({reason}). Hãy mở và lưu lại bằng phần mềm bảng tính."
    ),
    "archive_nested": (
        "{where}: trong tệp có một tệp nén khác ({name}). Hãy mở tệp, xóa phần nhúng thêm rồi lưu lại dưới dạng .xlsx."
    ),
    "archive_names": (
        "{where}: trong tệp có tệp con mang tên lạ hoặc trùng tên ({name}). Hãy mở và lưu lại bằng phần mềm bảng tính."
    ),
    "file_password": (
        "{where}: tệp có mật khẩu nên không đọc được. Hãy mở tệp, bỏ mật khẩu (Tệp › Thông tin › Bảo vệ) rồi lưu lại."
    ),
    "file_old_excel": (
        "{where}: đây là tệp Excel 97–2003 (.xls). Hãy mở tệp và chọn Lưu thành › Sổ làm việc Excel (.xlsx)."
    ),
    "file_is_html": (
        "{where}: nội dung là một trang web (HTML), không phải bảng tính. "
        "Hãy mở tệp bằng Excel và chọn Lưu thành › Sổ làm việc Excel (.xlsx)."
    ),
    "sheet_too_wide": (
        "{where}: trang tính có ô ngoài vùng cho phép ({reason}). Hãy xóa các ô thừa rồi lưu lại."
    ),
    # Columns and cells of a table.
    "column_missing": "{where}: thiếu cột {column}. Hãy thêm cột này vào dòng tiêu đề{hint}.",
    "columns_many": "{where}: tiêu đề có {found} cột; tối đa {most}. Hãy kiểm tra dấu phân cách.",
    "column_twice": "{where}: cột {column} có hai lần. Hãy bỏ hoặc đổi tên một cột.",
    "row_width": (
        "{where}, dòng {row}: có {found} ô trong khi tiêu đề có {expected} cột. Hãy kiểm tra dấu phân cách."
    ),
    "cell_answer": (
        "{where}, dòng {row}, cột {column}: “{value}” không phải câu trả lời. "
        "Hãy ghi 1, 2, 3, 4, 5, để trống (không trả lời) hoặc NA (không áp dụng)."
    ),
    "cell_missing": "{where}, dòng {row}, cột {column}: đang để trống. Hãy điền giá trị.",
    "cell_code": "{where}, dòng {row}, cột {column}: “{value}” có ký tự không nhìn thấy. Hãy gõ lại mã.",
    "cell_number": (
        "{where}, dòng {row}, cột {column}: “{value}” không phải số hợp lệ. "
        "Hãy ghi chữ số thường với một dấu thập phân, ví dụ 85,50 hoặc 85.50."
    ),
    "cell_whole": (
        "{where}, dòng {row}, cột {column}: “{value}” không phải số nguyên. "
        "Hãy ghi liền các chữ số, ví dụ 1140."
    ),
    "cell_positive": "{where}, dòng {row}, cột {column}: “{value}” phải lớn hơn 0. Hãy sửa giá trị.",
    "form_twice": (
        "{where}, dòng {row}, cột form_code: mã phiếu “{value}” đã có ở dòng {first}. Hãy giữ một dòng."
    ),
    "unit_twice": "{where}, dòng {row}, cột unit: đơn vị “{value}” đã có ở dòng {first}. Hãy giữ một dòng.",
    "form_unknown": "{where}, dòng {row}, cột form_code: không có phiếu “{value}” trong tệp phiếu. Hãy sửa mã phiếu.",
    "cell_moment": (
        "{where}, dòng {row}, cột {column}: “{value}” không phải thời điểm dạng 2026-11-25T08:30:00. Hãy sửa hoặc để trống."
    ),
    "unit_unknown": (
        "{where}: đơn vị “{value}” có phiếu nhưng không có trong danh sách đơn vị. "
        "Hãy sửa mã hoặc thêm đơn vị."
    ),
    "points_over_maximum": (
        "{where}, đơn vị {unit}: tổng điểm {total} vượt điểm tối đa {maximum}. Hãy kiểm tra lại các cột điểm."
    ),
    "component_over_maximum": (
        "{where}, đơn vị {unit}: điểm khảo sát {value} vượt mức tối đa {maximum} của phương pháp. Hãy kiểm tra lại."
    ),
    "problems_more": "… và {count} lỗi khác. Hãy sửa các lỗi trên rồi chạy lại.",
    # Answers that arrive as data.
    "criterion_unknown": (
        "{where}: tiêu chí “{value}” không có trong phiếu {questionnaire}{hint}. Hãy sửa mã tiêu chí."
    ),
    "level_unknown": "{where}: “{value}” không phải mức trả lời. Hãy dùng 1–5, NA hoặc để trống.",
    "packed_length": (
        "{where}: chuỗi trả lời dài {found} ký tự, không khớp {expected} tiêu chí một phiếu. "
        "Hãy kiểm tra phiên bản phiếu."
    ),
    "packed_character": "{where}: chuỗi trả lời có ký tự “{value}” lạ. Chỉ dùng 1–5, N và -.",
    "tally_mismatch": (
        "Không cộng được hai bảng đếm của hai danh sách tiêu chí khác nhau. "
        "Hãy dùng cùng một phiên bản phiếu."
    ),
    "tally_part": "Đơn vị {unit}: phần bị trừ không nằm trong bảng đếm. Hãy trừ đúng phần đã đếm.",
    "book_broken": "Kết quả tính điểm lưu lại bị hỏng hoặc bị sửa ({reason}). Hãy tính lại.",
    # Questionnaires and methods.
    "definition_unknown": "Không có {kind} “{value}”{hint}. Hiện có: {known}.",
    "toml_broken": "{where}: tệp TOML sai cú pháp ({reason}). Hãy sửa chỗ này.",
    "key_unknown": "{where}: không có mục “{key}”{hint}. Hãy sửa tên hoặc xóa mục này.",
    "key_missing": "{where}: thiếu mục “{key}”. Hãy thêm mục này.",
    "key_type": "{where}: mục “{key}” phải là {expected}. Hãy sửa giá trị.",
    "word_unknown": "{where}: mục “{key}” có giá trị “{value}” lạ{hint}. Chọn một trong: {known}.",
    "code_grammar": "{where}: mã “{value}” sai dạng. {rule}.",
    "code_twice": "{where}: mã “{value}” có hai lần. Mỗi mã chỉ dùng một lần.",
    "criterion_orphan": (
        "{where}: tiêu chí “{value}” thuộc yếu tố “{factor}” không có trong tệp{hint}. Hãy sửa mã yếu tố."
    ),
    "criterion_code": (
        "{where}: tiêu chí “{value}” phải mang mã “{expected}” (mã yếu tố và số thứ tự liền nhau)."
    ),
    "factor_empty": "{where}: yếu tố “{value}” không có tiêu chí nào. Hãy thêm tiêu chí hoặc bỏ yếu tố.",
    "levels_not_five": "{where}: thang trả lời có {found} mức. Cần đúng 5 mức, từ thấp đến cao.",
    "options_missing": "{where}: câu hỏi “{value}” cần ít nhất hai lựa chọn. Hãy thêm mục options.",
    "key_not_for_kind": "{where}: câu hỏi loại {kind} không dùng mục “{key}”. Hãy xóa mục này.",
    "limits_crossed": (
        "{where}: giá trị nhỏ nhất {minimum} lớn hơn giá trị lớn nhất {maximum}. Hãy sửa một trong hai."
    ),
    "show_if_question": (
        "{where}: show_if nhắc câu hỏi “{value}” không có ở phía trên{hint}. Hãy sửa mã hoặc thứ tự."
    ),
    "show_if_option": (
        "{where}: show_if nhắc lựa chọn “{value}” không có trong câu hỏi “{question}”{hint}. Hãy sửa mã."
    ),
    "show_if_twice": "{where}: chỉ dùng một trong hai mục show_if và applies_to. Hãy bỏ một mục.",
    "weights_sum": "{where}: các trọng số cộng lại là {total}, không phải 1. Hãy sửa để tổng đúng bằng 1.",
    "weights_factor": (
        "{where}: phiếu {questionnaire} không có yếu tố “{value}”{hint}. Hãy sửa bảng trọng số."
    ),
    "weights_incomplete": (
        "{where}: bảng trọng số thiếu yếu tố “{value}” của phiếu {questionnaire}. Hãy thêm yếu tố này."
    ),
    "number_range": "{where}: mục “{key}” là {value}, ngoài khoảng {low}–{high}. Hãy sửa giá trị.",
    "bands_order": (
        "{where}: mức xếp loại “{value}” trùng hoặc chồng lên mức trên. Các cận dưới phải giảm dần."
    ),
    "bands_floor": (
        "{where}: mức xếp loại cuối phải bắt đầu từ 0 để mọi đơn vị đều có loại. Hãy sửa cận dưới."
    ),
    "steps_order": (
        "{where}: các bậc điểm phải bắt đầu từ 0, với cận dưới tăng dần và điểm không giảm. "
        "Hãy sửa bậc từ {value}."
    ),
    "threshold_order": (
        "{where}: zero_below ({low}) không được lớn hơn full_from ({high}). Hãy sửa một trong hai."
    ),
    "general_missing": (
        "Phương pháp {method} dùng câu hỏi chung, nhưng phiếu {questionnaire} không có câu hỏi chung. "
        "Hãy chọn phương pháp khác hoặc phiếu có mục [general]."
    ),
    # Uncertainty: sampling, intervals, doubts.
    "component_unknown": "Không có yếu tố hoặc tiêu chí “{value}”. Chọn một trong: {known}.",
    "choice_unknown": "Không có lựa chọn “{value}”{hint}. Chọn một trong: {known}.",
    "weight_bad": (
        "Trọng số “{value}” không dùng được. Hãy dùng số thập phân lớn hơn 0, nhiều nhất 6 chữ số lẻ."
    ),
    "moments_mismatch": (
        "Không cộng được hai bảng tổng khác phiếu, khác cách tính hoặc khác cách gộp cụm. "
        "Hãy tính lại từ cùng một phiên bản."
    ),
    "moments_not_by_cluster": (
        "Đơn vị {unit}: mẫu hai giai đoạn cần tổng theo từng cụm. Hãy cộng phiếu với by_cluster."
    ),
    "sample_over_population": (
        "Đơn vị {unit}: có {n} phiếu nhưng chỉ {population} người đã giao dịch. "
        "Hãy kiểm tra cột population hoặc các phiếu trùng."
    ),
    "clusters_over_population": (
        "Đơn vị {unit}: mẫu có {m} cụm nhưng tổng thể chỉ có {population} cụm. Hãy kiểm tra lại số cụm."
    ),
    "cluster_people_missing": (
        "Đơn vị {unit}: thiếu số người của cụm “{cluster}”. Hãy bổ sung vào mẫu hai giai đoạn."
    ),
    "cluster_missing": (
        "Đơn vị {unit}: có phiếu không ghi cụm hoặc điều tra viên. "
        "Hãy bổ sung cột cluster, hoặc chọn khoảng tin cậy không theo cụm."
    ),
    "two_stage_missing": "Đơn vị {unit}: thiếu số cụm và số người của mẫu hai giai đoạn. Hãy bổ sung.",
    "population_missing": ("Đơn vị {unit}: chưa biết số người đã giao dịch. Hãy bổ sung cột population."),
    "interval_without_design": (
        "Khoảng tin cậy “{kind}” không đi với thiết kế mẫu “{design}”. "
        "Khoảng modelled-deff-… đi với modelled, các khoảng khác đi với srs, cluster hoặc two_stage."
    ),
    "self_test_failed": (
        "Tự kiểm tra không đạt ở: {families}. Hãy cài lại chương trình hoặc báo người phụ trách."
    ),
    # Records of draws.
    "draw_json": "{where}: không đọc được như JSON (UTF-8). Hãy tải lại hồ sơ rút thăm.",
    "draw_fails": "{difference} Hồ sơ: {where}.",
    "draw_format": "Hồ sơ không ở dạng {known}. Hãy dùng phiên bản chương trình đã lập hồ sơ.",
    "draw_shape": "Mục “{name}” thiếu hoặc sai dạng. Hãy tải lại hồ sơ rút thăm.",
    "draw_differs": "Khác ở {what}: hồ sơ ghi {told}, tính lại được {found}.",
    "draw_not_told": "Khác ở chosen: thiếu phiếu {response}, tính lại thì phiếu này được rút ở vị trí {place}.",
    "draw_not_chosen": "Khác ở chosen: hồ sơ có phiếu {response}, tính lại thì phiếu này không được rút.",
    "draw_replacement": "Khác ở replacements: phiếu {response} không thể thay phiếu {replaces} theo luật rút thăm.",
    "draw_passed_over": "Khác ở passed_over: phiếu {response} ở vị trí {place} bị bỏ qua mà không ghi, hoặc ghi thừa.",
    "form_again": "Mã phiếu “{value}” có hai lần. Hãy giữ một phiếu.",
    "level_range": "Mức tin cậy {value} không dùng được. Hãy chọn từ 0,5 đến 0,999.",
    "lengths_differ": "{what}: hai danh sách dài {first} và {second} phần tử. Hãy đưa vào cùng độ dài.",
    "number_bad": "{what}: giá trị {value} không dùng được. Cần {expected}.",
    "table_not_square": "Bảng đối chiếu phải vuông và có số đếm không âm. Hãy kiểm tra lại.",
}


class ScoringError(Exception):
    """Input that the scorer refuses: a stable code, and a Vietnamese sentence of where, what, how to mend."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class InputRefused(ScoringError):
    """A file refused for one or more cells; `problems` holds a sentence for each, the first fifty."""

    def __init__(self, problems: Iterable["ScoringError"]) -> None:
        every = list(problems)
        shown = [problem.sentence for problem in every[:SHOWN_PROBLEMS]]
        if len(every) > SHOWN_PROBLEMS:
            shown.append(SENTENCES["problems_more"].format(count=len(every) - SHOWN_PROBLEMS))
        super().__init__(every[0].code, "\n".join(shown))
        self.problems = tuple(shown)


def refusal(code: str, **facts: object) -> ScoringError:
    """Return the error of that code with its sentence filled in."""
    return ScoringError(code, SENTENCES[code].format(**facts))


def spoken(number: Fraction | Decimal) -> str:
    """Return a number as a sentence says it: no needless zeros, decimal comma."""
    return f"{float(number):.12g}".replace(".", ",")


def hint(value: str, known: Iterable[str]) -> str:
    """Return “; có phải … không?” naming the nearest known word, or nothing when none is near."""
    near = get_close_matches(value, list(known), n=1)
    return f" (có phải “{near[0]}”?)" if near else ""
