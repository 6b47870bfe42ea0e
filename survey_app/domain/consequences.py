"""What follows from a verdict, in the transaction that stores it."""

from datetime import datetime

from survey_app.domain import audit, joint_cases, redos, voiding, voids
from survey_app.models import Recheck, RecheckVerdict, User


def follow(actor: User, recheck: Recheck, verdict: RecheckVerdict, moment: datetime) -> None:
    """Draw the consequences of a verdict that was just stored: proposals, joint cases, batches to redo.

    Failed on (a) or (b), it proposes to void the response; when it no longer does, what it proposed is withdrawn. Where
    the other body judged differently, the case goes to the joint list. Too many failed of an enumerator's work propose
    to redo it. Nothing here changes a response.
    """
    response = voiding.hold([recheck.response_id])[0]
    lines = joint_cases.reconsider(response, moment)
    lines += voids.settle(response, moment, verdict)
    lines += redos.reconsider(response.campaign, response.enumerator, moment)
    audit.record_lines(actor, lines, campaign_id=recheck.campaign_id, at=moment)
