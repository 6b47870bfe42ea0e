"""What follows from a verdict, in the transaction that stores it."""

from datetime import datetime

from survey_app.models import Recheck, RecheckVerdict, User


def follow(actor: User, recheck: Recheck, verdict: RecheckVerdict, moment: datetime) -> None:
    """Draw the consequences of a verdict that was just stored: proposals, joint cases, batches to redo."""
