"""What anybody may ask: is the house awake?"""

import logging
from typing import Any

from flask import Blueprint
from sqlalchemy.exc import SQLAlchemyError

from survey_app.domain import integrity
from survey_app.web import guards

log = logging.getLogger(__name__)
blueprint = Blueprint("public", __name__)


@blueprint.get("/healthz")
@guards.public
def health() -> Any:
    """Tell a watcher that the application answers and its database does."""
    try:
        integrity.ping()
    except SQLAlchemyError:
        log.exception("health")
        return {"status": "database"}, 503
    return {"status": "ok"}
