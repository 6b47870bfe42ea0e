"""What a response's page shows of its review: flags and questions with their forms, tags, and what may be done next."""

from typing import Any

from flask import request

from survey_app.domain import acceptance, flag_questions, flags, tags
from survey_app.domain.response_views import Line
from survey_app.models import Flag, Response, User
from survey_app.vocabulary import FlagKind, FlagState, Permission, ResponseState
from survey_app.web import guards
from survey_app.web.forms.flag import AnswerForm, DoubtForm, FlagForm, TagForm, WithdrawForm

LONGEST_OPTION = 90


def facts(
    response: Response,
    raised: list[Flag],
    sections: list[tuple[str, list[Line]]],
    *,
    flag_form: FlagForm | None = None,
    withdraw_forms: dict[int, WithdrawForm] | None = None,
    answer_forms: dict[int, AnswerForm] | None = None,
    doubt_forms: dict[int, DoubtForm] | None = None,
    tag_form: TagForm | None = None,
) -> dict[str, Any]:
    """Return what the templates need; forms that were refused are shown as they were sent."""
    user = guards.actor()
    waiting = [flag for flag in raised if flag.state == FlagState.OPEN]
    settleable = flag_questions.settleable(raised) if user.may(Permission.RECHECK_FLAG) else set()
    withdraws = {
        flag.id: (withdraw_forms or {}).get(flag.id) or WithdrawForm(flag.id, None) for flag in waiting
    }
    answers = {
        flag.id: (answer_forms or {}).get(flag.id) or AnswerForm(flag.id, None)
        for flag in waiting
        if flag.kind == FlagKind.QUESTION and user.may(Permission.FLAG_ANSWER)
    }
    doubts = {
        number: (doubt_forms or {}).get(number) or DoubtForm(number, None) for number in sorted(settleable)
    }
    flag_form, tag_form = flag_form or FlagForm(None), tag_form or TagForm(None)
    flag_form.offer(_questions(sections), request.args.get("question", ""))
    forms = (flag_form, *withdraws.values(), *answers.values(), *doubts.values(), tag_form)
    return {
        "flags": raised,
        "about": flags.asked_about,
        "nobody": flags.has_nobody(response),
        "flag_form": flag_form,
        "withdraws": withdraws,
        "answers": answers,
        "doubts": doubts,
        "tag_form": tag_form,
        "tags": tags.on(user, [response]).get(response.id, []),
        "tag_words": tags.suggested(user),
        "may_accept": _may_accept(user, response),
        "errors": [error for form in forms for error in form.error_list],
    }


def _may_accept(user: User, response: Response) -> bool:
    if not user.may(Permission.RESPONSE_ACCEPT) or response.state != ResponseState.SUBMITTED:
        return False
    return not any(acceptance.held_up(user, [response.id]))


def _questions(sections: list[tuple[str, list[Line]]]) -> list[tuple[str, str]]:
    lines = [line for _, found in sections for line in found]
    told = [(line.code, f"{line.number} {line.question}".strip()) for line in lines]
    return [
        (code, text if len(text) <= LONGEST_OPTION else f"{text[:LONGEST_OPTION]}…") for code, text in told
    ]
