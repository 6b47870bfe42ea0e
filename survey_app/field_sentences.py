"""The sentences that stand beside one field or cell: where, what is wrong, how to mend it."""

FIELD_SENTENCES = {
    "unit_not_yours": "Hãy chọn một cơ quan, đơn vị đã giao cho bạn trong đợt này.",
    "form_code": "Mã phiếu gồm 1–40 chữ không dấu, số, dấu gạch, chấm; ví dụ HN22-0017.",
    "form_prefix": "Phần đầu của mã gồm tối đa {most} chữ không dấu, số, dấu gạch, chấm; ví dụ HN22.",
    "letterhead": "Hãy ghi từ 1 đến {most} ký tự.",
    "mode": "Hãy chọn một cách hỏi có trong danh sách.",
    "too_few_answers": (
        "Phiếu mới trả lời dưới {share} % số tiêu chí bắt buộc nên sẽ không được tính điểm. "
        "Hãy hỏi thêm, hoặc đánh dấu để gửi như phiếu không hợp lệ."
    ),
    "form_code_taken": "Mã phiếu {value} đã có trong đợt này. Hãy kiểm tra số in trên phiếu giấy.",
    "form_code_listed": (
        "Theo danh sách mẫu, mã phiếu {value} thuộc đơn vị hoặc điều tra viên khác, hoặc là dòng dự phòng chưa dùng. "
        "Hãy kiểm tra mã và đơn vị; nếu đúng thì nhờ điều phối viên giao lại dòng này."
    ),
    "duplicate_kept": (
        "Mã phiếu {value} trùng: máy chủ đã giữ nguyên phiếu này, chưa tính, chờ điều phối viên quyết định."
    ),
    "duplicate_mend": "Nếu mã {value} là do gõ nhầm, hãy sửa mã rồi gửi lại. Nếu mã đúng, không cần làm gì thêm.",
    "duplicate_moved": "Dòng {value} của danh sách nay đã giao cho {who}.",
    "duplicate_settled": (
        "Phiếu {value} trùng mã: điều phối viên đã quyết định không tính phiếu này. "
        "Lý do: “{reason}”. Có thể xóa khỏi máy."
    ),
    "duplicate_mended": "Điều tra viên sửa mã phiếu thành {value}.",
    "duplicate_decision": "Hãy chọn một cách giải quyết.",
    "duplicate_reason": "Hãy ghi lý do, tối đa {most} ký tự. Người gửi phiếu sau đọc được lý do này.",
    "duplicate_recode": "Hãy chọn một dòng trong danh sách hoặc ghi một mã, không cả hai.",
    "duplicate_same_code": "Mã mới phải khác mã đang trùng.",
    "received_but_void": (
        "Máy chủ đã nhận phiếu {form_code}, nhưng phiếu đã bị hủy nên không được tính. "
        "Gửi lại không thay đổi điều đó."
    ),
    "received_but_voided": (
        "Máy chủ đã nhận phiếu {form_code}, nhưng phiếu đã bị hủy lúc {when} bởi {who} nên không được tính. "
        "Gửi lại không thay đổi điều đó."
    ),
    "correction_reason": "Hãy ghi lý do sửa hoặc giữ nguyên, tối đa 200 ký tự.",
    "flag_reason": "Hãy chọn một lý do trong danh sách.",
    "note_long": "Ghi chú dài {length} ký tự; tối đa {most}.",
    "other_reason": "Hãy ghi rõ lý do khác là gì.",
    "question_note": "Hãy ghi điều cần hỏi điều tra viên.",
    "reason_secret": "chưa xem được trước khi cơ quan bạn kết luận phúc tra",
    "answer_empty": "Hãy ghi câu trả lời, tối đa 1.000 ký tự.",
    "tag_length": "Nhãn gồm từ 1 đến {most} ký tự.",
    "action_unknown": "Hãy chọn một việc: chấp nhận, đánh dấu, hỏi lại hoặc gắn nhãn.",
    "withdraw_reason": "Hãy ghi lý do rút, tối đa {most} ký tự.",
    "not_listed": "“{value}” không có trong danh sách. Hãy chọn một mục có sẵn.",
    "some_not_listed": "Có mục không có trong danh sách. Hãy chọn lại các mục có sẵn.",
    "whole_range": "“{value}” không hợp lệ. Hãy ghi một số nguyên từ {low} đến {high}.",
    "not_text": "Nội dung này phải là chữ.",
    "text_long": "Nội dung dài {length} ký tự; tối đa {most}. Hãy rút gọn.",
    "answer_missing": "Hãy trả lời câu hỏi này.",
    "question_unknown": "Câu hỏi “{value}” không có trong phiếu {questionnaire}.",
    "not_asked": "Câu này không hỏi trong trường hợp đã chọn. Hãy bỏ câu trả lời, hoặc sửa câu phía trên.",
    "not_a_level": "“{value}” không có trong thang 1–5. Hãy chọn lại mức hoặc “Không áp dụng”.",
    "unknown_key": "Mục này không có trong nội dung một phiếu. Hãy bỏ mục này.",
    "wrong_kind": "Mục này có kiểu giá trị không đúng.",
    "points_range": "“{value}” không hợp lệ. Hãy ghi số từ 0 đến {most}, tối đa hai số lẻ, ví dụ 86,74.",
    "points_stale": "Điểm này vừa được người khác sửa. Hãy xem giá trị mới rồi nhập lại.",
    "campaign_code": "Mã đợt gồm 1–64 chữ không dấu, số, dấu chấm, gạch; ví dụ ha-nam-2022.",
    "campaign_name": "Hãy ghi tên đợt khảo sát, tối đa 200 ký tự.",
    "campaign_period": "Ngày cuối kỳ không được trước ngày đầu kỳ; năm từ 2000 đến 2999.",
    "not_an_enumerator": "Người này không phải là điều tra viên đang hoạt động.",
    "unit_not_surveyed": "Đơn vị này không khảo sát trong đợt này.",
    "target_range": "Chỉ tiêu là một số nguyên từ 0 đến 9999.",
    "username": "Tên đăng nhập gồm 3–64 ký tự a–z, 0–9, dấu chấm, gạch; bắt đầu bằng chữ hoặc số.",
    "display_name": "Hãy ghi họ tên, tối đa 200 ký tự.",
    "body": "Giám sát viên thuộc đúng một cơ quan giám sát; vai trò khác thì không.",
    "officer_unit": "Cán bộ đơn vị cần một mã đơn vị có thật; vai trò khác thì bỏ trống.",
    "current_password": "Mật khẩu hiện tại không đúng.",
    "citizen_too_few": (
        "Ông/Bà mới trả lời quá ít câu về mức độ hài lòng nên phiếu sẽ không được tính. "
        "Xin trả lời thêm, hoặc đánh dấu ô dưới đây để gửi như hiện có."
    ),
    "citizen_missing": "Xin Ông/Bà trả lời câu hỏi này.",
    "links_number": "Hãy ghi số đường dẫn cho mỗi đơn vị, từ 1 đến {most}.",
    "links_too_many": "Yêu cầu này cần {number} đường dẫn; mỗi lần cấp tối đa {most}. Hãy cấp theo từng đơn vị.",
    "links_prefix": "Mã phiếu sẽ là “{value}”: không đúng dạng. Phần đầu gồm chữ không dấu, số, dấu gạch, chấm.",
    "links_none": "Không có phiếu nào cần đường dẫn: các phiếu này đã có đường dẫn hoặc đã có câu trả lời.",
    "links_expired": "Ngày hết hạn {value} đã qua. Hãy ghi một ngày từ hôm nay trở đi.",
    "links_stale": "Danh sách đường dẫn đã đổi sau khi bạn mở trang này. Hãy xem danh sách mới rồi cấp lại nếu còn cần.",
    "day": "“{value}” không phải một ngày có thật. Hãy ghi như 25/11/2026.",
    "row_cell": "dòng {row}, cột {column}: {why}",
    "columns_missing": "thiếu cột {columns}",
    "no_rows": "tệp không có dòng nào",
    "cell_empty": "ô trống",
    "cell_too_long": "dài {length} ký tự, tối đa {most}",
    "cell_not_whole": "“{value}” không phải số nguyên không âm",
    "cell_not_points": "“{value}” không phải số điểm từ 0 đến 100",
    "cell_not_appraised": "phiếu của đơn vị này tính cho {parent} nên không có điểm thẩm định riêng",
    "row_unit": "“{value}” không phải đơn vị được khảo sát trong đợt {campaign}",
    "row_enumerator": "“{value}” không phải tên đăng nhập của một điều tra viên",
    "row_form_code": "“{value}” không đúng dạng mã phiếu",
    "row_form_code_taken": "mã phiếu {value} đã có trong đợt này",
    "row_mode": "“{value}” không phải cách hỏi của đợt này",
    "percent_range": "“{value}” không hợp lệ. Hãy ghi số phần trăm từ {low} đến {high}, tối đa ba số lẻ, ví dụ 0,5.",
    "second_entry_code": "Phiếu cần nhập là {form_code}. Hãy lấy đúng tờ phiếu có mã này.",
    "second_entry_unit": "Hãy chọn cơ quan, đơn vị ghi trên phiếu, có khảo sát trong đợt này.",
    "second_entry_step": (
        "Đã rút thăm với {forms} phiếu mỗi lần nên không đổi được số này: các lần xem kết quả đã định trước theo nó."
    ),
    "second_entry_own": "Người nhập lần đầu không được nhập lần hai. Hãy chọn người khác.",
    "decision_missing": "Hãy xem phiếu giấy và chọn bên đúng, hoặc “Cả hai sai”.",
    "decision_value": "Hãy chọn hoặc ghi giá trị trên phiếu giấy.",
    "decision_not_neither": "Giá trị này trùng với một lần nhập. Hãy chọn lần nhập đó thay vì “Cả hai sai”.",
    "row_form_code_twice": "mã phiếu {value} đã có ở dòng {first}; hãy giữ một dòng",
    "row_enumerator_kept": "phiếu này do {kept} thu; tệp không đổi được người thu, hãy để trống hoặc ghi {kept}",
    "row_void": "phiếu {value} đã hủy nên tệp không sửa được; hãy bỏ dòng này",
    "row_returned": "phiếu {value} đang trả lại cho điều tra viên nên tệp không sửa được; hãy chờ trả lời rồi nhập lại",
    "row_other_version": "phiếu này hỏi theo bản {questionnaire}, bản đó không có cột này; hãy để trống ô",
    "row_ticks_differ": "cột chung và các cột 0/1 của câu này nói khác nhau; hãy sửa cho khớp hoặc bỏ một loại cột",
    "cell_not_ticked": "“{value}” không phải 0 hoặc 1",
    "column_claimed": "có hai cột cùng là {target}; hãy bỏ hoặc đổi tên một cột",
    "column_unclear": "câu chữ này là của hai câu hỏi; hãy ghi mã câu hỏi thay cho câu chữ",
    "report_line": "Dòng này dài quá; tối đa {most} ký tự. Hãy rút gọn.",
    "report_lines": "Hãy ghi tối đa {lines} dòng, mỗi dòng tối đa {most} ký tự.",
    "template_missing": "Hãy chọn một tệp .docx.",
    "file_missing": "Hãy chọn một tệp .xlsx hoặc .csv.",
    "file_too_long": (
        "Tệp có {count} dòng; trang này nhận tối đa {most} dòng mỗi tệp. "
        "Hãy chia tệp, hoặc nhờ quản trị nhập bằng lệnh hailong responses import."
    ),
    "batch_noun": "Hãy chọn loại dữ liệu trong tệp.",
    "reverse_reason": "Hãy ghi lý do hoàn tác, tối đa {most} ký tự.",
    "column_for_new": "thiếu cột này, mà tệp có phiếu mới",
    "column_missing": "thiếu cột này",
    "more_errors": "… và {count} lỗi nữa.",
    "cell_not_erasable": "mục này không xóa được; hãy ghi giá trị mới hoặc để trống",
    "sample_twice": "mã phiếu này đã có ở dòng {first} của tệp",
    "sample_kind": "“{value}” không phải loại dòng; hãy ghi Chính thức hoặc Dự phòng",
    "sample_position": "“{value}” không phải số thứ tự từ 1 đến 999999",
    "sample_position_taken": "số thứ tự {value} của đơn vị này đã thuộc dòng {other}",
    "sample_done": "mã phiếu này đã có phiếu nên mục này không đổi được nữa",
    "sample_closed": "dòng này đã đóng hoặc đang thay cho dòng khác nên mục này không đổi được nữa",
    "sample_spare": "dòng dự phòng chưa dùng thì chưa giao cho ai; hãy để trống",
    "sample_enumerator": "“{value}” không phải tên đăng nhập của một điều tra viên đang hoạt động",
    "phone": "“{value}” không phải số điện thoại; hãy ghi như 0912 345 678 hoặc +84 912 345 678",
    "phone_zero": "“{value}” thiếu số 0 ở đầu; hãy định dạng cột là văn bản rồi ghi lại số",
    "remove_after": "“{value}” không phải một ngày có thật; hãy ghi như 25/11/2026",
    "remove_after_past": "ngày {value} đã qua nên thông tin này không được lưu nữa",
    "free_rows_fewer": "Đơn vị này còn {count} dòng chưa giao. Hãy ghi một số từ 1 đến số đó, hoặc để trống để giao hết.",
    "her_rows_fewer": "Người này còn {count} dòng chưa hỏi ở đơn vị. Hãy ghi một số từ 1 đến số đó, hoặc để trống để lấy hết.",
    "number_when_shared": "Khi chia đều thì chia hết; hãy để trống số dòng, hoặc chọn một người.",
    "unit_without_enumerators": "Đơn vị này chưa có điều tra viên nào. Hãy chọn một người để giao.",
    "row_done": "đã có phiếu",
    "row_closed": "đã đóng trước đó",
    "row_spare": "là dòng dự phòng chưa dùng",
    "draw_list": "Hãy chọn một trong hai danh sách của lần sàng lọc.",
    "draw_take": "Hãy ghi một số nguyên từ 1 đến {most}: danh sách này có {most} phiếu.",
    "commitment_form": "Mã băm SHA-256 gồm đúng 64 ký tự 0–9 và a–f. Hãy dán trọn mã.",
    "commitment_used": "Mã băm này đã được dùng để cam kết. Hãy tạo phần mới của riêng cơ quan mình và băm lại.",
    "part_length": "Phần phải dài từ {least} đến {most} ký tự, đúng như khi cam kết.",
    "abandon_reason": "Hãy ghi lý do bỏ lần rút này, tối đa {most} ký tự.",
    "recheck_note_phone": "Đừng ghi số điện thoại hay số giấy tờ vào ghi chú: ghi chú được giữ lâu hơn thông tin liên hệ.",
    "recheck_share": "“{value}” không hợp lệ. Tỷ lệ phúc tra phải lớn hơn 0 và không quá 100 %, tối đa ba số lẻ.",
    "decision": "Hãy chọn một trong hai quyết định.",
    "decision_reason": "Hãy ghi lý do, tối đa {most} ký tự; lý do được lưu và hiện cùng quyết định.",
    "void_reply": "Hãy ghi lời giải trình, tối đa {most} ký tự.",
    "joint_outcome": "Hãy chọn Đạt hoặc Không đạt.",
    "joint_note": "Hãy ghi căn cứ của ý kiến, tối đa {most} ký tự.",
    "redo_count": "Hãy ghi đúng số phiếu sẽ bị hủy: trong danh sách đang có {count} phiếu.",
    "same_enumerator": "Người nhận phải khác người đang giữ.",
    "recheck_stored": "Bản đã lưu: {verdict}; lý do: {reasons}; ghi chú: {note}",
    "recheck_way": "Hãy chọn cách liên hệ.",
    "recheck_result": "Hãy chọn kết quả của lần liên hệ.",
    "recheck_note_line": "Ghi chú dài {length} ký tự; tối đa {most}.",
    "recheck_supervisor": "Hãy chọn một giám sát viên đang hoạt động của cơ quan bạn.",
    "recheck_rows": "Hãy chọn từ 1 đến {most} phiếu để giao.",
    "recheck_count": "Số phiếu xác nhận ({typed}) khác số phiếu được chọn ({count}). Hãy xem lại danh sách.",
    "recheck_verdict": "Hãy chọn một kết luận.",
    "recheck_answer": "Hãy chọn một câu trả lời có trong danh sách.",
    "recheck_answer_missing": "Kết luận Đạt cần câu trả lời ở mục này.",
    "recheck_again": "“{value}” không hợp lệ. Hãy chọn mức 1–5, “Không áp dụng” hoặc “Không nhớ”.",
    "recheck_again_missing": "Kết luận Đạt cần hỏi lại được ít nhất một tiêu chí ở phần (d).",
    "recheck_no_interview": (
        "Người dân nói không có cuộc phỏng vấn nên phiếu không thể Đạt. Hãy chọn Không đạt, hoặc sửa câu (a)."
    ),
    "recheck_not_a_user": (
        "Người dân nói không sử dụng dịch vụ của đơn vị này nên phiếu không thể Đạt. "
        "Hãy chọn Không đạt, hoặc sửa câu (b)."
    ),
    "recheck_reason_missing": "Kết luận Không đạt cần ít nhất một lý do.",
    "recheck_reason_unknown": "Hãy chọn lý do có trong danh sách.",
    "recheck_reason_unasked": "Chỉ kết luận Không đạt mới có lý do. Hãy bỏ chọn các lý do, hoặc đổi kết luận.",
    "recheck_reason_denied": "Lý do “{reason}” trái với câu trả lời ở mục ({question}). Hãy sửa một trong hai.",
    "recheck_other_note": "Hãy ghi rõ phát hiện khác là gì vào ghi chú.",
    "recheck_day": "“{value}” không phải một ngày có thật. Hãy ghi như 25/11/2026.",
    "recheck_day_future": "Ngày {value} chưa đến. Hãy ghi ngày người dân nói đã được phỏng vấn.",
    "recheck_day_unasked": "Chỉ ghi ngày khi câu (a) trả lời là có. Hãy xóa ngày, hoặc sửa câu (a).",
    "recheck_not_reached": (
        "Chưa đủ căn cứ để kết luận Không liên hệ được: cần {most} lần liên hệ không gặp (đã ghi {count}), "
        "hoặc một lần sai số, sai địa chỉ hay từ chối. Hãy ghi các lần liên hệ trước."
    ),
    "recheck_unreached_answers": (
        "Đã chọn Không liên hệ được thì các mục (a)–(d) phải để trống. Hãy xóa câu trả lời, hoặc đổi kết luận."
    ),
    "figures_long": "Tệp lớn hơn {most} KB; bảng số liệu của báo cáo không dài đến vậy. Hãy kiểm tra lại tệp.",
    "figures_many": "tệp có {count} dòng; bảng số liệu của báo cáo nhận tối đa {most} dòng",
    "figure_word": "“{value}” không dùng được ở đây; hãy ghi một trong: {known}",
    "figure_year": "“{value}” không phải một năm; hãy ghi bốn chữ số, ví dụ 2021",
    "figure_year_area": "{value} không phải năm của đợt này; điểm trung bình lĩnh vực phải là của năm {year}",
    "figure_year_earlier": "{value} không phải năm trước; số liệu đơn vị và nhóm phải là của năm trước {year}",
    "figure_unit": "không có cơ quan, đơn vị nào có mã “{value}”",
    "figure_group": "đợt này không có nhóm nào có mã “{value}”; hãy ghi một trong: {known}",
    "figure_area": "“{value}” không phải mã nhóm/số lĩnh vực; hãy ghi như {known}, số lĩnh vực từ 1 đến {last}",
    "figure_rank": "“{value}” không phải thứ hạng từ 1",
    "figure_value": "“{value}” không phải số từ 0 đến {most} với tối đa hai số lẻ; hãy ghi như 89,60",
    "figure_twice": "số liệu này đã có ở dòng {first}; hãy giữ một dòng",
    "recheck_again_why": "Phiếu đã có kết luận và câu trả lời gốc đã hiện. Hãy ghi lý do kết luận lại vào ghi chú.",
}


def field(code: str, **facts: object) -> str:
    """Return the sentence that stands beside one field or cell."""
    return FIELD_SENTENCES[code].format(**facts)
