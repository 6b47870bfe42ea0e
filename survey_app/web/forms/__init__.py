"""The forms of the web door; Vietnamese sentences for the rules of the library."""

import logging
import re
from collections.abc import Iterable
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto, _is_submitted
from werkzeug.datastructures import CombinedMultiDict
from wtforms import Field, IntegerField, SelectChoice

SENTENCES = {
    "This field is required.": "Hãy điền mục này.",
    "Not a valid choice.": "Hãy chọn một mục trong danh sách.",
    "Not a valid choice": "Hãy chọn một mục trong danh sách.",
    "Invalid Choice: could not coerce.": "Hãy chọn một mục trong danh sách.",
    "Not a valid integer value.": "Hãy ghi một số nguyên.",
    "Field cannot be longer than %(max)d character.": "Tối đa %(max)d ký tự.",
    "Field cannot be longer than %(max)d characters.": "Tối đa %(max)d ký tự.",
}


log = logging.getLogger(__name__)
_WHOLE = re.compile(r"[0-9]{1,9}")


def version_of(typed: str | None) -> int:
    """Return the version on which a form was opened; 0 where it names none."""
    return int(typed) if _WHOLE.fullmatch(typed or "") else 0  # type: ignore[arg-type]


def log_forged(*asked: str) -> None:
    """Log the names of sent fields that no form of the page has; they change nothing."""
    if forged := set(request.form) - {*asked, "csrf_token"}:
        log.warning("fields nobody asked for: %s", ", ".join(sorted(forged))[:200])


def choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Return (value, label) pairs as the library's choices."""
    return [SelectChoice(value, label) for value, label in pairs]


class WholeNumberField(IntegerField):
    """A number from 0 as people write it: Python would also take "1_000" and digits of other scripts."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist and not _WHOLE.fullmatch(valuelist[0].strip(" ")):
            raise ValueError(self.gettext("Not a valid integer value."))
        super().process_formdata(valuelist)


class _Vietnamese:
    def gettext(self, text: str) -> str:
        return SENTENCES.get(text, text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.gettext(one if number == 1 else many)


class Form(FlaskForm):
    """A form whose own sentences are Vietnamese, and which lists its errors for the summary."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Read fields of forms only: a JSON body is no form, and reading it would wait for its end."""
            if formdata is not _Auto:
                return formdata
            if not _is_submitted():
                return None
            return CombinedMultiDict((request.files, request.form)) if request.files else request.form or None

        def get_translations(self, form: Any) -> _Vietnamese:
            return _Vietnamese()

    def put(self, fields: dict[str, str]) -> None:
        """Put the domain's sentences beside the fields they belong to."""
        for name, sentence in fields.items():
            if name in self:
                self[name].errors = [sentence]

    @property
    def error_list(self) -> list[tuple[str, str]]:
        """Return (field id, sentence) of every error, in the order of the fields."""
        return [
            (field.id, str(field.errors[0])) for field in self if isinstance(field, Field) and field.errors
        ]
