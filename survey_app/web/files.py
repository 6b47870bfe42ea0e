"""Files that people download: a name they can read, in any script, and no header it could break."""

import re
import unicodedata
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Response, send_file

from survey_app.web.jobs import Job

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_NAME = 150
_UNFIT = re.compile(r'[\x00-\x1f\\/:*?"<>|]+')
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 ._-]+")


def attachment(content: bytes | Path, name: str, ending: str, kind: str) -> Response:
    """Return a file to be saved under a name; programs that know ASCII only get the name without its marks."""
    source: Any = BytesIO(content) if isinstance(content, bytes) else content
    whole = _UNFIT.sub("-", name)[:LONGEST_NAME].strip()
    letters = unicodedata.normalize("NFKD", whole.replace("Đ", "D").replace("đ", "d").replace("–", "-"))
    plain = _NOT_PLAIN.sub("", letters)
    reply = send_file(source, kind)
    told = {"filename": f"{plain}.{ending}"}
    if whole != plain:
        told["filename*"] = f"UTF-8''{quote(f'{whole}.{ending}', safe='')}"
    reply.headers.set("Content-Disposition", "attachment", **told)
    return reply


def of_job(job: Job) -> Response:
    """Return the file that a job has made."""
    return attachment(job.file, job.name, job.ending.removeprefix("."), job.kind)
