"""The bundle: equal bytes twice, the digests its manifest names, and nobody's name, telephone number or words."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from flask import Flask

from survey_app.domain import campaigns, people, publication
from survey_app.vocabulary import CampaignState
from tests.domain.small_campaign import plan
from tests.domain.told_campaign import PERSONAL, Told, bundle_of, told_campaign

OUTSIDE = {"manifest.json", "README.txt", "verify.py"}


@pytest.fixture
def told(app: Flask, tmp_path: Path) -> Told:
    """A campaign with one of everything."""
    actor = people.command_line()
    small = campaigns.create(actor, plan())
    campaigns.move(actor, small, CampaignState.OPEN)
    return told_campaign(actor, small, tmp_path)


@pytest.fixture
def content(told: Told) -> bytes:
    """The bundle of a run of it, made twice with equal bytes."""
    run = told.run()
    made = bundle_of(run)
    assert bundle_of(run) == made
    return made


def files_of(content: bytes) -> dict[str, bytes]:
    """Return the files of a bundle by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_manifest_names_every_file_with_its_digest_and_the_run_with_its_facts(
    told: Told, content: bytes
) -> None:
    files = files_of(content)
    manifest = json.loads(files["manifest.json"])
    assert manifest["files"] == {
        name: hashlib.sha256(inside).hexdigest() for name, inside in files.items() if name not in OUTSIDE
    }
    run = told.run()
    assert (manifest["campaign"], manifest["run"], manifest["book"]) == ("c26", 1, run.book_digest)
    assert manifest["dossier"] == hashlib.sha256(files["dossier.json"]).hexdigest()
    assert manifest["method"] == hashlib.sha256(files["method.toml"]).hexdigest()
    assert f"questionnaires/{manifest['questionnaire']}.toml" in files


def test_its_own_digest_is_that_of_the_manifest_and_is_what_is_published(told: Told) -> None:
    told.sealed()
    run = told.run()
    made = publication.publish(told.world.home, told.campaign)
    manifest = files_of(bundle_of(run))["manifest.json"]
    assert hashlib.sha256(manifest).hexdigest() == made.bundle_digest


def test_it_holds_no_personal_data_and_no_words_that_people_typed(content: bytes) -> None:
    files = files_of(content)
    for name, inside in files.items():
        told_here = [word for word in PERSONAL if word in inside.decode()]
        ours = name.startswith("questionnaires/") or name in OUTSIDE  # the same for every campaign
        assert told_here == [] or ours, name
    assert b"E00" in files["answers.csv"]
    assert "draws/1.json" in files
