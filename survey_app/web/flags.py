"""Flags: doubting and asking about a response, the enumerator's answer, and how a body ends what it began."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for

from survey_app import problems, recheck_problems
from survey_app.domain import flag_questions, flags, responses
from survey_app.extensions import db
from survey_app.vocabulary import FlagKind, Permission
from survey_app.web import guards
from survey_app.web.forms import log_forged, version_of
from survey_app.web.forms.flag import AnswerForm, DoubtForm, FlagForm, WithdrawForm
from survey_app.web.responses import response_page

blueprint = Blueprint("flags", __name__)
# What the world did while a person was typing; her words stay on the page.
TOO_LATE = (
    problems.StaleVersion,
    problems.CannotChange,
    problems.CampaignNotOpen,
    recheck_problems.RecheckNotNow,
    recheck_problems.NobodyToAnswer,
    recheck_problems.DoubtNeedsCorrection,
    recheck_problems.NotAnsweredYet,
    recheck_problems.VerdictFirst,
)
DONE = {
    FlagKind.DOUBT: "Đã đánh dấu. Phiếu trở về điều tra viên và không được tính cho đến khi có trả lời.",
    FlagKind.QUESTION: "Đã gửi câu hỏi. Phiếu vẫn được tính; điều tra viên thấy câu hỏi ở trang đầu và phải trả lời.",
}
DONE_TO_NOBODY = (
    "Đã đánh dấu. Phiếu ngừng được tính. Vì không có điều tra viên để sửa, trưởng đoàn của cơ quan bạn đóng lại "
    "bằng cách rút đánh dấu kèm lý do."
)


def _back(uuid: str) -> Any:
    return redirect(url_for("responses.show", uuid=uuid), 303)


@blueprint.post("/responses/<uuid>/flags")
@guards.needs(Permission.RECHECK_FLAG)
def flag(uuid: str) -> Any:
    log_forged("version", "kind", "question", "note", "reason")
    response = responses.one_visible_to(guards.actor(), uuid)
    form = FlagForm()
    note = form.note.data or ""
    try:
        raised = flags.raise_flag(
            guards.actor(),
            response,
            version=version_of(form.version.data),
            reason=form.reason.data or "",
            note=note,
            kind=form.kind.data or FlagKind.DOUBT,
            question=form.question.data or "",
        )
    except problems.InvalidFields as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        return response_page(uuid, flag_form=form), refusal.status
    except TOO_LATE as refusal:
        db.session.rollback()
        return response_page(uuid, refusal=refusal, typed=note, flag_form=form), refusal.status
    kind = FlagKind(raised.kind)
    to_nobody = flags.has_nobody(response)
    db.session.commit()
    flash(DONE_TO_NOBODY if to_nobody else DONE[kind], "warn" if to_nobody else "good")
    return _back(uuid)


@blueprint.post("/flags/<int:number>/withdraw")
@guards.needs(Permission.RECHECK_FLAG)
def withdraw(number: int) -> Any:
    log_forged("reason")
    found = flags.one_visible_to(guards.actor(), number)
    uuid, form = found.response.uuid, WithdrawForm(number)
    reason = form.reason.data or ""
    try:
        flags.withdraw(guards.actor(), found, reason)
    except problems.InvalidFields as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        return response_page(uuid, withdraw_forms={number: form}), refusal.status
    except TOO_LATE as refusal:
        db.session.rollback()
        return response_page(uuid, refusal=refusal, typed=reason), refusal.status
    db.session.commit()
    is_doubt = found.kind == FlagKind.DOUBT
    flash("Đã rút đánh dấu; phiếu được tính lại như trước." if is_doubt else "Đã rút câu hỏi.", "good")
    return _back(uuid)


@blueprint.post("/flags/<int:number>/answer")
@guards.needs(Permission.FLAG_ANSWER)
def answer(number: int) -> Any:
    log_forged("reply")
    found = flags.one_visible_to(guards.actor(), number)
    uuid, form = found.response.uuid, AnswerForm(number)
    reply = form.reply.data or ""
    try:
        flag_questions.answer(guards.actor(), found, reply)
    except problems.InvalidFields as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        return response_page(uuid, answer_forms={number: form}), refusal.status
    except TOO_LATE as refusal:
        db.session.rollback()
        return response_page(uuid, refusal=refusal, typed=reply), refusal.status
    code = found.response.form_code
    db.session.commit()
    flash(f"Đã gửi trả lời về phiếu {code}. Phiếu không thay đổi.", "good")
    return redirect(url_for("home.index"), 303)


@blueprint.post("/flags/<int:number>/settle")
@guards.needs(Permission.RECHECK_FLAG)
def settle(number: int) -> Any:
    log_forged()
    found = flags.one_visible_to(guards.actor(), number)
    uuid = found.response.uuid
    try:
        flag_questions.settle(guards.actor(), found)
    except TOO_LATE as refusal:
        db.session.rollback()
        return response_page(uuid, refusal=refusal), refusal.status
    db.session.commit()
    flash("Đã xác nhận: câu trả lời đủ rõ.", "good")
    return _back(uuid)


@blueprint.post("/flags/<int:number>/doubt")
@guards.needs(Permission.RECHECK_FLAG)
def doubt(number: int) -> Any:
    log_forged("version", "note")
    found = flags.one_visible_to(guards.actor(), number)
    uuid, form = found.response.uuid, DoubtForm(number)
    note = form.note.data or ""
    try:
        flag_questions.doubt_after(guards.actor(), found, version=version_of(form.version.data), note=note)
    except problems.InvalidFields as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        return response_page(uuid, doubt_forms={number: form}), refusal.status
    except TOO_LATE as refusal:
        db.session.rollback()
        return response_page(uuid, refusal=refusal, typed=note, doubt_forms={number: form}), refusal.status
    db.session.commit()
    flash(DONE[FlagKind.DOUBT], "good")
    return _back(uuid)
