"""The bundle: all that outsiders recompute a result from, in one .zip whose manifest names every file's digest.

`manifest.json` is canonical JSON: format, facts of the run, and the SHA-256 of each file; its own SHA-256 is the bundle's
digest, which is published. Programs and explanations beside them (`README.txt`, `verify.py`) stand outside of it.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scoring.book import canonical
from scoring.questionnaire import Questionnaire
from survey_app.exports.bundle_answers import answer_lines
from survey_app.exports.material import Material, Tell, silent

FORMAT = 1
MANIFEST = "manifest.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # equal content gives equal bytes
_VERIFIER = Path(__file__).with_name("verify.py")
README = """Gói kiểm chứng kết quả khảo sát sự hài lòng (Hài Lòng).

manifest.json   mã kiểm tra SHA-256 của từng tệp; mã kiểm tra của chính tệp này là mã của gói, được công bố cùng kết quả
answers.csv     mỗi dòng một phiếu được tính, không có thông tin cá nhân và lời người dân tự viết
book.json       kết quả đã đóng băng        dossier.json   phiếu không tính, sửa phiếu, rút thăm, phúc tra
questionnaires/ bộ câu hỏi đã ghim          method.toml    phương pháp đã ghim
draws/          biên bản từng lần rút thăm phúc tra

Kiểm tra một bảng điểm (chỉ cần Python 3.11 trở lên, không cần cài gì thêm):

    python3 verify.py BANG-DIEM.xlsx --bundle GOI.zip
"""


def manifest_of(material: Material, questionnaires: Sequence[Questionnaire]) -> bytes:
    """Return the manifest of a result's bundle."""
    digests = {name: _digest(parts) for name, parts in _files(material, questionnaires)}
    return canonical({"format": FORMAT, **_facts(material), "files": digests})


def bundle_of(material: Material, questionnaires: Sequence[Questionnaire], tell: Tell = silent) -> bytes:
    """Return the .zip; the same result always gives the same manifest."""
    target, digests = io.BytesIO(), {}
    files = list(_files(material, questionnaires))
    with zipfile.ZipFile(target, "w") as archive:
        for place, (name, parts) in enumerate(files):
            digests[name] = _write(archive, name, parts)
            tell(100 * (place + 1) // (len(files) + 1))
        manifest = canonical({"format": FORMAT, **_facts(material), "files": digests})
        for name, content in (
            (MANIFEST, manifest),
            ("README.txt", README.encode()),
            ("verify.py", _VERIFIER.read_bytes()),
        ):
            _write(archive, name, [content])
    return target.getvalue()


def _facts(material: Material) -> Mapping[str, Any]:
    cover = material.cover
    return {
        "campaign": cover.campaign_code,
        "run": cover.run_number,
        "run_reason": cover.run_reason,
        "as_of": cover.as_of.isoformat(timespec="seconds"),
        "program_version": cover.program_version,
        "questionnaire": cover.questionnaire.sha256,
        "method": cover.method.sha256,
        "book": material.book.digest,
        "dossier": material.dossier.digest,
    }


def _files(
    material: Material, questionnaires: Sequence[Questionnaire]
) -> Iterator[tuple[str, Iterable[bytes]]]:
    yield "answers.csv", answer_lines(material.answers(), questionnaires)
    yield "book.json", [material.book.to_json()]
    yield "dossier.json", [material.dossier.to_json()]
    yield "method.toml", [material.cover.method.text.encode()]
    for each in questionnaires:
        yield f"questionnaires/{each.sha256}.toml", [each.text.encode()]
    for draw in material.dossier.draws:
        yield f"draws/{draw.number}.json", [draw.record.encode()]


def _digest(parts: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part)
    return whole.hexdigest()


def _write(archive: zipfile.ZipFile, name: str, parts: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    with archive.open(entry, "w") as file:
        for part in parts:
            whole.update(part)
            file.write(part)
    return whole.hexdigest()
