"""`hailong report`: the report of a result."""

from pathlib import Path

import click
from flask.cli import AppGroup

from survey_app.cli.door import acts
from survey_app.cli.making import make
from survey_app.domain import campaigns, outputs, scores
from survey_app.models import User

KINDS = ("word", "pdf")
group = AppGroup("report", help="Báo cáo kết quả của một lần tính.")


@group.command("build", help="Ghi báo cáo ra tệp Word (.docx) hoặc PDF (.pdf).")
@click.argument("code")
@click.option("--run", "number", type=int, help="Số lần tính; mặc định là lần mới nhất.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Tệp .docx hoặc .pdf.",
)
@acts
def build(actor: User, code: str, number: int | None, output: Path) -> None:
    wanted = outputs.by_ending(output.suffix, KINDS)
    campaign = campaigns.by_code(code)
    make(actor, campaign, wanted, scores.run_of(actor, campaign, number).number, output)
