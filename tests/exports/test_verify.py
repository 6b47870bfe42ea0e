"""The verifier on whole files: what is as it was made passes, and one altered cell anywhere is found and named."""

import ast
import hashlib
import io
import json
import random
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

import flask_migrate
import openpyxl
import pytest

from scoring.questionnaire import Questionnaire
from survey_app.domain import campaigns, demonstration, materials, people, run_answers, scores
from survey_app.exports import verify
from survey_app.exports.bundle import bundle_of, manifest_of
from survey_app.exports.material import Material
from survey_app.exports.workbook import workbook_of
from survey_app.extensions import db
from survey_app.vocabulary import CampaignState
from tests.conftest import PostgresHouse, SqliteHouse, opened
from tests.domain.small_campaign import plan
from tests.domain.told_campaign import Told, told_campaign
from tests.replayed_draw import replay

SOURCE = Path(verify.__file__)


@dataclass
class Made:
    """A workbook and a bundle of one run, and the same of a second run of the same campaign."""

    folder: Path
    workbook: Path
    bundle: Path
    other: Path
    digest: str
    material: Material
    asked: list[Questionnaire]


def honest(material: Material) -> Material:
    """Return a material whose draw is what its own secrets give: that of the small campaign is set by hand."""
    draws = []
    for draw in material.dossier.draws:
        record, replayed = json.loads(draw.record), replay(draw.record.encode())
        record |= {name: replayed[name] for name in ("frame_digest", "seed", "chosen")}
        text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
        draws.append(replace(draw, record=text, members=len(replayed["chosen"])))
    return replace(material, dossier=replace(material.dossier, draws=tuple(draws)))


@pytest.fixture(scope="module")
def made(
    houses: dict[str, SqliteHouse | PostgresHouse], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    """The files of a campaign with one of everything: corrections, exclusions, duplicates, re-checks, a draw."""
    house = houses["sqlite"]
    folder, url = tmp_path_factory.mktemp("verify"), house.fresh()
    with opened(url):
        flask_migrate.upgrade()
        actor = people.command_line()
        small = campaigns.create(actor, plan())
        campaigns.move(actor, small, CampaignState.OPEN)
        told: Told = told_campaign(actor, small, folder)
        told.correct()
        first, second = (honest(materials.material_of(told.run(why))) for why in ("Chốt", "Tính lại"))
        asked, rows = run_answers.questionnaires_of(small), list(first.answers())
        first = replace(first, answers=lambda: rows)  # to be made anew once the database is gone
        digest = hashlib.sha256(manifest_of(first, asked)).hexdigest()
        files = Made(
            folder, folder / "diem.xlsx", folder / "goi.zip", folder / "khac.zip", digest, first, asked
        )
        files.workbook.write_bytes(workbook_of(first))
        files.bundle.write_bytes(bundle_of(first, asked))
        files.other.write_bytes(bundle_of(second, asked))
        db.session.rollback()
    yield files
    house.drop(url)


@pytest.fixture(scope="module")
def result(made: Made) -> verify.Result:
    """The bundle, read and recomputed once."""
    bundle = verify.read_bundle(str(made.bundle))
    verify.compare(
        verify.recompute(bundle.book, bundle.answers, bundle.forms[0], bundle.rules), bundle.book, "book"
    )
    return verify.Result(bundle)


def found(result: verify.Result, workbook: bytes, folder: Path) -> str:
    """Return what is wrong with a workbook, empty where nothing is."""
    path = folder / "sua.xlsx"
    path.write_bytes(workbook)
    try:
        verify.Comparison(result, verify.Workbook(str(path))).run()
    except verify.Differs as differs:
        return str(differs)
    return ""


def saved(book: openpyxl.Workbook) -> bytes:
    """Return a workbook as it is saved."""
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_files_of_one_run_pass_and_the_digest_is_told(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main([str(made.workbook), "--bundle", str(made.bundle)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("PASS: ")
    assert told[0].endswith("tính lại từ 4 phiếu (đợt c26, lần tính 1).")
    assert told[1] == f"Mã kiểm tra của gói: {made.digest}"
    assert told[2].startswith("Hãy so mã này với mã đã công bố")
    assert (
        verify.main([str(made.workbook), "--bundle", str(made.bundle), "--digest", made.digest.upper()]) == 0
    )
    assert "Đúng là mã đã cho." in capsys.readouterr().out


def test_it_runs_alone_from_an_empty_folder_without_a_library(made: Made, tmp_path: Path) -> None:
    with zipfile.ZipFile(made.bundle) as archive:
        (tmp_path / "verify.py").write_bytes(archive.read("verify.py"))
    for path in (made.workbook, made.bundle):
        shutil.copy(path, tmp_path)
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", "diem.xlsx", "--bundle", "goi.zip"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr.decode()) == (0, "")
    assert ran.stdout.decode().startswith("PASS: ")


def test_it_imports_the_standard_library_alone() -> None:
    imported = set()
    for node in ast.walk(ast.parse(SOURCE.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module).split(".")[0])
    assert imported - set(sys.stdlib_module_names) == set()


def test_a_workbook_saved_again_unchanged_passes(made: Made, result: verify.Result) -> None:
    assert found(result, saved(openpyxl.load_workbook(made.workbook)), made.folder) == ""


def test_texts_as_people_type_them_and_longer_than_a_cell_pass(made: Made, tmp_path: Path) -> None:
    material = made.material
    dossier, typed = material.dossier, "=1+1\r\n\x0b-5 \U0001f600_x0041_ "
    corrections = tuple(replace(each, reason=typed) for each in dossier.corrections)
    rechecked = replace(dossier.unit_rechecks[0], note="dài " * 10_000)
    changed = replace(dossier, corrections=corrections, unit_rechecks=(rechecked, *dossier.unit_rechecks[1:]))
    told = replace(material, dossier=changed)
    (tmp_path / "a.xlsx").write_bytes(workbook_of(told))
    (tmp_path / "a.zip").write_bytes(bundle_of(told, made.asked))
    assert verify.verified(str(tmp_path / "a.xlsx"), str(tmp_path / "a.zip"))[0].startswith("PASS")
    notes = openpyxl.load_workbook(tmp_path / "a.xlsx", read_only=True)["Ghi chú"]
    assert ["Ô có chữ dài hơn mức một ô chứa được", 2] in [
        list(row) for row in notes.iter_rows(values_only=True)
    ]


# --- One altered cell, anywhere -------------------------------------------------------------------------------------------

FREE = {("Ghi chú", "B7")}  # when the file was written: nobody can know
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def parts(made: Made) -> dict[str, bytes]:
    """The parts of the workbook's file, with one format more that shows "99,99" whatever stands in the cell."""
    with zipfile.ZipFile(made.workbook) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    styles = files["xl/styles.xml"].decode()
    forged = '<numFmt numFmtId="900" formatCode="&quot;99,99&quot;"/></numFmts>'
    styles = styles.replace("</numFmts>", forged).replace("</cellXfs>", '<xf numFmtId="900"/></cellXfs>')
    return files | {"xl/styles.xml": styles.encode()}


def filled(tree: Element) -> list[Element]:
    """Return the cells of a sheet that hold something."""
    return [cell for cell in tree.iter(f"{MAIN}c") if "".join(cell.itertext())]


def put(cell: Element, value: str | float) -> None:
    """Let a cell hold a text or a number."""
    for part in list(cell):
        cell.remove(part)
    cell.set("t", "inlineStr" if isinstance(value, str) else "n")
    holder = SubElement(cell, f"{MAIN}is") if isinstance(value, str) else cell
    SubElement(holder, f"{MAIN}t" if isinstance(value, str) else f"{MAIN}v").text = str(value)


def _is_text(cell: Element) -> bool:
    return cell.get("t", "n") != "n"


def _value(cell: Element, _formats: int) -> None:
    held = "".join(cell.itertext())
    put(cell, (held[:-1] if len(held) > 1 else "khác") if _is_text(cell) else float(held) + 0.000_01)


def _type(cell: Element, _formats: int) -> None:
    put(cell, 7 if _is_text(cell) else "".join(cell.itertext()))


def _deleted(cell: Element, _formats: int) -> None:
    for part in list(cell):
        cell.remove(part)


def _formula(cell: Element, _formats: int) -> None:
    formula = Element(f"{MAIN}f")
    formula.text = "1+1"
    cell.insert(0, formula)


def _forged_format(cell: Element, formats: int) -> None:
    cell.set("s", str(formats))


ALTERED = (_value, _type, _deleted, _formula, _forged_format)


def rewritten(parts: dict[str, bytes], name: str, tree: Element) -> bytes:
    """Return the file with one sheet exchanged."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for each, held in parts.items():
            archive.writestr(each, tostring(tree) if each == name else held)
    return content.getvalue()


def test_one_altered_cell_anywhere_is_found_and_named(
    made: Made, result: verify.Result, parts: dict[str, bytes]
) -> None:
    draw = random.Random(20221231)
    sheets = verify.Workbook(str(made.workbook)).sheets
    forged = parts["xl/styles.xml"].split(b"<cellXfs")[1].split(b"</cellXfs>")[0].count(b"<xf ") - 1
    for title, name in sheets:
        for alter in ALTERED:
            tree = fromstring(parts[name])
            cell = draw.choice([each for each in filled(tree) if (title, each.get("r")) not in FREE])
            alter(cell, forged)
            told = found(result, rewritten(parts, name, tree), made.folder)
            assert f"Trang “{title}”, ô {cell.get('r')}: " in told, (alter.__name__, cell.get("r"), told)
    assert len(sheets) * len(ALTERED) > 100


def test_two_rows_exchanged_are_found_on_every_sheet(
    made: Made, result: verify.Result, parts: dict[str, bytes]
) -> None:
    draw = random.Random(7)
    for title, name in verify.Workbook(str(made.workbook)).sheets:
        tree = fromstring(parts[name])
        rows = [row for row in tree.iter(f"{MAIN}row") if int(row.get("r", 0)) >= 4 and filled(row)]
        texts = [
            "\t".join(cell.get("r", "").rstrip("0123456789") + "".join(cell.itertext()) for cell in row)
            for row in rows
        ]
        first = draw.randrange(len(rows))
        others = [place for place, text in enumerate(texts) if text != texts[first]]
        if not others:  # nothing but its headings
            continue
        second = draw.choice(others)
        numbers = [str(rows[place].get("r")) for place in (first, second)]
        for place, number in zip((first, second), reversed(numbers), strict=True):
            rows[place].set("r", number)
            for cell in rows[place]:
                cell.set("r", cell.get("r", "").rstrip("0123456789") + number)
        told = found(result, rewritten(parts, name, tree), made.folder)
        assert f"Trang “{title}”, ô " in told
        assert any(told.partition(":")[0].endswith(number) for number in numbers), (numbers, told)


def test_cells_added_and_rows_hidden_are_found(made: Made, result: verify.Result) -> None:
    book = openpyxl.load_workbook(made.workbook)
    book["Phiếu"].cell(40, 3, "thêm")
    told = found(result, saved(book), made.folder)
    assert told == "Trang “Phiếu”, ô C40: tệp ghi “thêm”, tính lại được ô trống."
    book = openpyxl.load_workbook(made.workbook)
    book["Phiếu"].row_dimensions[6].hidden = True
    assert found(result, saved(book), made.folder) == "Trang “Phiếu”, dòng 6: bị ẩn."


def test_sheets_missing_added_and_exchanged_are_named(made: Made, result: verify.Result) -> None:
    book = openpyxl.load_workbook(made.workbook)
    del book["Tiêu chí"]
    assert found(result, saved(book), made.folder) == "Bảng điểm: thiếu trang “Tiêu chí”."
    book = openpyxl.load_workbook(made.workbook)
    book.create_sheet("Khác")
    assert found(result, saved(book), made.folder) == "Bảng điểm: thừa trang “Khác”."
    book = openpyxl.load_workbook(made.workbook)
    book.move_sheet("Tiêu chí", 1)
    assert "phải là “Tiêu chí”." in found(result, saved(book), made.folder)
    book = openpyxl.load_workbook(made.workbook)
    book["Tiêu chí"].sheet_state = "hidden"
    assert found(result, saved(book), made.folder) == "Trang “Tiêu chí”: bị ẩn."


def test_a_difference_says_both_values_in_the_cell_s_own_format(made: Made, result: verify.Result) -> None:
    book = openpyxl.load_workbook(made.workbook)
    sheet = next(each for each in book if each.title.startswith("Điểm "))
    index = sheet["D5"].value
    sheet["D5"].value = index - 0.5
    before, after = (verify.decimal_comma(f"{value:.2f}") for value in (index - 0.5, index))
    told = found(result, saved(book), made.folder)
    assert told == f"Trang “{sheet.title}”, ô D5: tệp ghi {before}, tính lại được {after}."


# --- Bundles ------------------------------------------------------------------------------------------------------------------


def repacked(bundle: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Write a bundle anew with its files changed."""
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target


def signed(files: dict[str, bytes]) -> None:
    """Make the manifest of a bundle's files anew, as a forger would."""
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = {name: hashlib.sha256(files[name]).hexdigest() for name in manifest["files"]}
    manifest["dossier"] = manifest["files"]["dossier.json"]
    files["manifest.json"] = json.dumps(manifest, ensure_ascii=False, separators=(",", ":")).encode()


def other_answer(files: dict[str, bytes]) -> None:
    """Change one answer of one response to a level it was not."""
    lines = files["answers.csv"].decode().splitlines(keepends=True)
    cells = lines[1].split(",")
    cells[8] = "1" if cells[8] != "1" else "5"
    lines[1] = ",".join(cells)
    files["answers.csv"] = "".join(lines).encode()


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Return what the program says against files it does not let pass."""
    assert verify.main([str(each) for each in arguments]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    return told.err


def test_an_edited_bundle_is_refused_by_the_name_of_the_file(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edited = repacked(made.bundle, tmp_path / "a.zip", other_answer)
    assert "Gói, tệp answers.csv: đã bị sửa" in refused(capsys, made.workbook, "--bundle", edited)
    added = repacked(made.bundle, tmp_path / "b.zip", lambda files: files.update({"x.csv": b""}))
    assert "Gói: có tệp x.csv mà manifest.json không kể tên" in refused(
        capsys, made.workbook, "--bundle", added
    )
    gone = repacked(made.bundle, tmp_path / "c.zip", lambda files: files.__delitem__("book.json"))
    assert "Gói: thiếu tệp book.json" in refused(capsys, made.workbook, "--bundle", gone)


def test_an_altered_answer_with_everything_signed_anew_is_found_by_recomputing_and_by_the_digest(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def forge(files: dict[str, bytes]) -> None:
        other_answer(files)
        dossier = json.loads(files["dossier.json"])
        dossier["answers_sha256"] = hashlib.sha256(files["answers.csv"]).hexdigest()
        files["dossier.json"] = json.dumps(dossier, ensure_ascii=False, separators=(",", ":")).encode()
        signed(files)

    forged = repacked(made.bundle, tmp_path / "a.zip", forge)
    assert verify.read_bundle(str(forged)).digest != made.digest
    assert "Gói, book.json/satisfaction/" in refused(capsys, made.workbook, "--bundle", forged)
    told = refused(capsys, made.workbook, "--bundle", forged, "--digest", made.digest)
    assert "Gói không phải gói ấy" in told


def test_a_draw_that_its_secrets_do_not_give_is_found(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def forge(files: dict[str, bytes]) -> None:
        dossier = json.loads(files["dossier.json"])
        record = json.loads(dossier["draws"][0]["record"])
        record["chosen"][0]["bodies"] = (
            ["front"] if record["chosen"][0]["bodies"] != ["front"] else ["veterans"]
        )
        text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
        dossier["draws"][0]["record"], files["draws/1.json"] = text, text.encode()
        files["dossier.json"] = json.dumps(dossier, ensure_ascii=False, separators=(",", ":")).encode()
        signed(files)

    forged = repacked(made.bundle, tmp_path / "a.zip", forge)
    assert "Gói, draws/1.json/chosen/" in refused(capsys, made.workbook, "--bundle", forged)


def test_a_bundle_of_another_run_is_refused(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    told = refused(capsys, made.workbook, "--bundle", made.other)
    assert "Lần tính 2. Tính đến" in told


# --- Files that are none of ours ------------------------------------------------------------------------------------------------


def test_what_is_no_workbook_of_ours_is_refused(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = openpyxl.Workbook()
    (tmp_path / "a.xlsx").write_bytes(saved(book))
    told = refused(capsys, tmp_path / "a.xlsx", "--bundle", made.bundle)
    assert "không phải bảng điểm của Hài Lòng" in told
    (tmp_path / "b.xlsx").write_bytes(b"not a workbook")
    assert "Bảng điểm: không đọc được" in refused(capsys, tmp_path / "b.xlsx", "--bundle", made.bundle)
    assert "Gói: không có manifest.json" in refused(capsys, made.workbook, "--bundle", made.workbook)


def with_part(workbook: Path, target: Path, name: str, content: bytes) -> Path:
    """Write a workbook anew with one part of the file exchanged or added."""
    return repacked(workbook, target, lambda files: files.update({name: content}))


def test_bombs_entities_and_macros_are_refused_at_once(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.process_time()
    sheet = "xl/worksheets/sheet1.xml"
    bomb = with_part(made.workbook, tmp_path / "a.xlsx", sheet, b" " * 80_000_000)
    packing = time.process_time() - began
    assert f"tệp {sheet}: nén quá chặt" in refused(capsys, bomb, "--bundle", made.bundle)
    assert time.process_time() - began - packing < 2
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    told = refused(
        capsys, with_part(made.workbook, tmp_path / "b.xlsx", sheet, entity), "--bundle", made.bundle
    )
    assert f"phần {sheet}: XML có khai báo DOCTYPE" in told
    macro = with_part(made.workbook, tmp_path / "c.xlsx", "xl/vbaProject.bin", b"x")
    assert "có phần xl/vbaProject.bin" in refused(capsys, macro, "--bundle", made.bundle)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a.xlsx"],
        ["--bundle", "b.zip"],
        ["a.xlsx", "--bundle", "b.zip", "--digest", "12"],
        ["a", "b", "--bundle", "c"],
    ],
    ids=str,
)
def test_wrong_usage_is_told_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main(arguments) == 2
    assert "python3 verify.py BANG-DIEM.xlsx --bundle GOI.zip" in capsys.readouterr().err


def test_a_file_that_cannot_be_opened_is_told_with_2(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main(["/nowhere.xlsx", "--bundle", str(made.bundle)]) == 2
    assert "Không mở được tệp" in capsys.readouterr().err


# --- The demonstration ------------------------------------------------------------------------------------------


def test_the_demonstration_passes_within_five_seconds(
    house: SqliteHouse | PostgresHouse, rechecked_template: str, tmp_path: Path
) -> None:
    url = house.fresh(rechecked_template)
    with opened(url):
        campaign = campaigns.by_code(demonstration.CODE)
        run = scores.run(people.command_line(), campaign)
        material = materials.material_of(run)
        (tmp_path / "a.xlsx").write_bytes(workbook_of(material))
        (tmp_path / "a.zip").write_bytes(bundle_of(material, run_answers.questionnaires_of(campaign)))
        db.session.rollback()
    house.drop(url)
    began = time.process_time()
    told = verify.verified(str(tmp_path / "a.xlsx"), str(tmp_path / "a.zip"))
    assert time.process_time() - began < 5
    assert "tính lại từ 2.124 phiếu (đợt ha-nam-2022" in told[0]
