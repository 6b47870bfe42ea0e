"""The documentation says what is there: every setting, command, permission and file it names."""

import re
from pathlib import Path

import click
import pytest

import config
from survey_app import create_app
from survey_app.vocabulary import ROLE_PERMISSIONS, Permission, Role

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
OURS = (
    "audit",
    "bundle",
    "campaign",
    "check",
    "demo",
    "forms",
    "questionnaire",
    "recheck",
    "report",
    "responses",
    "sample",
    "scores",
    "second-entry",
    "user",
)


def commands() -> list[str]:
    """Return every command of ours as it is typed."""
    found = []
    known = create_app({"SQLALCHEMY_DATABASE_URI": "sqlite://"}).cli.commands
    for name in OURS:
        command = known[name]
        found += [f"{name} {sub}" for sub in command.commands] if isinstance(command, click.Group) else [name]
    return found


@pytest.mark.parametrize("setting", config.SETTINGS)
def test_the_readme_lists_every_setting(setting: str) -> None:
    assert f"| `HAILONG_{setting}` |" in README


def test_the_readme_lists_no_setting_that_does_not_exist() -> None:
    assert set(re.findall(r"`HAILONG_(\w+)`", README)) == set(config.SETTINGS)


def test_the_readme_lists_every_command() -> None:
    section = README.partition("## Commands")[2].partition("\n## ")[0]
    told = {word for span in re.findall(r"`([^`]+)`", section) for word in span.split()}
    missing = [command for command in commands() if not set(command.split()) <= told]
    assert missing == []


@pytest.mark.parametrize("permission", Permission, ids=str)
def test_the_readme_shows_who_holds_each_permission(permission: Permission) -> None:
    row = next(line for line in README.splitlines() if line.startswith(f"| `{permission.value}` |"))
    held = [cell.strip() == "✓" for cell in row.split("|")[2:-1]]
    heading = next(line for line in README.splitlines() if line.startswith("| permission |"))
    roles = [Role(cell.strip()) for cell in heading.split("|")[2:-1]]
    assert dict(zip(roles, held, strict=True)) == {
        role: permission in ROLE_PERMISSIONS[role] for role in Role
    }


def test_every_path_the_readme_names_exists() -> None:
    named = set(re.findall(r"`((?:scoring|survey_app|tests|instance)/[\w./-]+)`", README))
    named |= set(re.findall(r"\]\(((?!http)[\w./-]+)\)", README))
    made_at_run_time = {"instance/hailong.sqlite", "instance/secret_key", "instance/jobs"}
    assert [path for path in sorted(named - made_at_run_time) if not (ROOT / path).exists()] == []


def test_every_make_target_the_readme_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"^make (\w+)", README, re.MULTILINE)) | {"check", "bench", "trial"}
    assert [target for target in named if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


def test_no_project_file_carries_an_index_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert "://" not in (ROOT / name).read_text(encoding="utf-8")
