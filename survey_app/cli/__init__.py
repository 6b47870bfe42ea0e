"""The command's door: one click group a noun, each thin."""

from flask import Flask

from survey_app.cli import (
    audit,
    bundle,
    campaign,
    check,
    demo,
    forms,
    publication,
    recheck,
    report,
    responses,
    sample,
    scores,
    second_entry,
    user,
    verify,
)


def register(app: Flask) -> None:
    """Put the command groups on the application."""
    for group in (
        audit.group,
        bundle.group,
        campaign.group,
        check.command,
        demo.group,
        forms.group,
        forms.questionnaires,
        publication.group,
        recheck.group,
        report.group,
        responses.group,
        sample.group,
        scores.group,
        second_entry.group,
        user.group,
        verify.command,
    ):
        app.cli.add_command(group)
