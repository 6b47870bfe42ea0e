"""A small list: four official rows and two in reserve of unit A, one row of unit B, with and without contacts."""

import csv
from pathlib import Path

from sqlalchemy import select

from scoring.sheets import Sheet, read_sheet
from survey_app.domain import sample_import
from survey_app.extensions import db
from survey_app.models import Campaign, Contact, SampleRow, User

COLUMNS = (
    "form_code",
    "unit",
    "kind",
    "position",
    "procedure",
    "enumerator",
    "name",
    "phone",
    "address",
    "remove_after",
)
Cells = dict[str, str]


def row(form_code: str, unit: str = "A", kind: str = "Chính thức", **more: str) -> Cells:
    """Return the cells of one row, the others blank."""
    return dict.fromkeys(COLUMNS, "") | {"form_code": form_code, "unit": unit, "kind": kind} | more


ROWS = [
    row("007", name="Nguyễn Văn An", phone="0912345678", address="Xã 00017, tổ 3", procedure="Đất đai"),
    row("00017", name="Công ty =1+1", phone="+84 912 345 678"),
    row("1200000", kind="official"),
    row("123456789012"),
    row("R-2", kind="Dự phòng", position="20", name="Trần Thị Bé", phone="0226 3852 888"),
    row("R-1", kind="reserve", position="10"),
    row("B-1", unit="B"),
]


def sheet(folder: Path, rows: list[Cells], name: str = "list.csv") -> Sheet:
    """Write rows into a file and read it as an importer gets it."""
    file = folder / name
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]) if rows else COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return read_sheet(file)


def take_in(actor: User, campaign: Campaign, folder: Path, rows: list[Cells]) -> list[dict[str, object]]:
    """Import rows and return the changes kept for reversing."""
    return sample_import.apply(actor, campaign, sample_import.plan(campaign, sheet(folder, rows)))


def one(form_code: str) -> SampleRow:
    """Return a row of the list as it is in the database."""
    found = select(SampleRow).where(SampleRow.form_code == form_code)
    return db.session.scalars(found.execution_options(populate_existing=True)).one()


def contact_of(form_code: str) -> tuple[str, str, str, str] | None:
    """Return what is stored of a row's contact."""
    found = select(Contact.name, Contact.phone, Contact.address, Contact.remove_after).join(
        SampleRow, SampleRow.id == Contact.sample_row_id
    )
    told = db.session.execute(found.where(SampleRow.form_code == form_code)).first()
    return told and (told.name, told.phone, told.address, told.remove_after.isoformat())
