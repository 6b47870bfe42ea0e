"""Material: all that the files of one result are made from, gathered once, so that no two files can disagree."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from scoring.book import ScoreBook
from scoring.questionnaire import Questionnaire
from survey_app.exports.dossier import Dossier
from survey_app.exports.tables import Cover

Tell = Callable[[int], None]


def silent(_percent: int) -> None:
    """Tell nobody how far the work is."""


@dataclass(frozen=True)
class AnswerRow:
    """One counted response in the version counted, without who answered it.

    `unit` is the unit it was asked about, `counts_for` the one it counts to; `enumerator` a code that names nobody
    ("E0012", or "tu-tra-loi" for a form a citizen filled in alone); `answers` one character a criterion; `details` the
    unscored answers by code: a choice's code, several choices as a list, or a whole number; no words that people typed.
    """

    form_code: str
    unit: str
    counts_for: str
    enumerator: str
    mode: str
    questionnaire: str
    version: int
    submitted_on: str
    answers: str
    details: Mapping[str, str | int | list[str]]


@dataclass(frozen=True)
class UnitYear:
    """What an earlier year published of one unit; `why_not` says why it cannot be compared, empty where it can."""

    index: Decimal | None = None
    rank: int | None = None
    satisfaction_points: Decimal | None = None
    why_not: str = ""


@dataclass(frozen=True)
class GroupYear:
    """What an earlier year published of one group."""

    mean: Decimal | None = None
    satisfaction_mean: Decimal | None = None
    spread: Decimal | None = None


@dataclass(frozen=True)
class Year:
    """One earlier year: where its figures come from, units and groups by code; `why_not` where none can be compared.

    `imported` figures were read in as published elsewhere: by which method they were made is not known here.
    """

    year: int
    source: str
    units: Mapping[str, UnitYear]
    groups: Mapping[str, GroupYear]
    why_not: str = ""
    imported: bool = False


@dataclass(frozen=True)
class Area:
    """One area of the appraisal in this year: number, name, most points, and each group's mean where it is known."""

    number: int
    name: str
    maximum: Decimal
    means: Mapping[str, Decimal]
    source: str


@dataclass(frozen=True)
class Words:
    """What stands around a report: who issues it, its number and place, who signs; empty where nobody has said."""

    authority: str
    issuer: str
    place: str = ""
    number: str = ""
    dated: str = ""
    signer_title: str = ""
    signer: str = ""
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True)
class Material:
    """Everything the files of one result are made from.

    `answers` gives the rows of the responses counted, by form code, anew each time it is called. `years` are the earlier
    years, newest first; `template` is Home Affairs' own Word template, None for the one that comes with the program.
    `questionnaires` are all that the responses were asked by, the cover's own first; empty where only that one was.
    """

    book: ScoreBook
    cover: Cover
    dossier: Dossier
    answers: Callable[[], Iterable[AnswerRow]]
    words: Words
    years: tuple[Year, ...] = ()
    areas: tuple[Area, ...] = ()
    template: bytes | None = None
    publication: Mapping[str, str] = field(default_factory=dict)
    questionnaires: tuple[Questionnaire, ...] = ()
