"""How well each enumerator keys: forms drawn, entered and resolved, the error rate with its bounds, what is next."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from sqlalchemy import Select, case, func, select

from scoring import acceptance
from scoring.acceptance import ACCEPT, GO_ON, KEY_ALL, ErrorRate
from survey_app.domain import campaigns, second_entry_settings
from survey_app.extensions import db
from survey_app.models import Campaign, Response, SecondEntry, User
from survey_app.vocabulary import Mode, ResponseState, SecondEntryState

NOT_DRAWN, WAITING = "not_drawn", "waiting"
VERDICTS = {
    NOT_DRAWN: "Chưa rút",
    WAITING: "Đang chờ",
    ACCEPT: "Chấp nhận",
    GO_ON: "Chưa đủ chắc",
    KEY_ALL: "Không đạt",
}
ARRIVED = (ResponseState.SUBMITTED, ResponseState.ACCEPTED, ResponseState.RETURNED)


@dataclass(frozen=True)
class Keyer:
    """One first keyer's batch: all her paper forms that arrived, those drawn, and what they say.

    Rate and bound are of rounds resolved to the last form: forms without a difference are resolved at once, so a
    round half resolved would look better than it is.
    `upper` is the bound that decides, at the level of this look; `more` is how many forms to draw next; `later` how
    many arrived after the last draw, of which the sample says nothing. Rates are shares 0–1.
    """

    user: User
    paper: int
    drawn: int
    waiting: int
    entered: int
    resolved: int
    rate: ErrorRate
    upper: float | None
    verdict: str
    more: int
    later: int
    rounds: int

    @property
    def left(self) -> int:
        """How many forms of the batch were not drawn."""
        return self.paper - self.drawn

    @property
    def census(self) -> bool:
        """Whether every form was keyed twice and resolved: the rate then is known, without an interval."""
        return not self.left and self.verdict in (ACCEPT, KEY_ALL)

    @property
    def may_be_drawn(self) -> bool:
        """Whether a draw would take forms of hers."""
        return self.more > 0 and self.verdict in (NOT_DRAWN, GO_ON, KEY_ALL)

    @property
    def next(self) -> str:
        """What is to be done, in words."""
        if self.verdict == NOT_DRAWN:
            return f"Rút {self.more} phiếu lần đầu"
        if self.verdict == WAITING:
            steps = (("nhập", self.waiting), ("đối chiếu", self.entered))
            return "Chờ " + ", chờ ".join(f"{step} {count} phiếu" for step, count in steps if count)
        if self.verdict == ACCEPT:
            return "Không cần rút thêm"
        if not self.left:
            return "Đã nhập lại toàn bộ"
        if self.verdict == KEY_ALL:
            return f"Nhập lại toàn bộ: rút {self.left} phiếu còn lại"
        return f"Rút thêm {self.more} phiếu"


@dataclass(frozen=True)
class Report:
    """All keyers of a campaign in Vietnamese order, and how errors crowd in forms over all of them together."""

    keyers: Sequence[Keyer]
    deff: float
    settings: second_entry_settings.Settings

    @property
    def can_draw(self) -> int:
        """Return how many forms a draw would take now."""
        return sum(each.more for each in self.keyers if each.may_be_drawn)


@dataclass
class _Batch:
    """What was drawn of one keyer, gathered: forms by state, and (errors, fields) of each round's resolved forms."""

    states: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    resolved: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    unfinished: set[int] = field(default_factory=set)

    @property
    def rounds(self) -> int:
        return max(self.unfinished | set(self.resolved), default=0)

    @property
    def errors(self) -> list[int]:
        return [errors for errors, _ in self._whole_rounds()]

    @property
    def fields(self) -> list[int]:
        return [fields for _, fields in self._whole_rounds()]

    def _whole_rounds(self) -> list[tuple[int, int]]:
        return [
            form for each, forms in self.resolved.items() if each not in self.unfinished for form in forms
        ]


def undrawn(campaign: Campaign) -> Select[Any]:
    """Return a select of the paper forms that arrived and were not drawn yet, to be given its columns."""
    return (
        select()
        .select_from(Response)
        .outerjoin(SecondEntry, SecondEntry.response_id == Response.id)
        .where(
            Response.campaign_id == campaign.id,
            Response.mode == Mode.PAPER,
            Response.state.in_(ARRIVED),
            SecondEntry.id.is_(None),
        )
    )


def _left(campaign: Campaign) -> dict[int, tuple[int, int]]:
    """Return by keyer how many forms were not drawn, and how many of those arrived after her last draw."""
    last = (
        select(Response.enumerator_id, func.max(SecondEntry.drawn_at).label("at"))
        .join(SecondEntry, SecondEntry.response_id == Response.id)
        .where(SecondEntry.campaign_id == campaign.id)
        .group_by(Response.enumerator_id)
        .subquery()
    )
    since = func.sum(case((Response.submitted_at > last.c.at, 1), else_=0))
    counted = (
        undrawn(campaign)
        .outerjoin(last, last.c.enumerator_id == Response.enumerator_id)
        .add_columns(Response.enumerator_id, func.count(), since)
        .group_by(Response.enumerator_id)
    )
    return {keyer: (count, int(later)) for keyer, count, later in db.session.execute(counted)}


def _batches(campaign: Campaign) -> dict[int, _Batch]:
    drawn = (
        select(
            Response.enumerator_id,
            SecondEntry.state,
            SecondEntry.fields,
            SecondEntry.errors,
            SecondEntry.draw,
        )
        .join(SecondEntry.response)
        .where(SecondEntry.campaign_id == campaign.id)
        .order_by(SecondEntry.id)
    )
    found: dict[int, _Batch] = defaultdict(_Batch)
    for keyer, state, fields, errors, draw in db.session.execute(drawn):
        batch = found[keyer]
        batch.states[state] += 1
        at = json.loads(draw)["round"]
        if state == SecondEntryState.RESOLVED:
            batch.resolved[at].append((errors or 0, fields))
        else:
            batch.unfinished.add(at)
    return dict(found)


def of_campaign(campaign: Campaign) -> Report:
    """Return how each keyer of paper forms stands; three queries, whatever the number of forms."""
    settings = second_entry_settings.of_campaign(campaign)
    left, batches = _left(campaign), _batches(campaign)
    named = select(User).where(User.id.in_({*left, *batches})).order_by(User.sort_key, User.id)
    deff = acceptance.shared_design_effect([(each.errors, each.fields) for each in batches.values()])
    keyers = [
        _keyer(user, batches.get(user.id, _Batch()), *left.get(user.id, (0, 0)), settings, deff)
        for user in db.session.scalars(named)
    ]
    return Report(keyers, deff, settings)


def _keyer(
    user: User, batch: _Batch, left: int, later: int, settings: second_entry_settings.Settings, deff: float
) -> Keyer:
    drawn = sum(batch.states.values())
    paper, known = left + drawn, len(batch.errors)
    waiting, entered = batch.states[SecondEntryState.DRAWN], batch.states[SecondEntryState.ENTERED]
    rules: dict[str, Any] = {"limit": settings.limit, "level": settings.level, "deff": deff}
    verdict, upper, more = NOT_DRAWN if not drawn else WAITING, None, 0
    look = max(1, ceil(known / settings.first_forms))
    if known:
        at = acceptance.spent(settings.level, look)
        upper = acceptance.bounds(batch.errors, batch.fields, at, deff)[1]
    if not drawn:
        more = min(settings.first_forms, paper)
    elif known == drawn:
        verdict = acceptance.verdict(batch.errors, batch.fields, look=look, forms=paper, **rules)
        if verdict == GO_ON:
            more = acceptance.next_forms(
                batch.errors, batch.fields, step=settings.first_forms, forms=paper, **rules
            )
        elif verdict == KEY_ALL:
            more = left
        if not left:
            upper = None
    rate = acceptance.error_rate(sum(batch.errors), sum(batch.fields), settings.level)
    return Keyer(
        user,
        paper,
        drawn,
        waiting,
        entered,
        drawn - waiting - entered,
        rate,
        upper,
        verdict,
        more,
        later,
        batch.rounds,
    )


def enough_without_error(campaign: Campaign, settings: second_entry_settings.Settings, deff: float) -> int:
    """Return how many forms without any error are accepted at the first look: the least a sample must have."""
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    always = [each for each in questionnaire.questions if each.show_if is None]
    fields = 1 + len(questionnaire.criteria) + len(always)
    level = acceptance.spent(settings.level, 1)
    return acceptance.forms_needed(fields / deff, settings.limit, level) or 0
