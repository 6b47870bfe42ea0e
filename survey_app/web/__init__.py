"""The web door: one blueprint a kind of work."""

from flask import Flask

from survey_app.web import (
    appraisals,
    assignments,
    audit,
    auth,
    board,
    campaigns,
    devices,
    draws,
    duplicates,
    errors,
    flags,
    formats,
    guards,
    headers,
    home,
    imports,
    joint_cases,
    navigation,
    offline,
    people,
    printing,
    public,
    public_results,
    publications,
    quality,
    recheck_measures,
    recheck_sync,
    rechecks,
    redos,
    report_figures,
    reports,
    responses,
    reviews,
    sample_assignments,
    samples,
    scores,
    second_entries,
    second_keying,
    self_completion,
    self_links,
    style,
    voids,
)

BLUEPRINTS = (
    appraisals.blueprint,
    assignments.blueprint,
    audit.blueprint,
    auth.blueprint,
    board.blueprint,
    campaigns.blueprint,
    devices.blueprint,
    draws.blueprint,
    duplicates.blueprint,
    home.blueprint,
    imports.blueprint,
    joint_cases.blueprint,
    offline.blueprint,
    people.blueprint,
    printing.blueprint,
    public.blueprint,
    public_results.blueprint,
    publications.blueprint,
    quality.blueprint,
    recheck_sync.blueprint,
    redos.blueprint,
    recheck_measures.blueprint,
    report_figures.blueprint,
    reports.blueprint,
    flags.blueprint,
    rechecks.blueprint,
    responses.blueprint,
    reviews.blueprint,
    sample_assignments.blueprint,
    samples.blueprint,
    scores.blueprint,
    second_entries.blueprint,
    second_keying.blueprint,
    self_completion.blueprint,
    self_links.blueprint,
    style.blueprint,
    voids.blueprint,
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
