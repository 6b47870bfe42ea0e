"""A small campaign with one of everything that a dossier tells of, for tests of dossiers, bundles and publications."""

from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from survey_app.domain import (
    assignments,
    campaigns,
    duplicate_codes,
    flags,
    materials,
    outputs,
    people,
    responses,
    scores,
    self_links,
    voids,
)
from survey_app.domain.response_content import Entry
from survey_app.extensions import db
from survey_app.models import Campaign, DrawPart, Response, ScoreRun, User
from survey_app.vocabulary import Body, CampaignState, FlagReason, Party, Role
from tests.domain import sample_list
from tests.domain.citizens import issue
from tests.domain.citizens import sent as by_citizen
from tests.domain.drawing import PARTS, digest
from tests.domain.small_campaign import CRITERIA, DETAILS
from tests.domain.verdicts import FAILED_A, World, proposals, world

TYPED = "Bà Lan ở tổ 3 nói nhỏ điều này"
TYPED_LATER = "Bà Lan nói lại lần hai"
# What must not be in any file for outsiders: names, user names, telephone numbers, addresses, words people typed.
PERSONAL = (
    *(TYPED, TYPED_LATER, "Bà Lan"),
    *("Ông Phúc", "dtv-a", "dtv-b", "Người so-noi-vu", "so-noi-vu", "mat-tran"),
    *("Không ai hỏi.", "Tôi có đến.", "Xem lại.", "Đã xác minh"),
    *("Nguyễn Văn An", "0912345678", "912345678", "Xã 00017"),
)


@dataclass
class Told:
    """The campaign and its people; `counted` are the codes of the four responses that count."""

    world: World
    other: User
    campaign: Campaign
    counted: tuple[str, ...] = ("A-1", "A-2", "A-6", "B-1")

    def run(self, reason: str = "Chốt") -> ScoreRun:
        """Store a run and return it."""
        made = scores.run(self.world.home, self.campaign, reason)
        db.session.commit()
        return made

    def moved(self, *steps: CampaignState, reason: str = "Vì thử") -> None:
        """Move the campaign on."""
        for step in steps:
            campaigns.move(self.world.home, self.campaign, step, reason)
        db.session.commit()

    def sealed(self) -> None:
        """Close and seal the campaign."""
        self.moved(CampaignState.CLOSED, CampaignState.SEALED)

    def correct(self, code: str = "A-6") -> None:
        """Let the enumerator correct one answer of a response that was doubted."""
        mend(self.world, entry_of(code, access_1=1), "Nhập nhầm")
        db.session.commit()


def doubted(here: World, code: str) -> Response:
    """Return a response that a supervisor has just doubted, which returns it."""
    response = found(here.asks, code)
    said = {"reason": FlagReason.CONTRADICTION, "note": "Xem lại."}
    flags.raise_flag(here.front, response, version=response.version, **said)
    return response


def mend(here: World, entry: Entry, reason: str) -> None:
    """Let a supervisor doubt a response and its enumerator correct it."""
    response = doubted(here, entry.form_code)
    responses.correct(here.asks, response, entry, version=response.version, reason=reason)


def entry_of(code: str, unit: str = "A", details: dict[str, object] | None = None, **levels: object) -> Entry:
    """Return a form whose levels are 4 but those named."""
    answers = dict.fromkeys(CRITERIA, 4) | levels
    few = sum(level is None for level in answers.values()) > 1
    return Entry(unit, code, "paper", answers, DETAILS | (details or {}), accept_invalid=few)


def found(actor: User, code: str) -> Response:
    """Return an enumerator's response by its form code."""
    seen = db.session.scalars(responses.visible_to(actor))
    return next(each for each in seen if each.form_code == code)


def _reveal(here: World) -> None:
    """Give the world's draw the parts that its record tells of."""
    for party in Party:
        moment = here.draw.opened_at
        facts = {"commitment": digest(PARTS[party]), "part": PARTS[party], "revealed_at": moment}
        people_of = {"committed_by_id": here.home.id, "revealed_by_id": here.home.id}
        db.session.add(DrawPart(draw_id=here.draw.id, party=party, committed_at=moment, **facts, **people_of))


def told_campaign(actor: User, small: Campaign, folder: Path) -> Told:
    """Return a campaign with a correction, a void and a returned response, an invalid one, one apart and a duplicate.

    Its list has two rows with contacts, of which none was answered.
    """
    here = world(actor, small)
    _reveal(here)
    asks, campaign = here.asks, here.campaign
    other = people.create(actor, people.Person("dtv-b", "Ông Phúc", Role.ENUMERATOR), None)
    for unit, person in (("A", other), ("B", other)):
        assignments.assign(actor, campaign, unit, person, 5)
    sample_list.take_in(actor, campaign, folder, sample_list.ROWS[:2])

    def send(person: User, entry: Entry) -> None:
        responses.submit(person, campaign, str(uuid4()), entry)

    _confirmed, (recheck,) = here.drawn("A-1", Body.FRONT)
    here.judge(recheck, "confirmed")
    send(asks, entry_of("A-2", details={"comment": TYPED}))
    mended = entry_of("A-2", details={"comment": TYPED_LATER}, access_2=2, feedback_4="NA")
    mend(here, mended, "Đối chiếu phiếu giấy")
    _void, (failed,) = here.drawn("A-3", Body.FRONT)
    here.judge(failed, "failed", FAILED_A, "Không ai hỏi.")
    voids.answer(asks, proposals()[0], "Tôi có đến.")
    voids.confirm(here.home, proposals()[0], "Đã xác minh", seen=voids.seen_of(proposals()[0]))
    send(asks, entry_of("A-4"))
    doubted(here, "A-4")
    send(asks, entry_of("A-5", **dict.fromkeys(CRITERIA[2:], None)))
    send(asks, entry_of("A-6", access_1=None))
    send(other, entry_of("B-1", "B"))
    link = issue(here.home, campaign)[0]
    self_links.submit(link.token, by_citizen(1))
    db.session.commit()
    duplicate_codes.receive(other, campaign, str(uuid4()), entry_of("A-1", access_1=5), version=None)
    db.session.commit()
    return Told(here, other, campaign)


def bundle_of(run: ScoreRun) -> bytes:
    """Return a run's bundle as Home Affairs is given it."""
    campaign, kind, parts = run.campaign, outputs.kind_of("bundle"), []
    outputs.write(people.command_line(), campaign, kind, materials.material_of(run), parts.append)
    db.session.commit()
    return b"".join(parts)
