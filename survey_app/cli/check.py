"""`hailong check`: is everything in this database what it says it is?"""

import sys

import click

from survey_app.cli.door import acts
from survey_app.domain import integrity
from survey_app.models import User


@click.command("check", help="Kiểm tra cơ sở dữ liệu: cấu trúc, nội dung phiếu, kết quả tính, nhật ký.")
@acts
def command(actor: User) -> None:
    findings = integrity.check()
    for finding in findings:
        click.echo(
            f"{'Đạt ' if finding.holds else 'SAI '} {finding.what}: {finding.detail}", err=not finding.holds
        )
    if not all(finding.holds for finding in findings):
        sys.exit(1)
