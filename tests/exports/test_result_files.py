"""A whole result as JSON, and the points of every unit for Excel."""

import csv
import hashlib
import io
import json

from scoring.book import ScoreBook, canonical
from survey_app.exports import result_files
from survey_app.exports.dossier import Dossier
from tests.exports.material import material


def test_the_book_and_the_dossier_are_read_back_from_the_json_under_the_digests_beside_them() -> None:
    source = material()
    told = json.loads(result_files.json_of(source))
    assert ScoreBook.from_json(canonical(told["book"])).digest == told["sha256"]["book"] == source.book.digest
    assert Dossier.from_json(canonical(told["dossier"])) == source.dossier
    assert hashlib.sha256(canonical(told["dossier"])).hexdigest() == told["sha256"]["dossier"]
    assert (told["run"], told["campaign"]["made_up"], told["publication"]) == (3, True, None)


def test_points_for_excel_are_those_of_the_book_with_a_decimal_comma_and_gaps_where_there_are_none() -> None:
    source = material()
    content = b"".join(result_files.points_lines(source)).decode("utf-8-sig")
    rows = {row["Mã đơn vị"]: row for row in csv.DictReader(io.StringIO(content, newline=""), delimiter=";")}
    results = {each["unit"]: each for each in source.book.satisfaction["units"]}
    assert list(rows) == [unit["unit"] for unit in source.book.units]
    assert rows["A"]["Điểm khảo sát"] == results["A"]["points"].replace(".", ",")
    assert rows["A"]["Đơn vị"] == '="=1+1; Sở A"'
    assert (rows["B"]["Điểm khảo sát"], rows["B"]["Phiếu được tính"]) == ("", "0")  # E14
    assert (rows["T"]["Điểm tối đa"], rows["T"]["Điểm khảo sát"]) == ("60", "")
