"""`hailong user`: accounts."""

import click
from flask.cli import AppGroup
from sqlalchemy import select

from survey_app.cli.door import acts, table
from survey_app.domain import people
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.models import User
from survey_app.vocabulary import Body, Role

group = AppGroup("user", help="Tài khoản.")


@group.command("create", help="Tạo tài khoản; mật khẩu ngẫu nhiên được in một lần.")
@click.argument("username")
@click.option("--name", required=True, help="Họ và tên.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--body", type=click.Choice([body.value for body in Body]), help="Cơ quan của giám sát viên.")
@click.option("--unit", help="Mã đơn vị của cán bộ đơn vị.")
@acts
def create(actor: User, username: str, name: str, role: str, body: str | None, unit: str | None) -> None:
    person = people.Person(username, name, Role(role), Body(body) if body else None, unit)
    user, password = people.create_with_password(actor, person)
    click.echo(f"Đã tạo {user.username} ({LABELS[Role(role)]}). Mật khẩu, chỉ hiện lần này: {password}")


@group.command("disable", help="Khóa tài khoản và kết thúc mọi phiên; không bao giờ xóa.")
@click.argument("username")
@acts
def disable(actor: User, username: str) -> None:
    people.disable(actor, people.by_username(username))
    click.echo(f"Đã khóa {username}.")


@group.command("enable", help="Mở lại tài khoản đã khóa.")
@click.argument("username")
@acts
def enable(actor: User, username: str) -> None:
    people.enable(actor, people.by_username(username))
    click.echo(f"Đã mở lại {username}.")


@group.command("reset", help="Đặt mật khẩu ngẫu nhiên mới, in một lần.")
@click.argument("username")
@acts
def reset(actor: User, username: str) -> None:
    password = people.reset_password(actor, people.by_username(username))
    click.echo(f"Mật khẩu mới của {username}, chỉ hiện lần này: {password}")


@group.command("list", help="Liệt kê tài khoản.")
@acts
def list_all(actor: User) -> None:
    found = db.session.scalars(select(User).order_by(User.role, User.sort_key))
    rows = [
        [each.username, LABELS[Role(each.role)], each.display_name, "khóa" if each.disabled_at else ""]
        for each in found
    ]
    table(["Tên đăng nhập", "Vai trò", "Họ tên", ""], rows)
