"""What anybody may ask: is the house awake?"""

from typing import Any

from flask import Blueprint

from survey_app.domain import integrity
from survey_app.web import guards

blueprint = Blueprint("public", __name__)


@blueprint.get("/healthz")
@guards.public
def health() -> Any:
    """Tell a watcher that the application answers and its database does."""
    integrity.ping()
    return {"status": "ok"}
