"""What the codes of a dossier and of answers are called: exports know no vocabulary of the house, so it stands here again."""

WHY_EXCLUDED = {
    "invalid": "Không hợp lệ",
    "returned": "Đang trả lại",
    "void": "Đã hủy",
    "apart": "Tự trả lời, đếm riêng",
    "duplicate": "Trùng mã, chờ quyết định",
}
VERDICTS = {"confirmed": "Đạt", "failed": "Không đạt", "unreachable": "Không liên hệ được"}
BODIES = {"front": "Mặt trận Tổ quốc", "veterans": "Hội Cựu chiến binh"}
DRAW_KINDS = {"random": "Rút thăm ngẫu nhiên", "directed": "Rút thăm theo danh sách sàng lọc"}
MODES = {
    "face_to_face": "Phỏng vấn trực tiếp",
    "paper": "Nhập từ phiếu giấy",
    "phone": "Phỏng vấn qua điện thoại",
    "self": "Tự trả lời",
}
SECTIONS = {
    "service": "Dịch vụ",
    "experience": "Trải nghiệm khi làm thủ tục",
    "respondent": "Người trả lời",
    "organisation": "Tổ chức",
    "comment": "Ý kiến thêm",
}
KINDS = {
    "choice": "chọn một",
    "multi": "chọn nhiều, cách nhau bằng “;”",
    "integer": "số nguyên",
    "text": "lời tự viết",
}
LEADING = {
    "form_code": "Mã phiếu",
    "unit": "Mã đơn vị được hỏi",
    "counts_for": "Mã đơn vị mà phiếu được tính vào",
    "enumerator": "Mã điều tra viên, không nói tên ai; tu-tra-loi là phiếu người dân tự trả lời",
    "mode": "Cách hỏi",
    "questionnaire": "Bộ câu hỏi của phiếu",
    "version": "Bản của phiếu được tính; 1 là bản gửi lần đầu",
    "submitted_on": "Ngày gửi, giờ Việt Nam",
}
# Of corrections only: what else of a response they may change.
FIELDS = {"form_code": "Mã phiếu", "unit": "Đơn vị được hỏi", "mode": "Cách hỏi"}
