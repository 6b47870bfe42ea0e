"""The web door: one blueprint a kind of work."""

from flask import Flask

from survey_app.web import (
    appraisals,
    assignments,
    audit,
    auth,
    campaigns,
    errors,
    formats,
    guards,
    headers,
    home,
    imports,
    navigation,
    offline,
    people,
    public,
    quality,
    rechecks,
    responses,
    scores,
    style,
)

BLUEPRINTS = (
    appraisals.blueprint,
    assignments.blueprint,
    audit.blueprint,
    auth.blueprint,
    campaigns.blueprint,
    home.blueprint,
    imports.blueprint,
    offline.blueprint,
    people.blueprint,
    public.blueprint,
    quality.blueprint,
    rechecks.blueprint,
    responses.blueprint,
    scores.blueprint,
    style.blueprint,
)


def register(app: Flask) -> None:
    """Put every page, guard, filter and error page on the application."""
    formats.register(app)
    guards.register(app)
    headers.register(app)
    errors.register(app)
    navigation.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
