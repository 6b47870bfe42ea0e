"""The command's door: one click group a noun, each thin."""

from flask import Flask

from survey_app.cli import audit, campaign, check, demo, forms, responses, scores, user


def register(app: Flask) -> None:
    """Put the command groups on the application."""
    for group in (
        audit.group,
        campaign.group,
        check.command,
        demo.group,
        forms.group,
        forms.questionnaires,
        responses.group,
        scores.group,
        user.group,
    ):
        app.cli.add_command(group)
