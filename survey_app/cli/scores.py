"""`hailong scores`: runs and their results."""

from pathlib import Path

import click
from flask.cli import AppGroup

from survey_app import problems
from survey_app.cli.door import acts
from survey_app.domain import campaigns, score_views, scores
from survey_app.models import User

group = AppGroup("scores", help="Điểm, chỉ số và thứ hạng.")


@group.command("run", help="Tính điểm và lưu trọn kết quả thành một lần tính.")
@click.argument("code")
@click.option("--reason", default="", help="Lý do của lần tính, được lưu cùng kết quả.")
@acts
def run(actor: User, code: str, reason: str) -> None:
    stored = scores.run(actor, campaigns.by_code(code), reason)
    click.echo(
        f"Lần tính {stored.number}: {stored.responses} phiếu, {stored.milliseconds} ms, "
        f"dữ liệu vào {stored.input_digest[:12]}, kết quả {stored.book_digest[:12]}."
    )


@group.command("export", help="Xuất bảng điểm ra tệp Excel (.xlsx) hoặc JSON.")
@click.argument("code")
@click.option("--run", "number", type=int, help="Số lần tính; mặc định là số liệu hiện tại.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Tệp .xlsx hoặc .json.",
)
@acts
def export(actor: User, code: str, number: int | None, output: Path) -> None:
    content = score_views.export(actor, campaigns.by_code(code), output.suffix, number)
    try:
        output.write_bytes(content)
    except OSError as error:
        raise problems.FileNotWritten(file=output, why=error.strerror) from error
    click.echo(f"Đã ghi {output} ({len(content)} byte).")
