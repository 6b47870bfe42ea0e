"""What commands that make a file of a result share: the file appears whole or not at all, with progress on a terminal."""

import secrets
import sys
from contextlib import nullcontext
from pathlib import Path

import click

from survey_app import problems
from survey_app.domain import outputs
from survey_app.models import Campaign, User


def make(actor: User, campaign: Campaign, output: outputs.Output, number: int | None, target: Path) -> None:
    """Write a file of a stored run, or of the present answers, and say how long it is.

    Refuses what the file's kind refuses, and a place that cannot be written to.
    """
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}")
    bar = click.progressbar(length=100, label=output.label, file=sys.stderr)
    try:
        with part.open("wb") as file, bar if sys.stderr.isatty() else nullcontext() as shown:

            def tell(percent: int) -> None:
                if shown:
                    shown.update(percent - shown.pos)

            material = outputs.material_of(actor, campaign, number)
            outputs.write(actor, campaign, output, material, file.write, tell)
            tell(100)
        part.replace(target)
    except OSError as error:
        raise problems.FileNotWritten(file=target, why=error.strerror) from error
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"Đã ghi {target} ({target.stat().st_size} byte).")
