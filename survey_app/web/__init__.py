"""The web door: one blueprint a kind of work."""

from flask import Blueprint, Flask

from survey_app.web import errors, formats, guards, headers, navigation

BLUEPRINTS: tuple[Blueprint, ...] = ()


def register(app: Flask) -> None:
    """Put every page, guard, filter and error page on the application."""
    formats.register(app)
    guards.register(app)
    headers.register(app)
    errors.register(app)
    navigation.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
