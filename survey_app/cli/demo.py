"""`hailong demo`: the demonstration campaign."""

import click
from flask.cli import AppGroup

from survey_app.cli.door import acts
from survey_app.domain import demonstration
from survey_app.domain.demonstration import rechecks
from survey_app.labels import LABELS
from survey_app.models import User

group = AppGroup("demo", help="Đợt khảo sát minh họa Hà Nam 2022.")


@group.command("load", help="Nạp đợt minh họa một lần; chạy lại không nhân đôi.")
@acts
def load(actor: User) -> None:
    loaded = demonstration.load(actor, say=lambda step: click.echo(f"{step}…"))
    click.echo("Đã nạp đợt minh họa ha-nam-2022." if loaded else "Đợt minh họa ha-nam-2022 đã có.")


@group.command(
    "rechecks", help="Chơi một vòng phúc tra trên đợt minh họa: rút thăm, kết luận; không hủy phiếu nào."
)
@acts
def play_rechecks(actor: User) -> None:
    played = rechecks.play(actor, say=lambda step: click.echo(f"{step}…"))
    click.echo("Đã chơi một vòng phúc tra." if played else "Đợt minh họa đã có lần rút thăm.")


@group.command("logins", help="In tên đăng nhập minh họa của từng vai trò.")
def logins() -> None:
    for username, role in demonstration.logins():
        click.echo(f"  {LABELS[role]:<24} {username:<14} {demonstration.PASSWORD}")
