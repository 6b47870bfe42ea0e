"""`hailong responses`: responses from a file and into a file."""

from pathlib import Path
from typing import BinaryIO

import click
from flask.cli import AppGroup

from scoring.answers import read_answers
from survey_app.audit_verbs import AuditVerb
from survey_app.cli.door import acts
from survey_app.domain import audit, campaigns, response_export, response_import, responses
from survey_app.exports.answers_csv import write_answers
from survey_app.extensions import db
from survey_app.models import User

group = AppGroup("responses", help="Phiếu.")


@group.command("import", help="Nhập phiếu từ FILE (.csv, .xlsx): tất cả hoặc không dòng nào.")
@click.argument("code")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không lưu.")
@acts
def import_file(actor: User, code: str, file: Path, dry_run: bool) -> None:
    campaign = campaigns.by_code(code)
    sheet = read_answers(file, campaigns.questionnaire_of(campaign.questionnaire_sha256))
    if strange := response_import.unknown_columns(campaign, sheet.ignored):
        click.echo(f"{file.name}: bỏ qua cột {', '.join(strange)} vì bộ câu hỏi không có.", err=True)
    batch = response_import.import_rows(
        actor, campaign, file.name, sheet.rows(), dry_run=dry_run, sha256=sheet.sha256
    )
    done = "Kiểm tra đạt, chưa lưu:" if dry_run else "Đã nhập"
    click.echo(f"{done} {batch.stored} phiếu, trong đó {batch.invalid} phiếu không hợp lệ.")


@group.command(
    "export",
    help="Xuất phiếu đang được tính ra CSV, hoặc mọi phiếu với mọi câu trả lời nếu tệp đích là .xlsx.",
)
@click.argument("code")
@click.option("-o", "--output", type=click.File("wb"), default="-", help="Tệp đích; mặc định là màn hình.")
@acts
def export(actor: User, code: str, output: BinaryIO) -> None:
    campaign = campaigns.by_code(code)
    if output.name.lower().endswith(".xlsx"):
        output.write(response_export.workbook(actor, campaign))
        return
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    written = write_answers(output, questionnaire, responses.counted_rows(campaign))
    after = {"rows": written}
    audit.record(actor, AuditVerb.RESPONSE_EXPORTED, campaign.code, campaign_id=campaign.id, after=after)
    db.session.flush()
    click.echo(f"Đã xuất {written} phiếu.", err=True)
