"""The first page: what each kind of person does next."""

from typing import Any

from flask import Blueprint, render_template

from survey_app.domain import (
    appraisals,
    assignments,
    board,
    campaigns,
    duplicate_codes,
    flag_questions,
    flags,
    overview,
    pace,
    recheck_queue,
    rechecks,
    responses,
    sample_views,
    scores,
    second_entries,
    voids,
)
from survey_app.models import Campaign, User
from survey_app.models.columns import now
from survey_app.vocabulary import Permission, Role
from survey_app.web import guards, navigation
from survey_app.web.forms.flag import AnswerForm

blueprint = Blueprint("home", __name__)
RECHECKS_SHOWN = 6


def _enumerator(user: User, campaign: Campaign) -> dict[str, Any]:
    returned, questions = flags.waiting_for(user, campaign)
    return {
        "returned": returned,
        "questions": [(flag, AnswerForm(flag.id, None)) for flag in questions],
        "about": flags.asked_about,
        "proposed_void": voids.waiting_for(user, campaign),
        "present": now(),
        "work": assignments.work_of(user, campaign),
        "drafts": responses.drafts_of(user, campaign),
        "today": sample_views.today_of(user, campaign),
        "pace": pace.pace_of(user, campaign),
        "errors": second_entries.error_rate_of(user, campaign),
        "second": second_entries.waiting_for(user),
    }


def _coordinator(user: User, campaign: Campaign) -> dict[str, Any]:
    counted = assignments.tallies(campaign)
    return {
        "progress": assignments.progress(campaign, counted),
        "work": assignments.work_by_enumerator(campaign),
        "attention": board.attention(user, campaign, counted),
        "duplicates": duplicate_codes.open_count(user, campaign),
        "rules": board,
    }


def _supervisor(user: User, campaign: Campaign) -> dict[str, Any]:
    raised, to_settle = flags.newest_of(user, campaign), flag_questions.to_settle(user, campaign)
    newest = overview.newest(user, campaign)
    shown = [flag.response_id for flag in (*raised, *to_settle)] + [response.id for response in newest]
    hidden = rechecks.hidden_among(user, shown)
    return {
        "queue": recheck_queue.queue_of(user, campaign).rows[:RECHECKS_SHOWN],
        "rechecks": recheck_queue.counts_of(user, campaign),
        "replies": recheck_queue.replies_to(user, campaign),
        "hidden": hidden,
        "flags": raised,
        "to_settle": [flag for flag in to_settle if flag.response_id not in hidden],
        "about": flags.asked_about,
        "counts": overview.counts(campaign),
        "apart": overview.apart(campaign),
        "newest": newest,
    }


def _home_affairs(user: User, campaign: Campaign) -> dict[str, Any]:
    return {
        "progress": assignments.progress(campaign),
        "runs": scores.runs_of(user, campaign)[:3],
        "duplicates": duplicate_codes.open_count(user, campaign),
    }


def _unit_officer(user: User, campaign: Campaign) -> dict[str, Any]:
    progress = [each for each in assignments.progress(campaign) if each.unit.unit_id == user.unit_id]
    return {
        "progress": progress,
        "appraisal": appraisals.of_campaign(campaign).get(user.unit_id or 0),
        "runs": scores.runs_of(user, campaign)[:1],
    }


def _appraiser(_user: User, campaign: Campaign) -> dict[str, Any]:
    units = [unit for unit in campaigns.units_of(campaign) if unit.counts_for_id is None]
    return {"units": units, "given": appraisals.of_campaign(campaign)}


FIRST_PAGES = {
    Role.ENUMERATOR: _enumerator,
    Role.COORDINATOR: _coordinator,
    Role.SUPERVISOR: _supervisor,
    Role.BODY_HEAD: _supervisor,
    Role.HOME_AFFAIRS: _home_affairs,
    Role.UNIT_OFFICER: _unit_officer,
    Role.APPRAISER: _appraiser,
}


@blueprint.get("/")
@guards.needs(Permission.ACCOUNT_OWN)
def index() -> Any:
    user = guards.actor()
    campaign = navigation.present_campaign()
    role = Role(user.role)
    facts = FIRST_PAGES[role](user, campaign) if campaign and role in FIRST_PAGES else {}
    page = Role.SUPERVISOR if role == Role.BODY_HEAD else role
    return render_template(f"home/{page.value}.html", **facts)
