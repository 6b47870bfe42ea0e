"""`hailong recheck`: what re-checks leave behind."""

from pathlib import Path

import click
from flask.cli import AppGroup

from survey_app import problems
from survey_app.cli.door import acts
from survey_app.domain import campaigns, draw_records, draws
from survey_app.models import User

group = AppGroup("recheck", help="Phúc tra: hồ sơ rút thăm.")


@group.command(
    "record", help="Ghi hồ sơ của một lần rút thăm, để ai cũng tính lại được (python -m scoring draw)."
)
@click.argument("code")
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Tệp .json."
)
@acts
def record(_actor: User, code: str, number: int, output: Path) -> None:
    content = draw_records.of_draw(draws.by_number(campaigns.by_code(code), number))
    try:
        output.write_bytes(content)
    except OSError as error:
        raise problems.FileNotWritten(file=output, why=error.strerror) from error
    click.echo(f"Đã ghi {output} ({len(content)} byte).")
