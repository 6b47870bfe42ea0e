"""`hailong campaign`: creating campaigns and moving them on."""

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from survey_app.cli.door import acts, table
from survey_app.domain import campaigns, publication, unit_list
from survey_app.extensions import db
from survey_app.labels import CAMPAIGN_LABELS
from survey_app.models import Campaign, User
from survey_app.vocabulary import CampaignState

group = AppGroup("campaign", help="Đợt khảo sát.")
_DAY = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])


@group.command("create", help="Tạo đợt khảo sát từ danh sách đơn vị UNITS (.csv).")
@click.argument("code")
@click.argument("units", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", required=True, help="Tên đợt, ví dụ “Khảo sát năm 2026”.")
@click.option(
    "--from", "period_from", type=_DAY, required=True, help="Ngày đầu kỳ (2026-01-01 hoặc 01/01/2026)."
)
@click.option("--to", "period_to", type=_DAY, required=True, help="Ngày cuối kỳ.")
@click.option("--questionnaire", default="sipas-2017", show_default=True, help="Mã bộ câu hỏi.")
@click.option("--method", default="ha-nam-2022", show_default=True, help="Mã phương pháp tính.")
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không lưu.")
@acts
def create(
    actor: User,
    code: str,
    units: Path,
    name: str,
    period_from: datetime,
    period_to: datetime,
    questionnaire: str,
    method: str,
    dry_run: bool,
) -> None:
    listed = unit_list.read(units)
    plan = campaigns.Plan(
        code=code,
        name=name,
        year=period_to.year,
        period_from=period_from.date(),
        period_to=period_to.date(),
        units=listed.units,
        questionnaire=questionnaire,
        method=method,
    )
    campaign = campaigns.create(actor, plan)
    unit_list.enter_appraisals(actor, campaign, listed)
    if dry_run:
        db.session.rollback()
    quota = sum(unit.quota for unit in listed.units)
    done = "Kiểm tra đạt, chưa lưu:" if dry_run else "Đã tạo đợt"
    click.echo(f"{done} {code}: {len(listed.units)} đơn vị, chỉ tiêu {quota} phiếu.")


@group.command("list", help="Liệt kê các đợt khảo sát.")
@acts
def list_all(actor: User) -> None:
    found = db.session.scalars(select(Campaign).order_by(Campaign.year, Campaign.id))
    rows = [
        [each.code, str(each.year), CAMPAIGN_LABELS[CampaignState(each.state)], each.name] for each in found
    ]
    table(["Mã", "Năm", "Trạng thái", "Tên"], rows)


def _mover(name: str, target: CampaignState, text: str) -> None:
    @group.command(name, help=text)
    @click.argument("code")
    @click.option(
        "--reason",
        default="",
        help="Lý do; bắt buộc khi mở lại, và khi niêm phong lúc còn việc chưa quyết định.",
    )
    @acts
    def move(actor: User, code: str, reason: str) -> None:
        campaign = campaigns.by_code(code)
        publication.move(actor, campaign, target, reason)
        click.echo(f"Đợt {code}: {CAMPAIGN_LABELS[target]}.")


_mover("open", CampaignState.OPEN, "Mở đợt để thu thập; mở lại đợt đã đóng hoặc niêm phong thì cần lý do.")
_mover("close", CampaignState.CLOSED, "Đóng đợt, không nhận phiếu nữa.")
_mover("seal", CampaignState.SEALED, "Niêm phong đợt đã đóng.")
_mover("publish", CampaignState.PUBLISHED, "Công bố lần tính điểm mới nhất của đợt đã niêm phong.")
