"""What every page knows: where one is, who is there, and where one may go."""

from typing import Any

from flask import Flask, current_app, g, request, url_for

from survey_app.domain import campaigns
from survey_app.labels import CAMPAIGN_LABELS, LABELS
from survey_app.models import Campaign
from survey_app.version import VERSION
from survey_app.vocabulary import Permission
from survey_app.web import guards

# label, endpoint, permission, whether it needs a campaign
ITEMS = (
    ("Trang đầu", "home.index", Permission.ACCOUNT_OWN, False),
    ("Phiếu", "responses.index", Permission.RESPONSE_VIEW, True),
    ("Danh sách mẫu", "samples.index", Permission.SAMPLE_VIEW, True),
    ("Bảng điều phối", "board.index", Permission.BOARD_VIEW, True),
    ("Nhập từ tệp", "imports.index", Permission.RESPONSE_IMPORT, True),
    ("Tiến độ", "campaigns.progress", Permission.CAMPAIGN_VIEW, True),
    ("Tự trả lời", "self_links.index", Permission.SELF_LINK_MANAGE, True),
    ("Phân công", "assignments.index", Permission.ASSIGNMENT_MANAGE, True),
    ("Nhập lần hai", "second_keying.index", Permission.SECOND_ENTRY_ENTER, False),
    ("Nhập lần hai", "second_entries.index", Permission.SECOND_ENTRY_VIEW, True),
    ("In phiếu", "printing.index", Permission.FORM_PRINT, True),
    ("Chất lượng", "quality.index", Permission.QUALITY_VIEW, True),
    ("Điểm khảo sát", "scores.index", Permission.SCORE_VIEW, True),
    ("Chỉ số CCHC", "scores.ranking", Permission.SCORE_VIEW, True),
    ("Công bố", "publications.index", Permission.PUBLICATION_VIEW, True),
    ("Báo cáo", "reports.index", Permission.REPORT_EDIT, True),
    ("Điểm thẩm định", "appraisals.index", Permission.APPRAISAL_VIEW, True),
    ("Đợt khảo sát", "campaigns.index", Permission.CAMPAIGN_VIEW, False),
    ("Tài khoản", "people.index", Permission.PERSON_VIEW, False),
    ("Nhật ký", "audit.index", Permission.AUDIT_VIEW, False),
)

AFTER = 2  # of the items, “Phúc tra” is the third: beside the forms

# What a page of re-checks leads to; its own tabs, so that the frame's navigation stays short.
RECHECK_TABS = (
    ("Việc phúc tra", "rechecks.index", Permission.RECHECK_JUDGE),
    ("Rút thăm", "draws.index", Permission.DRAW_VIEW),
    ("Đề nghị hủy", "voids.index", Permission.VOID_VIEW),
    ("Bàn chung", "joint_cases.index", Permission.JOINT_VIEW),
    ("Làm lại", "redos.index", Permission.REDO_VIEW),
    ("Kết quả phúc tra", "recheck_measures.index", Permission.RECHECK_MEASURE),
)


def use_campaign(code: str) -> Campaign:
    """Return the campaign of an address, if its visitor may see it, and make it the page's own."""
    g.campaign = campaigns.one_visible_to(guards.actor(), code)
    found: Campaign = g.campaign
    return found


def present_campaign() -> Campaign | None:
    """Return the page's campaign, else the one its visitor most likely works on."""
    if "campaign" not in g:
        there = guards.visitor() is not None
        g.campaign = campaigns.newest_visible_to(guards.actor()) if there else None
    found: Campaign | None = g.campaign
    return found


def _navigation(campaign: Campaign | None) -> list[dict[str, Any]]:
    if guards.visitor() is None:
        return []
    items = []
    for label, endpoint, permission, with_campaign in ITEMS:
        if not guards.actor().may(permission) or (with_campaign and campaign is None):
            continue
        arguments: dict[str, Any] = {"code": campaign.code} if with_campaign and campaign else {}
        items.append(
            {"label": label, "href": url_for(endpoint, **arguments), "current": request.endpoint == endpoint}
        )
    if campaign is not None and (tabs := recheck_tabs(campaign)):
        current = any(tab["current"] for tab in tabs)
        items.insert(AFTER, {"label": "Phúc tra", "href": tabs[0]["href"], "current": current})
    return items


def recheck_tabs(campaign: Campaign) -> list[dict[str, Any]]:
    """Return the tabs of re-check pages that the visitor may open."""
    return [
        {
            "label": label,
            "href": url_for(endpoint, code=campaign.code),
            "current": (request.endpoint or "").partition(".")[0] == endpoint.partition(".")[0],
        }
        for label, endpoint, permission in RECHECK_TABS
        if endpoint in current_app.view_functions and guards.actor().may(permission)
    ]


def _known() -> dict[str, Any]:
    if g.get("bare"):
        return {
            "campaign": None,
            "campaign_labels": CAMPAIGN_LABELS,
            "labels": LABELS,
            "navigation": [],
            "person": None,
            "version": VERSION,
        }
    there = guards.visitor() is not None
    campaign = present_campaign()
    return {
        "campaign": campaign,
        "campaign_labels": CAMPAIGN_LABELS,
        "labels": LABELS,
        "may": (lambda permission: guards.actor().may(Permission(permission)))
        if there
        else (lambda _permission: False),
        "navigation": _navigation(campaign),
        "person": guards.actor() if there else None,
        "recheck_tabs": recheck_tabs,
        "version": VERSION,
    }


def register(app: Flask) -> None:
    """Give every template the frame's facts."""
    app.context_processor(_known)
