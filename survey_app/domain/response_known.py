"""What a campaign knows already when a file of answers comes: units, people, ways of asking, responses by form code."""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Row, select

from survey_app.audit_verbs import AuditVerb
from survey_app.domain import campaigns
from survey_app.domain.people import alias
from survey_app.domain.response_cells import Reader
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.language import clean_line
from survey_app.models import AuditLine, Campaign, CampaignUnit, Response, User
from survey_app.models.response import ARRIVED
from survey_app.vocabulary import Mode, ResponseState, Role

_MODES: dict[str, Mode] = {
    **{LABELS[mode].casefold(): mode for mode in Mode},
    **{mode.value: mode for mode in Mode},
}


class Known:
    """One campaign's facts, each asked of the database once a file."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.modes = set(campaigns.modes_of(campaign))
        units = campaigns.units_of(campaign)
        self.unit_by_id = {unit.unit_id: unit for unit in units}
        self._by_code = {unit.unit.code: unit for unit in units}
        self._by_name: dict[str, CampaignUnit | None] = {}
        for unit in units:
            name = unit.unit.name.casefold()
            self._by_name[name] = None if name in self._by_name else unit
        self.reader = lru_cache(maxsize=None)(lambda sha256: Reader(campaigns.questionnaire_of(sha256)))

    def unit(self, text: str) -> CampaignUnit | None:
        """Return a unit by its code or its name; a name that two units share is neither's."""
        return self._by_code.get(text) or self._by_name.get(text.casefold())

    def mode(self, text: str) -> Mode | None:
        """Return a way of asking by its code or its words."""
        return _MODES.get(text.casefold())

    @cached_property
    def enumerators(self) -> dict[str, User]:
        """Everybody who may have asked, by user name."""
        people = select(User).where(User.role == Role.ENUMERATOR)
        return {user.username: user for user in db.session.scalars(people)}

    @cached_property
    def _aliases(self) -> dict[str, User]:
        return {alias(user.id, user.username).lower(): user for user in self.enumerators.values()}

    def enumerator(self, text: str) -> User | None:
        """Return who asked, by user name, or by the code that files for outsiders name her under."""
        name = clean_line(text).lower()
        return self.enumerators.get(name) or self._aliases.get(name)

    @cached_property
    def void(self) -> dict[str, Row[Any]]:
        """The void responses by form code; what a reversed file withdrew is as if it had never come."""
        found = self._stored().where(Response.state == ResponseState.VOID).order_by(Response.id)
        rows = db.session.execute(found).all()
        if not rows:
            return {}
        lines = select(AuditLine.record_id).where(
            AuditLine.noun == "response",
            AuditLine.verb == AuditVerb.RESPONSE_WITHDRAWN,
            AuditLine.campaign_id == self.campaign.id,
        )
        withdrawn = set(db.session.scalars(lines))
        return {row.form_code: row for row in rows if row.uuid not in withdrawn}

    def stored(self, codes: Sequence[str]) -> dict[str, Row[Any]]:
        """Return the responses with these form codes: those that arrived, else void ones."""
        found = self._stored().where(ARRIVED, Response.form_code.in_(codes))
        void = {code: self.void[code] for code in codes if code in self.void}
        return void | {row.form_code: row for row in db.session.execute(found)}

    def arrived(self) -> set[str]:
        """Return the form codes of every response that arrived."""
        found = select(Response.form_code).where(Response.campaign_id == self.campaign.id, ARRIVED)
        return {code for code in db.session.scalars(found) if code}

    def _stored(self) -> Any:
        return (
            select(
                Response.id,
                Response.uuid,
                Response.form_code,
                Response.state,
                Response.version,
                Response.questionnaire_sha256,
                Response.unit_id,
                Response.mode,
                Response.answers,
                Response.details,
                Response.enumerator_id,
                User.username,
            )
            .join(User, User.id == Response.enumerator_id)
            .where(Response.campaign_id == self.campaign.id)
        )


def version_label(campaign: Campaign, sha256: str) -> str:
    """Return what columns of another questionnaire version are labelled with, "" for the campaign's own."""
    if sha256 == campaign.questionnaire_sha256:
        return ""
    own, present = (campaigns.questionnaire_of(each) for each in (sha256, campaign.questionnaire_sha256))
    return own.code if own.code != present.code else f"{own.code} {sha256[:8]}"
