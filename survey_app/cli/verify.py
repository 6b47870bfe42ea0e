"""`hailong verify`: a workbook against its bundle, by the program that outsiders run; no database is asked."""

import sys
from pathlib import Path

import click

from survey_app.exports import verify as program

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("verify", help="Tính lại từng ô của một bảng điểm từ gói kiểm chứng; 0: đúng, 1: không.")
@click.argument("workbook", metavar="FILE.xlsx", type=_FILE)
@click.option("--bundle", "archive", type=_FILE, required=True, help="Gói kiểm chứng .zip.")
@click.option("--digest", default="", help="Mã của gói như đã công bố, để so.")
def command(workbook: Path, archive: Path, digest: str) -> None:
    asked = [str(workbook), "--bundle", str(archive), *(["--digest", digest] if digest else [])]
    sys.exit(program.main(asked))
