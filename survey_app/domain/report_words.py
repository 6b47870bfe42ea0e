"""What stands around a campaign's report: who issues it, number, place and day, who signs, who receives it."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date

from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, printing
from survey_app.extensions import db
from survey_app.language import clean, clean_line
from survey_app.models import Campaign, User

LONGEST = {"place": 60, "number": 60, "signer": 80}
LONGEST_TITLE, TITLE_LINES = 100, 2
LONGEST_RECIPIENT, MOST_RECIPIENTS = 150, 30


@dataclass(frozen=True)
class ReportWords:
    """The words as they are kept; `dated` an ISO date, titles and recipients one a line; empty where nobody has said."""

    place: str = ""
    number: str = ""
    dated: str = ""
    signer_title: str = ""
    signer: str = ""
    recipients: str = ""

    @property
    def day(self) -> date | None:
        """Return the day of the report."""
        return date.fromisoformat(self.dated) if self.dated else None

    @property
    def recipient_lines(self) -> tuple[str, ...]:
        """Return each recipient."""
        return tuple(self.recipients.splitlines())


def words_of(campaign: Campaign) -> ReportWords:
    """Return what is kept for a campaign's report."""
    return ReportWords(**json.loads(campaign.settings).get("report", {}))


def set_words(actor: User, campaign: Campaign, authority: str, issuer: str, words: ReportWords) -> None:
    """Set what stands around a report; the heading is shared with the printed forms. Nothing changed leaves no trace.

    `words.dated` comes as people type a day. Refuses, by field, lines that are too long or too many, and what is no day.
    """
    cleaned, wrong = _cleaned(words)
    heading = (clean_line(authority), clean_line(issuer))
    if heading != printing.letterhead_of(campaign):
        try:
            printing.set_letterhead(actor, campaign, *heading)
        except problems.InvalidFields as refusal:
            wrong |= refusal.fields
    if wrong:
        raise problems.InvalidFields(wrong)
    db.session.refresh(campaign, ["settings"], with_for_update={"key_share": True})
    kept = words_of(campaign)
    if cleaned == kept:
        return
    campaign.settings = audit.canonical(json.loads(campaign.settings) | {"report": asdict(cleaned)})
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.REPORT_WORDS_SET,
        campaign.code,
        campaign_id=campaign.id,
        before=_change(kept).after,
        after=_change(cleaned).after,
    )


def _change(words: ReportWords) -> audit.Change:
    """Return the words under the names by which the trail tells them."""
    return audit.Change(
        "",
        after={
            "document_place": words.place,
            "document_number": words.number,
            "document_day": words.dated,
            "signer_title": "; ".join(words.signer_title.splitlines()),
            "signer": words.signer,
            "recipients": "; ".join(words.recipient_lines),
        },
    )


def _cleaned(words: ReportWords) -> tuple[ReportWords, dict[str, str]]:
    """Return the words as they are kept, and a sentence for each field that breaks its rule."""
    wrong = {}
    kept = replace(
        words,
        **{name: clean_line(getattr(words, name)) for name in LONGEST},
        signer_title=_lines(words.signer_title),
        recipients=_lines(words.recipients),
    )
    for name, most in LONGEST.items():
        if len(getattr(kept, name)) > most:
            wrong[name] = problems.field("report_line", most=most)
    try:
        day = audit.day_of(words.dated)
        kept = replace(kept, dated=day.isoformat() if day else "")
    except problems.InvalidFields as refusal:
        wrong["dated"] = refusal.fields["day"]
    if _too_long(kept.signer_title, TITLE_LINES, LONGEST_TITLE):
        wrong["signer_title"] = problems.field("report_lines", lines=TITLE_LINES, most=LONGEST_TITLE)
    if _too_long(kept.recipients, MOST_RECIPIENTS, LONGEST_RECIPIENT):
        wrong["recipients"] = problems.field("report_lines", lines=MOST_RECIPIENTS, most=LONGEST_RECIPIENT)
    return kept, wrong


def _lines(text: str) -> str:
    return "\n".join(filter(None, map(clean_line, clean(text).split("\n"))))


def _too_long(text: str, lines: int, most: int) -> bool:
    each = text.splitlines()
    return len(each) > lines or any(len(line) > most for line in each)
