"""The Word template of a campaign's report: the program's own, or one that Home Affairs handed in; none is ever lost."""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import defer, selectinload

from survey_app import publication_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns, printing
from survey_app.exports import report_fields, report_parts, report_word
from survey_app.exports.material import Tell, Words, silent
from survey_app.exports.report_content import Paragraph, Report, Section
from survey_app.exports.report_template_guard import TemplateUnfit
from survey_app.extensions import begin_writing, db
from survey_app.language import clean_line
from survey_app.models import Campaign, ReportTemplate, User

OWN = "Mẫu của phần mềm"
LONGEST_NAME = 200
EMPTY = hashlib.sha256(b"").hexdigest()


def content_of(campaign: Campaign) -> bytes | None:
    """Return the template a campaign's report is set in; None for the program's own."""
    newest = select(ReportTemplate.content).where(ReportTemplate.campaign_id == campaign.id)
    return db.session.scalar(newest.order_by(ReportTemplate.number.desc()).limit(1)) or None


def shown_content_of(campaign: Campaign) -> bytes:
    """Return the present template as a file, whosever it is."""
    return content_of(campaign) or report_word.own_template()


def history(campaign: Campaign) -> list[ReportTemplate]:
    """Return who set which template when, newest first, without their contents."""
    found = select(ReportTemplate).where(ReportTemplate.campaign_id == campaign.id)
    found = found.options(defer(ReportTemplate.content), selectinload(ReportTemplate.set_by))
    return list(db.session.scalars(found.order_by(ReportTemplate.number.desc())))


def is_own(template: ReportTemplate) -> bool:
    """Tell whether a line of the history goes back to the program's own template."""
    return template.content_digest == EMPTY


def fields_of(campaign: Campaign) -> list[tuple[str, str]]:
    """Return every field that a template of this campaign may use, with its meaning."""
    groups = campaigns.group_names_of(campaign)
    slugs = {report_parts.slug(code): name for code, name in groups.items()}
    return [*report_fields.FIELDS.items(), *report_fields.facts_of_groups(slugs).items()]


def replace(actor: User, campaign: Campaign, name: str, content: bytes) -> None:
    """Set the report in a template from now on; the same one again changes nothing.

    Refuses a file that is no Word template fit for use: a sample is set in it before it is stored.
    """
    check(campaign, content)
    begin_writing()
    _add(actor, campaign, clean_line(name)[:LONGEST_NAME] or "mẫu.docx", content)


def use_own(actor: User, campaign: Campaign) -> None:
    """Go back to the program's own template; where it is used already, nothing changes."""
    _add(actor, campaign, OWN, b"")


def _add(actor: User, campaign: Campaign, name: str, content: bytes) -> None:
    audit.hold()  # whoever sets one at the same moment numbers his after this one
    mine = ReportTemplate.campaign_id == campaign.id
    last = db.session.scalar(select(func.max(ReportTemplate.number)).where(mine)) or 0
    digest = hashlib.sha256(content).hexdigest()
    newest = select(ReportTemplate.content_digest).where(mine, ReportTemplate.number == last)
    before = db.session.scalar(newest) or EMPTY
    if digest == before:
        return
    made = ReportTemplate(
        campaign_id=campaign.id,
        number=last + 1,
        name=name,
        content=content,
        content_digest=digest,
        set_by_id=actor.id,
    )
    db.session.add(made)
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.REPORT_TEMPLATE_SET,
        f"{campaign.code}/{made.number}",
        campaign_id=campaign.id,
        before={"digest": before} if last else None,
        after={"file": name, "digest": digest},
    )


def check(campaign: Campaign, content: bytes) -> None:
    """Refuse a template in which a sample of the campaign's report cannot be set."""
    if not content:
        raise publication_problems.TemplateRefused(why="tệp rỗng")
    word_of(_sample(campaign), content)


def word_of(report: Report, template: bytes | None, tell: Tell = silent) -> bytes:
    """Return a report as .docx set in a template; refuses one that is not fit for use."""
    try:
        return report_word.word_of(report, template, tell)
    except TemplateUnfit as unfit:
        raise publication_problems.TemplateRefused(why=unfit.why) from None


def _sample(campaign: Campaign) -> Report:
    """Return a short report with a value for every field."""
    authority, issuer = printing.letterhead_of(campaign)
    part = Section("mau", 1, "I. PHẦN MẪU", (Paragraph("Đoạn mẫu."),))
    facts = {name: "0" for name, _ in fields_of(campaign) if name not in report_fields.FIELDS}
    words = Words(authority, issuer, recipients=("Nơi nhận mẫu",))
    return Report(words, "BÁO CÁO", "Báo cáo mẫu", campaign.made_up, (part,), (part,), facts)
