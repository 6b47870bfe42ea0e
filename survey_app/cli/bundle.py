"""`hailong bundle`: what outsiders recompute a result from."""

from pathlib import Path

import click
from flask.cli import AppGroup

from survey_app.cli.door import acts
from survey_app.cli.making import make
from survey_app.domain import campaigns, outputs, publication, scores
from survey_app.models import User

group = AppGroup("bundle", help="Gói kiểm chứng của một lần tính.")


@group.command(
    "export", help="Ghi gói kiểm chứng: phiếu không có thông tin cá nhân, luật tính, quyết định, mã kiểm tra."
)
@click.argument("code")
@click.option("--run", "number", type=int, help="Số lần tính; mặc định là lần mới nhất.")
@click.option("--publication", "published", type=int, help="Số lần công bố, thay cho số lần tính.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Tệp .zip."
)
@acts
def export(actor: User, code: str, number: int | None, published: int | None, output: Path) -> None:
    if number is not None and published is not None:
        raise click.UsageError("Chỉ ghi một trong hai: --run hoặc --publication.")
    campaign = campaigns.by_code(code)
    if published is not None:
        number = publication.numbered(campaign, published).run.number
    chosen = scores.run_of(actor, campaign, number)
    make(actor, campaign, outputs.OUTPUTS["bundle"], chosen.number, output)
