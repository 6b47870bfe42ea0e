"""What an enumerator's device asks for: who is there, the pages that work without a network, and what it reports."""

import base64
import hashlib
from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as Reply

from survey_app import problems
from survey_app.domain import campaigns, device_views, devices, duplicate_codes, recheck_devices, responses
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import User
from survey_app.models.columns import now
from survey_app.version import VERSION
from survey_app.vocabulary import Permission, Role
from survey_app.web import entry_page, guards, recheck_page
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("devices", __name__)
PROTOCOL = 1
ASSETS = ("vendor/pico/pico.min.css", "hailong.css", "page.js", "device.js", "records.js", "icon.svg")
# What only one kind of person needs: nobody downloads another's.
ENTRY_ASSETS = ("keys.js", "entry.js")
RECHECK_ASSETS = ("keys.js", "recheck.js")


@blueprint.get("/device/session")
@guards.public
def session() -> Any:
    """Tell a device who is logged in; whatever lacks `hailong` was not said by this server."""
    visitor = guards.visitor()
    reply: dict[str, Any] = {
        "hailong": PROTOCOL,
        "csrf": generate_csrf(),
        "now": now().isoformat(),
        "user": None,
    }
    if visitor and visitor.user.may(Permission.DEVICE_KEEP):
        reply |= _person(visitor.user)
        reply |= _entry(visitor.user) if visitor.user.role == Role.ENUMERATOR else _rechecks(visitor.user)
    made = current_app.json.response(reply)
    made.headers["Cache-Control"] = "no-store"
    return made


def _person(user: User) -> dict[str, Any]:
    key = devices.key_of(user)
    db.session.commit()
    return {
        "user": {
            "id": user.id,
            "name": user.display_name,
            "username": user.username,
            "key": base64.b64encode(key).decode(),
        }
    }


def _shell(pages: list[str], assets: tuple[str, ...], marks: list[str]) -> dict[str, Any]:
    """Return the pages a device keeps with what they need, and an id that changes whenever one of them does."""
    shell = [url_for("devices.index"), *pages]
    shell += [url_for("static", filename=name, v=VERSION) for name in (*ASSETS, *assets)]
    text = "\n".join([VERSION, *shell, *marks])
    return {"shell": shell, "shell_id": hashlib.sha256(text.encode()).hexdigest()[:16]}


def _entry(user: User) -> dict[str, Any]:
    work = devices.work_on_device(user)
    pages = [url_for("devices.form", code=each["code"]) for each in work]
    marks = [entry_page.mark_of(campaigns.by_code(each["code"])) for each in work]
    decided = duplicate_codes.decided_of(user)
    return {"campaigns": work, "decided": decided, **_shell(pages, ENTRY_ASSETS, marks)}


def _rechecks(user: User) -> dict[str, Any]:
    tasks = recheck_devices.tasks_of(user)
    pages = [url_for("devices.recheck_form")]
    return {"tasks": tasks, **_shell(pages, RECHECK_ASSETS, recheck_devices.questionnaires_of(tasks))}


@blueprint.get("/device")
@guards.needs(Permission.DEVICE_KEEP)
def index() -> Any:
    """Render the list of what waits on this device; it names nobody, so that the device may keep the page."""
    facts = entry_page.NOBODY if guards.actor().role == Role.ENUMERATOR else recheck_page.OF_BODY
    return render_template("devices/index.html", **facts)


@blueprint.get("/device/forms/<code>")
@guards.needs(Permission.RESPONSE_SUBMIT)
def form(code: str) -> Any:
    campaign = use_campaign(code)
    return Reply(entry_page.shell(campaign), mimetype="text/html")


@blueprint.get("/device/rechecks")
@guards.needs(Permission.RECHECK_JUDGE)
def recheck_form() -> Any:
    return recheck_page.shell(guards.actor())


@blueprint.get("/sw.js")
@guards.public
def worker() -> Any:
    """Serve the service worker from the root, so that it may answer for every page."""
    reply = send_from_directory(current_app.static_folder or "", "sw.js", mimetype="text/javascript")
    reply.headers["Cache-Control"] = "no-cache"
    return reply


@blueprint.put("/device/report")
@guards.needs(Permission.DEVICE_KEEP)
def report() -> Any:
    guards.check_person()
    try:
        told = request.get_json(silent=True)
    except RecursionError:
        told = None
    if not isinstance(told, dict):
        raise problems.MalformedContent(detail="cần một đối tượng JSON")
    devices.report(guards.actor(), str(told.get("device")), told, request.user_agent.string)
    db.session.commit()
    return {"reported": True}


@blueprint.get("/campaigns/<code>/form-codes")
@guards.needs(Permission.RESPONSE_SUBMIT)
def form_code(code: str) -> Any:
    """Tell whether a form code is free, so that a duplicate is known before the form is filled in."""
    campaign = use_campaign(code)
    typed = clean_line(request.args.get("code", ""))
    taken = responses.is_taken(campaign, typed, by_other_than=request.args.get("but", ""))
    sentence = problems.field("form_code_taken", value=typed[:40]) if taken else ""
    return {"free": not taken, "sentence": sentence}


@blueprint.route("/device-records", methods=["GET", "POST"])
@guards.needs(Permission.DEVICE_RECEIVE)
@guards.reads_first
def receive() -> Any:
    """Take a record that somebody exported from a device that cannot send."""
    if request.method == "GET":
        return _receive_page()
    file = request.files.get("file")
    try:
        handed = devices.receive_sealed(
            guards.actor(), file.read(devices.LARGEST_RECORD + 1) if file else b""
        )
    except problems.Problem as refusal:
        if refusal.keeps_work:
            db.session.commit()
        else:
            db.session.rollback()
        return _receive_page(refusal), refusal.status
    db.session.commit()
    if handed.kept is not None:
        flash(handed.kept.sentence, "warn")
        return redirect(url_for("devices.receive"), 303)
    known = "Đã nhận" if handed.is_new else "Trước đó đã nhận"
    noun = "phiếu" if handed.owner.role == Role.ENUMERATOR else "phúc tra phiếu"
    flash(f"{known} {noun} {handed.form_code} của {handed.owner.display_name}.", "good")
    return redirect(url_for("devices.receive"), 303)


def _receive_page(refusal: problems.Problem | None = None) -> str:
    of_body = guards.actor().role == Role.BODY_HEAD
    waiting = device_views.devices(guards.actor(), (), clocks=False) if of_body else []
    return render_template("devices/receive.html", refusal=refusal, waiting=waiting, of_body=of_body)
