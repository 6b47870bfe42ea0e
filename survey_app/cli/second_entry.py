"""`hailong second-entry`: drawing forms to be keyed again, and how well each enumerator keys."""

import click
from flask.cli import AppGroup

from survey_app.cli.door import acts, table
from survey_app.domain import campaigns, second_entry_draws, second_entry_report
from survey_app.models import User

group = AppGroup("second-entry", help="Nhập lần hai phiếu giấy và tỷ lệ mục nhập sai.")


@group.command("draw", help="Rút thăm phiếu giấy của từng người nhập và giao cho người khác nhập lại.")
@click.argument("code")
@acts
def draw(actor: User, code: str) -> None:
    drawn = second_entry_draws.draw(actor, campaigns.by_code(code))
    click.echo(
        f"Đã rút {drawn.forms} phiếu của {drawn.keyers} người nhập; "
        f"{drawn.without_keyer} phiếu chưa có người nhập lần hai."
    )


@group.command("report", help="In tỷ lệ mục nhập sai của từng người, kết luận và việc tiếp theo.")
@click.argument("code")
@acts
def report(_actor: User, code: str) -> None:
    found = second_entry_report.of_campaign(campaigns.by_code(code))
    settings = found.settings
    click.echo(
        f"Giới hạn {_percent(settings.limit)}, mức tin cậy {_percent(settings.level)}, "
        f"mỗi lần rút {settings.first_forms} phiếu."
    )
    headings = ["Người nhập", "Phiếu", "Đã rút", "Nhập lại", "Đối chiếu", "Mục", "Sai", "Tỷ lệ", "Từ", "Đến"]
    rows = [
        [
            f"{each.user.display_name} ({each.user.username})",
            *(str(count) for count in (each.paper, each.drawn, each.entered + each.resolved, each.resolved)),
            str(each.rate.fields),
            str(each.rate.errors),
            *(_percent(share) for share in _shares(each)),
            _percent(each.upper),
            second_entry_report.VERDICTS[each.verdict],
            each.next,
        ]
        for each in found.keyers
    ]
    table([*headings, "Cận trên", "Kết luận", "Việc tiếp theo"], rows)


def _shares(keyer: second_entry_report.Keyer) -> tuple[float | None, ...]:
    rate = keyer.rate
    return (rate.rate, rate.low, rate.high) if rate.fields and not keyer.census else (rate.rate, None, None)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.2f} %".replace(".", ",")
