"""Devices: a key of one's own, work without personal data, reports, and sealed records that are handed over."""

import base64
import json
import os
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask
from sqlalchemy import func, select

from scoring.questionnaire import load_questionnaire
from survey_app import problems
from survey_app.domain import assignments, audit, campaigns, demonstration, device_views, devices, flags
from survey_app.extensions import db
from survey_app.models import Campaign, DeviceKey, DeviceReport, Response, User
from survey_app.vocabulary import CampaignState

CRITERIA = load_questionnaire("sipas-2017").criterion_codes
DEVICE = "0f8fad5b-d9cb-469f-a165-70867728950e"
Person = Callable[[str], User]


@pytest.fixture
def campaign(demo: Flask) -> Campaign:
    """The demonstration campaign."""
    return campaigns.by_code(demonstration.CODE)


@pytest.fixture
def enumerator(demo: Flask, person: Person) -> User:
    """The first enumerator."""
    return person("dtv01")


def content(enumerator: User, campaign: Campaign, **changed: object) -> dict[str, Any]:
    """Return what a device keeps of a finished form."""
    told: dict[str, Any] = {
        "campaign": campaign.code,
        "unit": assignments.units_to_ask(enumerator, campaign)[0][0],
        "form_code": "SEALED-1",
        "mode": "paper",
        "answers": {code: str(2 + place % 4) for place, code in enumerate(CRITERIA)},
        "details": {"service_field": "land", "respondent_kind": "citizen"},
        "accept_invalid": False,
        "confirmed": [],
        "paradata": {"edits": 2},
    }
    return told | changed


def sealed(owner: User, told: object, **changed: object) -> bytes:
    """Return the file a device exports."""
    iv, uuid = os.urandom(12), str(uuid4())
    inside = {"id": uuid, "user": owner.id, "content": told}
    secret = AESGCM(devices.key_of(owner)).encrypt(iv, json.dumps(inside).encode(), None)
    file = {
        "format": devices.FORMAT,
        "username": owner.username,
        "id": uuid,
        "iv": base64.b64encode(iv).decode(),
        "sealed": base64.b64encode(secret).decode(),
    }
    return json.dumps(file | changed).encode()


def test_a_person_has_one_key_for_ever_and_nobody_elses(enumerator: User, person: Person) -> None:
    first = devices.key_of(enumerator)
    assert len(first) == 32
    assert devices.key_of(enumerator) == first
    assert devices.key_of(person("dtv02")) != first
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(DeviceKey)) == 2


def test_a_device_gets_units_ways_of_asking_and_what_came_back_and_no_personal_data(
    campaign: Campaign, enumerator: User, person: Person
) -> None:
    response = db.session.scalars(select(Response).where(Response.enumerator_id == enumerator.id)).first()
    assert response is not None
    flags.raise_flag(person("mattran"), response, version=1, reason="other", note="Hỏi lại")
    db.session.commit()
    (told,) = devices.work_on_device(enumerator)
    assert told["code"] == demonstration.CODE
    assert told["units"] == assignments.units_to_ask(enumerator, campaign)
    assert [each["why"] for each in told["returned"]] == ["Lý do khác: Hỏi lại"]
    assert set(told) >= {"code", "name", "units", "modes", "returned"}
    assert not {"phone", "address", "contact"} & set(json.dumps(told))
    campaigns.move(person("noivu"), campaign, CampaignState.CLOSED)
    assert devices.work_on_device(enumerator) == []


def test_a_report_replaces_the_one_before_and_bad_counts_are_none(enumerator: User) -> None:
    devices.report(
        enumerator, DEVICE, {"waiting": 3, "drafts": 1, "oldest_at": "2026-11-28T02:00:00Z"}, "Chromium"
    )
    devices.report(
        enumerator, DEVICE, {"waiting": -5, "to_mend": True, "aside": 10**12, "drafts": "x"}, "\x00" * 999
    )
    db.session.commit()
    kept = db.session.scalars(select(DeviceReport)).one()
    assert (kept.waiting, kept.to_mend, kept.aside, kept.drafts, kept.oldest_at) == (0, 0, 1_000_000, 0, None)
    assert db.session.scalars(device_views.visible_to(enumerator)).all() == [kept]
    with pytest.raises(problems.MalformedContent):
        devices.report(enumerator, "phone", {}, "")


def test_a_sealed_record_is_stored_once_as_its_enumerators(
    campaign: Campaign, enumerator: User, person: Person
) -> None:
    coordinator = person("dieuphoi")
    file = sealed(enumerator, content(enumerator, campaign))
    handed = devices.receive_sealed(coordinator, file)
    db.session.commit()
    assert (handed.owner.username, handed.form_code, handed.is_new) == ("dtv01", "SEALED-1", True)
    stored = db.session.scalars(select(Response).where(Response.form_code == "SEALED-1")).one()
    assert stored.enumerator_id == enumerator.id
    assert [line.verb for line in audit.history("response", stored.uuid)] == [
        "response.submitted",
        "response.imported",
    ]
    again = devices.receive_sealed(coordinator, file)
    db.session.commit()
    assert (again.is_new, again.form_code) == (False, "SEALED-1")
    assert len(audit.history("response", stored.uuid)) == 2


def test_a_record_that_was_changed_or_sealed_by_somebody_else_is_refused(
    campaign: Campaign, enumerator: User, person: Person
) -> None:
    good = sealed(enumerator, content(enumerator, campaign))
    told = json.loads(good)
    wrong = [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        good[:-10],
        json.dumps(told | {"username": "dtv02"}).encode(),
        json.dumps(told | {"username": "dieuphoi"}).encode(),
        json.dumps(told | {"username": 5}).encode(),
        json.dumps(told | {"id": str(uuid4())}).encode(),
        sealed(enumerator, content(enumerator, campaign, answers={"\ud800": "1"})),
        json.dumps(told | {"iv": "!"}).encode(),
        json.dumps(told | {"iv": base64.b64encode(b"short").decode()}).encode(),
        json.dumps(told | {"sealed": base64.b64encode(b"\x00" * 200).decode()}).encode(),
        json.dumps(told | {"format": "hailong-record-1"}).encode(),
        sealed(enumerator, "only a text"),
        sealed(person("dieuphoi"), content(enumerator, campaign)),
    ]
    for file in wrong:
        with pytest.raises(problems.NotADeviceRecord):
            devices.receive_sealed(person("dieuphoi"), file)
    with pytest.raises(problems.ContentTooLarge):
        devices.receive_sealed(person("dieuphoi"), b" " * (devices.LARGEST_RECORD + 1))


def test_what_a_sealed_record_says_is_held_to_the_same_rules_as_any_response(
    campaign: Campaign, enumerator: User, person: Person
) -> None:
    bad = content(enumerator, campaign, unit="TTRA", mode=5, answers=[1], version=True)
    with pytest.raises(problems.InvalidFields) as refusal:
        devices.receive_sealed(person("dieuphoi"), sealed(enumerator, bad))
    assert {"unit", "mode"} <= set(refusal.value.fields)
