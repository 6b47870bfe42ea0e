"""What re-checks found: the board of a body's head and of Home Affairs, one enumerator, one unit."""

from typing import Any

from flask import Blueprint, render_template

from survey_app import problems
from survey_app.domain import (
    campaigns,
    recheck_enumerators,
    recheck_measures,
    recheck_points,
    recheck_settings,
)
from survey_app.exports import recheck_charts
from survey_app.exports import recheck_sentences as sentences
from survey_app.language import clean_line
from survey_app.models import Campaign
from survey_app.vocabulary import Permission
from survey_app.web import guards
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("recheck_measures", __name__, url_prefix="/campaigns/<code>/recheck-measures")
SCALES = ("five_levels", "satisfied")


@blueprint.get("")
@guards.needs(Permission.RECHECK_MEASURE)
def index(code: str) -> Any:
    campaign, actor = use_campaign(code), guards.actor()
    found = recheck_measures.gathered(actor, campaign)
    by_enumerator = found.by_enumerator()
    agreement = found.agreement()
    return render_template(
        "recheck_measures/index.html",
        found=found,
        progress=recheck_measures.progress(actor, campaign),
        units=found.by_unit(),
        enumerators=by_enumerator,
        bodies=found.by_body(),
        suspects=found.suspects(),
        funnel=recheck_charts.funnel_of(found.whole.failure.rate or 0.0, by_enumerator, found.names),
        agreement={name: dict(zip(SCALES, both, strict=True)) for name, both in agreement.items()},
        criteria=_criteria(campaign),
        overlap=found.overlap(),
        settings=recheck_settings.of_campaign(campaign),
        say=sentences,
    )


def _criteria(campaign: Campaign) -> dict[str, str]:
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    return {each.code: each.text.rstrip(".") for each in questionnaire.criteria}


@blueprint.get("/enumerators/<username>")
@guards.needs(Permission.RECHECK_MEASURE)
def enumerator(code: str, username: str) -> Any:
    campaign, actor = use_campaign(code), guards.actor()
    found = recheck_measures.gathered(actor, campaign)
    hers = recheck_enumerators.one(actor, found, clean_line(username))
    return render_template(
        "recheck_measures/enumerator.html",
        found=found,
        hers=hers,
        funnel=recheck_charts.funnel_of(
            found.whole.failure.rate or 0.0, found.by_enumerator(), found.names, hers.enumerator.username
        ),
        say=sentences,
    )


@blueprint.get("/units/<unit>")
@guards.needs(Permission.RECHECK_MEASURE)
def unit(code: str, unit: str) -> Any:
    campaign, actor = use_campaign(code), guards.actor()
    found = recheck_measures.gathered(actor, campaign)
    if unit not in found.units:
        raise problems.NotFound()
    method = campaigns.method_of(campaign.method_sha256)
    return render_template(
        "recheck_measures/unit.html",
        found=found,
        unit=unit,
        measures=found.by_unit().get(unit),
        known=[each for each in found.known if each.unit == unit],
        reading=recheck_points.of_unit(found, unit) if actor.may(Permission.SCORE_VIEW) else None,
        decimals=method.points.decimals,
        say=sentences,
    )
