"""The form of re-checks as a device works with it: its rules in sentences, and the page kept for times without a network."""

from dataclasses import dataclass
from typing import Any

from flask import render_template

from scoring.questionnaire import Questionnaire
from survey_app.domain import campaigns, recheck_devices
from survey_app.domain.recheck_views import Asked
from survey_app.field_sentences import FIELD_SENTENCES
from survey_app.models import User
from survey_app.web import entry_page
from survey_app.web.forms.recheck import VerdictForm, verdict_form

OF_BODY: dict[str, Any] = entry_page.NOBODY | {"shell": "body"}
_TOLD = (
    "recheck_verdict",
    "recheck_answer_missing",
    "recheck_again_missing",
    "recheck_no_interview",
    "recheck_not_a_user",
    "recheck_reason_missing",
    "recheck_other_note",
    "recheck_day",
    "recheck_unreached_answers",
)


@dataclass(frozen=True)
class KeptForm:
    """The form of one questionnaire with every criterion that a re-check may ask again."""

    questionnaire: Questionnaire
    asked: list[Asked]
    form: VerdictForm


def rules(task: recheck_devices.Task | None = None) -> dict[str, Any]:
    """Return what the page checks without a server, and the re-check it is about; the server checks again."""
    return {"says": {name: FIELD_SENTENCES[name] for name in _TOLD}, "task": task}


def shell(user: User) -> str:
    """Return the empty form of every re-check as a device keeps it: it names nobody and holds no answer."""
    checksums = recheck_devices.questionnaires_of(recheck_devices.tasks_of(user))
    kept = [_form_of(campaigns.questionnaire_of(each)) for each in checksums]
    return render_template("devices/recheck.html", kept_forms=kept, rules=rules(), **OF_BODY)


def _form_of(questionnaire: Questionnaire) -> KeptForm:
    asked = [
        Asked(criterion.code, f"{factor.number}.{criterion.number}", criterion.text)
        for factor in questionnaire.factors
        for criterion in factor.criteria
    ]
    return KeptForm(questionnaire, asked, verdict_form(asked, None))
