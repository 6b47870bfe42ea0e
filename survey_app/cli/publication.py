"""`hailong publication`: what anybody sees of a published result, as files."""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from survey_app import problems
from survey_app.cli.door import acts
from survey_app.domain import public_results
from survey_app.exports import public_site
from survey_app.models import User
from survey_app.version import VERSION

group = AppGroup("publication", help="Kết quả đã công bố.")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # equal content gives equal bytes
Files = Iterable[tuple[str, bytes]]


@group.command("export", help="Ghi các trang công bố thành tệp, mở được không cần máy chủ.")
@click.argument("code")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="Thư mục mới hoặc trống, hoặc tệp .zip.",
)
@acts
def export(_actor: User, code: str, output: Path) -> None:
    published = public_results.of_code(code)
    editions = [public_results.pages_of(published, each.number) for each in published.issues]
    folder = Path(str(current_app.static_folder))
    assets = {name: (folder / name).read_bytes() for name in public_site.ASSETS}
    files = public_site.files_of(editions, current_app.jinja_env, assets, VERSION)
    try:
        written = _zip(files, output) if output.suffix == ".zip" else _folder(files, output)
    except OSError as error:
        raise problems.FileNotWritten(file=output, why=error.strerror) from error
    click.echo(f"Đã ghi {written} tệp vào {output}. Hãy mở index.html.")


def _folder(files: Files, target: Path) -> int:
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        raise problems.FileNotWritten(file=target, why="thư mục đã có tệp khác, hãy chọn thư mục trống")
    count = 0
    for name, content in files:
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        count += 1
    return count


def _zip(files: Files, target: Path) -> int:
    whole, count = io.BytesIO(), 0
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
            count += 1
    target.write_bytes(whole.getvalue())
    return count
