"""The list as a file to change and read in again; contacts are never in it."""

from survey_app.domain import sample_import, samples
from survey_app.domain.days import HERE
from survey_app.exports import sample_xlsx
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.models import Campaign, SampleRow, Unit, User
from survey_app.models.columns import now
from survey_app.vocabulary import SampleKind


def workbook(user: User, campaign: Campaign) -> bytes:
    """Return the .xlsx of every row a person may see, in the columns the import reads; one query."""
    rows = (
        samples.visible_to(user)
        .join(Unit, Unit.id == SampleRow.unit_id)
        .outerjoin(User, User.id == SampleRow.enumerator_id)
        .where(SampleRow.campaign_id == campaign.id)
        .with_only_columns(
            SampleRow.form_code,
            Unit.code,
            SampleRow.kind,
            SampleRow.position,
            SampleRow.procedure,
            User.username,
        )
        .order_by(Unit.sort_key, Unit.id, SampleRow.kind, SampleRow.position)
    )
    told = [
        (code, unit, LABELS[SampleKind(kind)], position, procedure, username or "")
        for code, unit, kind, position, procedure, username in db.session.execute(rows)
    ]
    facts = [
        ("Đợt khảo sát", f"{campaign.name} ({campaign.code})"),
        ("Tính đến", f"{now().astimezone(HERE):%d/%m/%Y %H:%M} (giờ Việt Nam)"),
        ("Số dòng", str(len(told))),
        ("Bộ lọc", "không lọc: mọi dòng của đợt mà người tải được xem"),
        (
            "Liên hệ",
            "Họ tên, điện thoại và địa chỉ không có trong tệp; nhập lại tệp này thì chúng giữ nguyên.",
        ),
        ("Nhập lại tệp này", sample_import.rule),
    ]
    if campaign.made_up:
        facts.insert(0, ("CẢNH BÁO", "SỐ LIỆU MINH HỌA: các câu trả lời của đợt này là giả."))
    return sample_xlsx.write(told, facts)
