"""Paper forms keyed by enumerators with errors put in on purpose, and people who key and resolve them again."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from survey_app.domain import (
    assignments,
    people,
    responses,
    second_entries,
    second_entry_fields,
    second_entry_resolution,
)
from survey_app.domain.response_content import Entry
from survey_app.domain.second_entry_resolution import Outcome
from survey_app.extensions import db
from survey_app.models import Campaign, Response, SecondEntry, User
from survey_app.vocabulary import Role
from tests.domain.small_campaign import CRITERIA, DETAILS

# What is counted of a form that DETAILS answers: the unit, 22 criteria, and the questions asked of a citizen whose result
# was not late; counted by hand in scoring/questionnaires/sipas-2017.toml (24 questions less 2 for late results, 2 for
# organisations).
FIELDS_OF_A_FORM = 1 + 22 + 16


def keyer(actor: User, campaign: Campaign, name: str) -> User:
    """Return an enumerator who may enter responses about unit A."""
    user = people.create(actor, people.Person(name, name.title(), Role.ENUMERATOR), None)
    assignments.assign(actor, campaign, "A", user, 999)
    return user


def person(actor: User, role: Role, name: str) -> User:
    """Return somebody of a role."""
    return people.create(actor, people.Person(name, name.title(), role), None)


def paper(code: str, unit: str = "A", **answers: Any) -> Entry:
    """Return what stands on a form: 4 everywhere but where it is told otherwise."""
    levels = {name: answers.pop(name) for name in list(answers) if name in CRITERIA}
    return Entry(unit, code, "paper", dict.fromkeys(CRITERIA, "4") | levels, DETAILS | answers)


def keyed(campaign: Campaign, user: User, form: Entry) -> Response:
    """Let an enumerator key a form for the first time."""
    uuid = responses.submit(user, campaign, str(uuid5(NAMESPACE_OID, form.form_code)), form).uuid
    return db.session.query(Response).filter_by(uuid=uuid).one()


def pile(random: Random, prefix: str, count: int) -> dict[str, Entry]:
    """Return a pile of filled-in forms by code."""
    return {
        f"{prefix}-{number}": paper(
            f"{prefix}-{number}", **{code: random.choice("12345") for code in CRITERIA}
        )
        for number in range(count)
    }


def slips(random: Random, forms: Mapping[str, Entry], rate: float) -> dict[str, Entry]:
    """Return a pile as somebody keys it who gets exactly so many of all its fields wrong, in criteria."""
    places = [(code, criterion) for code in forms for criterion in CRITERIA]
    found = {code: dict(form.answers) for code, form in forms.items()}
    for code, criterion in random.sample(places, round(rate * FIELDS_OF_A_FORM * len(forms))):
        found[code][criterion] = random.choice([each for each in "12345" if each != found[code][criterion]])
    return {code: replace(form, answers=found[code]) for code, form in forms.items()}


def drawn_form(campaign: Campaign, first: User, second: User, form: Entry) -> SecondEntry:
    """Return a form of a first keyer that was drawn and given to a second one."""
    entry = SecondEntry(
        campaign_id=campaign.id,
        response=keyed(campaign, first, form),
        keyer=second,
        draw='{"of":1,"round":1,"rule":"sha256(seed+uuid)","seed":"00"}',
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def key_again(entry: SecondEntry, form: Entry) -> SecondEntry:
    """Let the second keyer key a form."""
    assert entry.keyer is not None
    return second_entries.enter(entry.keyer, entry, form)


def resolve_by(actor: User, entry: SecondEntry, form: Entry) -> Outcome:
    """Decide every difference as the paper has it."""
    first, second = (second_entry_fields.read(each) for each in (entry.first, entry.second))
    decisions, values = {}, {}
    for each in second_entry_resolution.differences_of(entry):
        place = CRITERIA.index(each.code)
        true = str(form.answers[each.code])
        said = {first.answers[place]: "first", second.answers[place]: "second"}.get(true, "neither")
        decisions[each.code] = said
        if said == "neither":
            values[each.code] = true
    return second_entry_resolution.resolve(actor, entry, decisions, values)


def told(entry: SecondEntry) -> Mapping[str, Any]:
    """Return a second entry's numbers."""
    return {name: getattr(entry, name) for name in ("state", "fields", "differing", "errors")}
