"""Files that people download: a name they can read, in any script, and no header it could break."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Response, send_file

from survey_app.language import clean_line, search_key

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_UNFIT = re.compile(r'[\x00-\x1f\\/:*?"<>|]+')
_NOT_PLAIN = re.compile(r"[^a-z0-9._-]+")


def attachment(content: bytes | Path, name: str, ending: str, kind: str) -> Response:
    """Return a file to be saved under a name; browsers that know ASCII only get it without its marks."""
    source: Any = BytesIO(content) if isinstance(content, bytes) else content
    whole = f"{_UNFIT.sub('-', clean_line(name))[:150]}.{ending}"
    plain = f"{_NOT_PLAIN.sub('-', search_key(name)).strip('-.')[:100] or 'tep'}.{ending}"
    reply = send_file(source, kind)
    told = {"filename": plain, "filename*": f"UTF-8''{quote(whole, safe='')}"}
    reply.headers.set("Content-Disposition", "attachment", **told)
    return reply
