"""`hailong scores`: runs and their results."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from survey_app.cli.door import acts, table
from survey_app.cli.making import make
from survey_app.domain import campaigns, outputs, quality, run_comparison, scores
from survey_app.models import User

# In this order an ending means the first kind that has it.
KINDS = (
    "workbook",
    "json",
    "csv",
    "sav",
    "dta",
    "codebook",
    "csv-excel",
    "points-csv-excel",
    "codebook-json",
)
group = AppGroup("scores", help="Điểm, chỉ số và thứ hạng.")


@group.command("run", help="Tính điểm và lưu trọn kết quả thành một lần tính.")
@click.argument("code")
@click.option("--reason", default="", help="Lý do của lần tính, được lưu cùng kết quả.")
@acts
def run(actor: User, code: str, reason: str) -> None:
    stored = scores.run(actor, campaigns.by_code(code), reason)
    click.echo(
        f"Lần tính {stored.number}: {stored.responses} phiếu, {stored.milliseconds} ms, "
        f"dữ liệu vào {stored.input_digest[:12]}, kết quả {stored.book_digest[:12]}."
    )


@group.command("compare", help="So hai lần tính: đơn vị nào đổi, vì phiếu nào.")
@click.argument("code")
@click.argument("first", type=int)
@click.argument("second", type=int)
@acts
def compare(actor: User, code: str, first: int, second: int) -> None:
    found = run_comparison.compare(actor, campaigns.by_code(code), first, second)
    told = ", ".join(f"{found.counts[kind]} {words}" for kind, words in run_comparison.KINDS.items())
    click.echo(f"Từ lần tính {found.earlier.number} đến lần {found.later.number}. Phiếu: {told}.")
    for rule in found.rules:
        click.echo(f"Khác {rule}.")
    if found.warning:
        click.echo(found.warning)
    keys = ("responses", "index", "points", "rank")
    rows = [
        [each.unit, *(f"{_told(each.before, key)} → {_told(each.after, key)}" for key in keys)]
        for each in found.moved
    ]
    if rows:
        table(["Đơn vị", "Phiếu", "Chỉ số", "Điểm", "Hạng"], rows)


def _told(result: Mapping[str, Any] | None, key: str) -> str:
    return "–" if result is None or result[key] is None else str(result[key])


@group.command("screen", help="Sàng lọc phiếu và điều tra viên nên phúc tra, lưu kết quả.")
@click.argument("code")
@acts
def screen(actor: User, code: str) -> None:
    stored = quality.run(actor, campaigns.by_code(code))
    found = quality.result_of(stored)
    click.echo(
        f"Lần sàng lọc {stored.number}: {stored.responses} phiếu, {stored.milliseconds} ms, "
        f"{len(found['enumerators'])} nghi vấn về điều tra viên, {len(found['responses'])} về phiếu."
    )


@group.command(
    "export",
    help="Xuất kết quả ra tệp: bảng điểm (.xlsx), kết quả đầy đủ (.json), phiếu (.csv, .sav, .dta), mô tả biến (.html).",
)
@click.argument("code")
@click.option("--run", "number", type=int, help="Số lần tính; mặc định là số liệu hiện tại.")
@click.option("--kind", type=click.Choice(KINDS), help="Loại tệp, khi phần đuôi của tên tệp chưa nói rõ.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Tệp đích; phần đuôi cho biết loại tệp.",
)
@acts
def export(actor: User, code: str, number: int | None, kind: str | None, output: Path) -> None:
    wanted = outputs.kind_of(kind) if kind else outputs.by_ending(output.suffix, KINDS)
    make(actor, campaigns.by_code(code), wanted, number, output)
