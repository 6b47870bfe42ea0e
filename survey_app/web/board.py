"""The coordinator's board on one page."""

from typing import Any

from flask import Blueprint, render_template

from survey_app.domain import board, device_views, duplicate_codes, pace
from survey_app.vocabulary import Permission
from survey_app.web import guards
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("board", __name__, url_prefix="/campaigns/<code>/board")


@blueprint.get("")
@guards.needs(Permission.BOARD_VIEW)
def index(code: str) -> Any:
    campaign = use_campaign(code)
    return render_template(
        "board/index.html",
        board=board.read(guards.actor(), campaign),
        duplicates=duplicate_codes.open_count(guards.actor(), campaign),
        rules=board,
        paces=pace,
        device_rules=device_views,
        standings=board.STANDING_LABELS,
        ways=pace.WAY_LABELS,
    )
