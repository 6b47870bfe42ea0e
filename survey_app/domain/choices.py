"""Filters of a list as they stand in an address: what is no choice is left out and named."""

from collections.abc import Mapping, Sequence

from survey_app.language import clean_line, searched

Choices = Mapping[str, Sequence[tuple[str, str]]]


def read(
    choices: Choices, names: Mapping[str, str], typed: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Return what was chosen, "" where nothing was, with what is searched for; and the names of unknown choices."""
    chosen, unknown = {"q": searched(typed.get("q"))}, []
    for name, options in choices.items():
        value = clean_line(typed.get(name, ""))
        known = value in dict(options)
        chosen[name] = value if known else ""
        if value and not known:
            unknown.append(names[name])
    return chosen, unknown
