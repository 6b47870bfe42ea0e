"""The XLSForm, examined by pyxform, the converter of ODK itself: no error, no warning, and the XForm it makes."""

import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import openpyxl
import pytest
from pyxform.xls2xform import convert

from scoring.questionnaire import (
    Questionnaire,
    available_questionnaires,
    load_questionnaire,
    parse_questionnaire,
)
from survey_app.exports.xlsform import Asked, xlsform_of
from survey_app.labels import SECTION_NAMES

ASKED = Asked(
    campaign="Khảo sát tỉnh Hà Nam năm 2022",
    campaign_code="ha-nam-2022",
    sections=SECTION_NAMES,
    units=[("STC", "Sở Tài chính"), ("SNV", "Sở Nội vụ")],
    modes=[("paper", "Phiếu giấy"), ("phone", "Điện thoại")],
    code_pattern="[A-Z]{2}-[0-9]{1,4}",
    code_sentence="Mã phiếu ví dụ HN-0017.",
)
X = "{http://www.w3.org/2002/xforms}"
# Every kind and limit that the shipped questionnaires do not use.
UNUSUAL = """
[[question]]
code = "level"
section = "experience"
kind = "multi"
text = "Ông/Bà đã gặp ${ai}?"
options = [{ code = "clerk", text = "Công chức" }, { code = "nobody", text = "Không ai" }, { code = "other", text = "=1+1" }]

[[question]]
code = "times"
section = "experience"
kind = "integer"
text = "Mấy lần?"
required = true
show_if = { question = "level", options = ["clerk", "other"] }

[[question]]
code = "later"
section = "experience"
kind = "text"
text = "Nói rõ"
"""


def unusual() -> Questionnaire:
    """Return the newest questionnaire with three unusual questions, and a general one."""
    text = load_questionnaire("sipas-2023").text
    general = '[general]\ntext = "Nói chung, Ông/Bà có hài lòng không?"\nverified = false\n'
    return parse_questionnaire(f"{text}\n{UNUSUAL}\n{general}", "thử")


def xform(questionnaire: Questionnaire, asked: Asked = ASKED) -> ET.Element:
    """Return the XForm that pyxform makes, having no remark."""
    result = convert(io.BytesIO(xlsform_of(questionnaire, asked)), file_type=".xlsx")
    assert result.warnings == []
    return ET.fromstring(result.xform)


def binds(form: ET.Element) -> dict[str, ET.Element]:
    """Return what is bound by the last word of its path, in order."""
    return {bind.attrib["nodeset"].rsplit("/", 1)[1]: bind for bind in form.iter(f"{X}bind")}


def texts(form: ET.Element) -> dict[str, str]:
    """Return the Vietnamese texts by their ids."""
    (language,) = form.iter(f"{X}translation")
    assert language.attrib == {"lang": "Tiếng Việt (vi)", "default": "true()"}
    return {each.attrib["id"]: "".join(each.itertext()) for each in language}


@pytest.mark.parametrize("code", available_questionnaires())
def test_every_shipped_questionnaire_converts_and_asks_in_the_order_of_the_entry_form(code: str) -> None:
    questionnaire = load_questionnaire(code)
    named = [
        name
        for name in binds(xform(questionnaire))
        if name not in ("start", "end", "today", "instanceID", "instanceName")
    ]
    service = [each.code for each in questionnaire.questions if each.section == "service"]
    after = [
        each.code
        for section in ("experience", "respondent", "organisation", "comment")
        for each in questionnaire.questions
        if each.section == section
    ]
    criteria = list(questionnaire.criterion_codes)
    assert named == ["form_code", "unit", "mode", *service, *criteria, *after]


def test_the_version_is_the_questionnaires_checksum_and_the_form_bears_the_campaigns_code() -> None:
    questionnaire = load_questionnaire("sipas-2017")
    (data,) = (each for each in xform(questionnaire).iter() if each.tag.endswith("}data"))
    assert data.attrib["id"] == "ha-nam-2022"
    assert data.attrib["version"] == questionnaire.sha256[:12]


def test_neither_the_device_nor_its_place_is_asked_for() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsform_of(load_questionnaire("sipas-2017"), ASKED)))
    kinds = {row[0] for row in book["survey"].iter_rows(min_row=2, values_only=True)}
    assert {each.split()[0] for each in kinds} == {
        *("start", "end", "today", "text", "select_one", "select_multiple", "begin_group", "end_group"),
    }


def test_criteria_stand_in_one_field_list_a_factor_with_the_scales_words() -> None:
    questionnaire = load_questionnaire("sipas-2022")
    form = xform(questionnaire)
    groups = {group.attrib["ref"]: group for group in form.iter(f"{X}group")}
    for factor in questionnaire.factors:
        group = groups[f"/data/{factor.code}"]
        assert group.attrib["appearance"] == "field-list"
        asked = [each.attrib["ref"].rsplit("/", 1)[1] for each in group.iter(f"{X}select1")]
        assert asked == [each.code for each in factor.criteria]
    told = texts(form)
    assert told["/data/access/access_1:label"] == f"1.1. {questionnaire.criteria[0].text}"
    assert [told[f"level-{place}"] for place in range(6)] == [
        *(f"{level}. {name}" for level, name in enumerate(questionnaire.scale.levels, 1)),
        questionnaire.scale.not_applicable,
    ]
    (levels,) = (each for each in form.iter(f"{X}instance") if each.attrib.get("id") == "level")
    assert [each.text for each in levels.iter(f"{X}name")] == ["1", "2", "3", "4", "5", "na"]


def test_rules_are_those_of_the_questionnaire() -> None:
    found = binds(xform(load_questionnaire("sipas-2023")))
    assert found["form_code"].attrib["constraint"] == "regex(., '^[A-Z]{2}-[0-9]{1,4}$')"
    assert [name for name, bind in found.items() if bind.attrib.get("required") == "true()"] == [
        *("form_code", "unit", "mode", "service_field", "respondent_kind"),
    ]
    assert found["age"].attrib["type"] == "int"
    assert found["age"].attrib["constraint"] == ". >= 15 and . <= 120"
    assert found["service_procedure"].attrib["constraint"] == "string-length(.) <= 200"
    assert found["late_notice"].attrib["relevant"].split() == ["/data/experience/result_time", "=", "'late'"]
    assert "Mã phiếu ví dụ HN-0017." in texts(xform(load_questionnaire("sipas-2023"))).values()


def test_what_no_shipped_questionnaire_uses_works_too() -> None:
    form = xform(unusual())
    found, told = binds(form), texts(form)
    relevant = " ".join(found["times"].attrib["relevant"].split())
    assert relevant.replace("( ", "(").replace(" ,", ",") == (
        "selected(/data/experience/level, 'clerk') or selected(/data/experience/level, 'other')"
    )
    assert found["times"].attrib["constraint"] == ". >= 0 and . <= 999999999"
    assert found["later"].attrib["constraint"] == "string-length(.) <= 2000"
    assert told["/data/experience/level:label"] == "Ông/Bà đã gặp $ {ai}?"
    assert told["level_list-2"] == "=1+1"
    assert "/data/general/general_1:label" in told


def test_u4_units_that_differ_by_marks_only_keep_codes_of_their_own() -> None:
    units = [("DAK-1", "Huyện Đắk Mil"), ("DAK-2", "Huyện Đăk Mil"), ("X Y", "Xã Y"), ("Ừ", "Ừ & <Ư>")]
    form = xform(load_questionnaire("sipas-2017"), replace(ASKED, units=units))
    (listed,) = (each for each in form.iter(f"{X}instance") if each.attrib.get("id") == "unit")
    assert [each.text for each in listed.iter(f"{X}name")] == [code for code, _ in units]
    told = texts(form)
    assert [told[f"unit-{place}"] for place in range(4)] == [name for _, name in units]


def test_e1_a_label_that_looks_like_a_formula_is_text() -> None:
    asked = replace(ASKED, units=[("A", "=1+1"), ("B", "+84 123"), ("C", "@SUM(A1)")], campaign="=2+2")
    book = openpyxl.load_workbook(io.BytesIO(xlsform_of(load_questionnaire("sipas-2017"), asked)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {"=1+1", "+84 123", "@SUM(A1)", "=2+2"} <= {cell.value for cell in cells}
