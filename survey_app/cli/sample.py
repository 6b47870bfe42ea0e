"""`hailong sample`: the list of people to ask from a file, and the removal of contacts past their day."""

from pathlib import Path

import click
from flask.cli import AppGroup

from scoring.sheets import read_sheet
from survey_app import problems
from survey_app.cli.door import acts
from survey_app.domain import campaigns, contacts, import_batches, sample_import
from survey_app.models import User
from survey_app.vocabulary import BatchNoun

MOST_ERRORS = 50
group = AppGroup("sample", help="Danh sách mẫu.")


@group.command("import", help="Nhập danh sách mẫu từ FILE (.csv, .xlsx): tất cả hoặc không dòng nào.")
@click.argument("code")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không lưu.")
@acts
def import_file(actor: User, code: str, file: Path, dry_run: bool) -> None:
    campaign = campaigns.by_code(code)
    sheet = read_sheet(file)
    known = {column.name for column in sample_import.columns(campaign)}
    if strange := [name for name in sheet.columns if name and name not in known]:
        click.echo(f"{file.name}: bỏ qua cột {', '.join(strange)}.", err=True)
    plan = sample_import.plan(campaign, sheet)
    if plan.refused:
        told = [problems.field("row_cell", row=c.row, column=c.column, why=c.why) for c in plan.refused]
        more = len(told) - MOST_ERRORS
        last = [problems.field("more_errors", count=more)] if more > 0 else []
        raise problems.ImportRefused(file.name, told[:MOST_ERRORS] + last)
    if not dry_run:
        import_batches.apply_at_once(actor, campaign, BatchNoun.SAMPLE, file.name, sheet.sha256, plan)
    done = "Kiểm tra đạt, chưa lưu:" if dry_run else "Đã nhập:"
    click.echo(f"{done} {plan.new} dòng mới, {plan.changed} dòng đổi, {plan.unchanged} dòng không đổi.")


@group.command("remove-contacts", help="Xóa thông tin liên hệ đã qua ngày phải xóa.")
@click.argument("code")
@acts
def remove_contacts(actor: User, code: str) -> None:
    removed = contacts.remove_expired(actor, campaigns.by_code(code))
    click.echo(
        f"Đã xóa thông tin liên hệ của {removed.contacts} dòng; bỏ {removed.files} tệp chưa quyết định."
    )
