"""Every word has its own Vietnamese name, and every role's permissions are real."""

import inspect
from enum import StrEnum

from survey_app import vocabulary
from survey_app.audit_verbs import AuditVerb
from survey_app.labels import CAMPAIGN_LABELS, LABELS, PARTY_LABELS, STATE_LABELS
from survey_app.vocabulary import ROLE_PERMISSIONS, Permission, Role, may

LABELLED_APART = {
    "campaign": vocabulary.CampaignState,
    "party": vocabulary.Party,
    "draw": vocabulary.DrawState,
    "void": vocabulary.ProposalState,
    "joint": vocabulary.JointState,
    "redo": vocabulary.RedoState,
    "duplicate": vocabulary.DuplicateState,
    "duplicate_why": vocabulary.DuplicateWhy,
}


def test_every_word_has_a_name_of_its_own() -> None:
    enums = [
        kind
        for _, kind in inspect.getmembers(vocabulary, inspect.isclass)
        if issubclass(kind, StrEnum) and len(kind) and kind != Permission
    ]
    words = [word for kind in (*enums, AuditVerb) if kind not in LABELLED_APART.values() for word in kind]
    # Words of two enums that are spelled alike would share one entry, and one name would be lost.
    assert len({word.value for word in words}) == len(words) == len(LABELS)
    assert all(LABELS[word] for word in words)


def test_words_that_other_lists_use_too_are_labelled_by_their_own_list() -> None:
    told = {"campaign": CAMPAIGN_LABELS, "party": PARTY_LABELS, **STATE_LABELS}
    assert {name: set(labels) for name, labels in told.items()} == {
        name: set(kind) for name, kind in LABELLED_APART.items()
    }


def test_every_role_has_permissions_and_every_permission_a_holder() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    held = set().union(*ROLE_PERMISSIONS.values())
    assert set(Permission) == held
    assert not may(Role.ADMINISTRATOR, Permission.RESPONSE_VIEW)
    assert not may(Role.SUPERVISOR, Permission.SCORE_VIEW)


def test_permissions_are_nouns_and_verbs() -> None:
    assert all(permission.value.count(":") == 1 for permission in Permission)
