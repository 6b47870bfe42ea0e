"""`hailong audit`: proving the trail."""

import sys

import click
from flask.cli import AppGroup

from survey_app.cli.door import acts
from survey_app.domain import audit
from survey_app.models import User

group = AppGroup("audit", help="Nhật ký kiểm toán.")


@group.command("verify", help="Kiểm tra chuỗi nhật ký; lỗi đầu tiên được chỉ rõ.")
@acts
def verify(actor: User) -> None:
    count, broken = audit.verify()
    if broken is not None:
        click.echo(f"Nhật ký sai ở dòng {broken.id}: {broken.why}. Các dòng 1–{count} còn đúng.", err=True)
        sys.exit(1)
    click.echo(f"Nhật ký đúng: {count} dòng, mã cuối {audit.last_digest()}.")
