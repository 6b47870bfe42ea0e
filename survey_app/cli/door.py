"""What every command shares: who acts, one commit, refusals on standard error with exit code 1."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError, ProgrammingError

from scoring.errors import ScoringError
from survey_app import problems
from survey_app.domain import integrity, people
from survey_app.extensions import db
from survey_app.models import User


def acts(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the account it acts under, commit once at its end, refuse with exit code 1."""

    @click.option(
        "--as", "acting_as", metavar="TÀI_KHOẢN", help="Làm dưới tên tài khoản này (mặc định: hailong)."
    )
    @with_appcontext
    @wraps(verb)
    def command(*args: Any, acting_as: str | None, **options: Any) -> None:
        try:
            actor: User = people.acting_as(acting_as) if acting_as else people.command_line()
            verb(actor, *args, **options)
            db.session.commit()
        except (problems.Problem, ScoringError) as refusal:
            db.session.rollback()
            refuse(refusal)
        except (OperationalError, ProgrammingError) as error:
            db.session.rollback()
            refuse(integrity.problem_of(error))

    return command


def refuse(refusal: Exception) -> None:
    """Print a refusal with its field sentences on standard error and end with exit code 1."""
    click.echo(str(refusal), err=True)
    for field, sentence in getattr(refusal, "fields", {}).items():
        click.echo(f"  {field}: {sentence}", err=True)
    sys.exit(1)


def table(headings: list[str], rows: list[list[str]]) -> None:
    """Print columns of text, each as wide as its widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(headings, *rows, strict=True)]
    for row in (headings, *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
