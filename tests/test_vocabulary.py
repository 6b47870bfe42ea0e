"""Every word has its own Vietnamese name, and every role's permissions are real."""

import inspect
from enum import StrEnum

from survey_app import vocabulary
from survey_app.vocabulary import (
    CAMPAIGN_LABELS,
    LABELS,
    ROLE_PERMISSIONS,
    CampaignState,
    Permission,
    Role,
    may,
)


def test_every_word_has_a_name_of_its_own() -> None:
    enums = [
        kind
        for _, kind in inspect.getmembers(vocabulary, inspect.isclass)
        if issubclass(kind, StrEnum) and len(kind)
    ]
    words = [word for kind in enums if kind not in (CampaignState, Permission) for word in kind]
    # Words of two enums that are spelled alike would share one entry, and one name would be lost.
    assert len({word.value for word in words}) == len(words) == len(LABELS)
    assert set(CAMPAIGN_LABELS) == set(CampaignState)
    assert all(LABELS[word] for word in words)


def test_every_role_has_permissions_and_every_permission_a_holder() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    held = set().union(*ROLE_PERMISSIONS.values())
    assert set(Permission) == held
    assert not may(Role.ADMINISTRATOR, Permission.RESPONSE_VIEW)
    assert not may(Role.SUPERVISOR, Permission.SCORE_VIEW)


def test_permissions_are_nouns_and_verbs() -> None:
    assert all(permission.value.count(":") == 1 for permission in Permission)
