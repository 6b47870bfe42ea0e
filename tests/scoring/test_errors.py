"""Refusals: one catalogue, each sentence used, and many faults in one error."""

import re
import string
from pathlib import Path

import pytest

from scoring.errors import SENTENCES, InputRefused, ScoringError, hint, refusal

SOURCE = Path(__file__).parents[2] / "scoring"


def test_every_sentence_of_the_catalogue_is_used_and_no_other() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCE.glob("*.py"))
    used = set(re.findall(r'refusal\(\s*"(\w+)"', text)) | {"problems_more"}
    assert used == set(SENTENCES)


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_ends_as_one_and_is_filled_by_its_facts(code: str) -> None:
    facts = {name: "⟨x⟩" for _, name, _, _ in string.Formatter().parse(SENTENCES[code]) if name}
    error = refusal(code, **facts)
    assert (error.code, error.sentence) == (code, str(error))
    assert error.sentence.endswith((".", "nhau).")), error.sentence
    assert "{" not in error.sentence


def test_fifty_faults_are_shown_and_the_rest_are_counted() -> None:
    faults = [ScoringError("cell_answer", f"câu {place}") for place in range(52)]
    error = InputRefused(faults)
    assert len(error.problems) == 51
    assert error.problems[0] == "câu 0"
    assert error.problems[49] == "câu 49"
    assert error.problems[50] == "… và 2 lỗi khác. Hãy sửa các lỗi trên rồi chạy lại."
    assert (error.code, error.sentence) == ("cell_answer", "\n".join(error.problems))


def test_exactly_fifty_faults_need_no_count() -> None:
    faults = [ScoringError("form_twice", f"câu {place}") for place in range(50)]
    assert InputRefused(faults).problems == tuple(f"câu {place}" for place in range(50))


def test_a_hint_names_one_near_word_or_nothing() -> None:
    assert hint("acces", ["access", "feedback"]) == " (có phải “access”?)"
    assert hint("zzz", ["access", "feedback"]) == ""
