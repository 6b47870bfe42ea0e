"""Figures from elsewhere are read in whole or not at all, each wrong cell named, and nobody's table is replaced unseen."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from survey_app import problems, publication_problems
from survey_app.domain import audit, campaigns, report_figures, scores
from survey_app.domain.report_figures import Figure
from survey_app.extensions import db
from survey_app.models import Campaign, ReportFigure, User
from survey_app.vocabulary import CampaignState

HEADING = "year;kind;code;measure;value;source\n"
GOOD = f"{HEADING}2025;unit;A;index;88,50;Báo cáo 2025\n2025;nhóm;departments;khoảng cách;9.5;Báo cáo 2025\n"
EARLIER = "số liệu đơn vị và nhóm phải là của năm trước"
OF_AREA = "điểm trung bình lĩnh vực phải là của năm"
ONE_OF = "hãy ghi một trong:"
WORD = f"không dùng được ở đây; {ONE_OF}"
AREA = "không phải mã nhóm/số lĩnh vực; hãy ghi như departments/1, districts/1, số lĩnh vực từ 1 đến 7"
DECIMALS = "với tối đa hai số lẻ; hãy ghi như 89,60"
NOTHING = report_figures.digest_of([])


def put(actor: User, campaign: Campaign, text: str, seen: str = NOTHING) -> report_figures.Preview:
    """Put a table in place of what is stored."""
    return report_figures.replace(actor, campaign, "bang.csv", text.encode(), seen)


def seen(campaign: Campaign) -> str:
    """Return the digest of what is stored."""
    return report_figures.digest_of(report_figures.of_campaign(campaign))


def test_a_table_is_read_with_codes_or_words_and_a_comma_or_a_point(small: Campaign, actor: User) -> None:
    put(actor, small, GOOD)
    assert report_figures.of_campaign(small) == [
        Figure(2025, "group", "departments", "spread", Decimal("9.50"), "Báo cáo 2025"),
        Figure(2025, "unit", "A", "index", Decimal("88.50"), "Báo cáo 2025"),
    ]
    line = audit.search(actor, verb="report.figures_set", name="", record_id="", number=1).rows[0]
    change = audit.changes_of(line)
    assert (change["before"], change["after"]["figures"]) == ({"figures": 0, "digest": NOTHING}, 2)
    assert change["after"]["digest"] == seen(small)


def test_a_later_table_replaces_the_whole_and_an_empty_one_removes_it(small: Campaign, actor: User) -> None:
    put(actor, small, GOOD)
    later = f"{HEADING}2025;unit;A;index;88,60;Báo cáo 2025\n2024;unit;A;rank;3;Báo cáo 2024\n"
    found = report_figures.preview(small, "bang.csv", later.encode())
    assert [(before.value, after.value) for before, after in found.changed] == [
        (Decimal("88.5"), Decimal("88.60"))
    ]
    assert ([each.measure for each in found.added], [each.measure for each in found.removed]) == (
        ["rank"],
        ["spread"],
    )
    put(actor, small, later, seen(small))
    assert [each.value for each in report_figures.of_campaign(small)] == [Decimal("88.60"), Decimal(3)]
    put(actor, small, HEADING, seen(small))
    assert report_figures.of_campaign(small) == []


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("2026;unit;A;index;88;X", "year", f"2026 không phải năm trước; {EARLIER} 2026"),
        ("2025;area;departments/1;mean;8;X", "year", f"2025 không phải năm của đợt này; {OF_AREA} 2026"),
        ("25;unit;A;index;88;X", "year", "“25” không phải một năm; hãy ghi bốn chữ số, ví dụ 2021"),
        ("2025;xã;A;index;88;X", "kind", f"“xã” {WORD} unit, group, area"),
        ("2025;unit;Q;index;88;X", "code", "không có cơ quan, đơn vị nào có mã “Q”"),
        (
            "2025;group;Q;mean;88;X",
            "code",
            f"đợt này không có nhóm nào có mã “Q”; {ONE_OF} departments, districts",
        ),
        ("2026;area;departments/9;mean;8;X", "code", f"“departments/9” {AREA}"),
        ("2025;group;departments;index;88;X", "measure", f"“index” {WORD} mean, satisfaction_mean, spread"),
        ("2025;unit;A;index;1.234,5;X", "value", f"“1.234,5” không phải số từ 0 đến 100 {DECIMALS}"),
        ("2025;unit;A;index;100,01;X", "value", f"“100,01” không phải số từ 0 đến 100 {DECIMALS}"),
        ("2025;unit;A;satisfaction_points;10,5;X", "value", f"“10,5” không phải số từ 0 đến 10 {DECIMALS}"),
        ("2026;area;departments/1;mean;14,1;X", "value", f"“14,1” không phải số từ 0 đến 14 {DECIMALS}"),
        ("2025;unit;A;index;1e2;X", "value", f"“1e2” không phải số từ 0 đến 100 {DECIMALS}"),
        ("2025;unit;A;rank;0;X", "value", "“0” không phải thứ hạng từ 1"),
        ("2025;unit;A;index;88;", "source", "ô trống"),
        (f"2025;unit;A;index;88;{'X' * 201}", "source", "dài 201 ký tự, tối đa 200"),
    ],
)
def test_u1_a_cell_that_cannot_be_taken_is_named(small: Campaign, row: str, column: str, why: str) -> None:
    with pytest.raises(publication_problems.FiguresRefused) as refused:
        report_figures.preview(small, "bang.csv", f"{HEADING}{row}\n".encode())
    assert refused.value.reasons == (f"dòng 2, cột {column}: {why}",)


def test_e17_every_failing_cell_is_named_and_nothing_goes_in(small: Campaign, actor: User) -> None:
    rows = "2025;unit;A;index;x;\n2025;unit;A;rank;1;X\n2025;unit;A;rank;2;X\n"
    with pytest.raises(publication_problems.FiguresRefused) as refused:
        put(actor, small, HEADING + rows)
    assert refused.value.reasons == (
        "dòng 2, cột source: ô trống",
        "dòng 2, cột value: “x” không phải số từ 0 đến 100 với tối đa hai số lẻ; hãy ghi như 89,60",
        "dòng 4, cột code: số liệu này đã có ở dòng 3; hãy giữ một dòng",
    )
    assert str(refused.value) == "Bảng số liệu có 3 chỗ chưa nhận được; chưa số nào được lưu."
    assert db.session.scalar(select(func.count()).select_from(ReportFigure)) == 0


def test_a_file_that_is_no_such_table_is_refused_as_a_whole(small: Campaign) -> None:
    with pytest.raises(publication_problems.FiguresRefused) as refused:
        report_figures.preview(small, "bang.csv", b"year,code\n2025,A\n")
    assert refused.value.reasons == ("thiếu cột kind, measure, value, source",)
    with pytest.raises(problems.ScorerRefused):
        report_figures.preview(small, "bang.xlsx", b"PK\x03\x04 no workbook")
    with pytest.raises(problems.InvalidFields) as long:
        report_figures.preview(small, "bang.csv", b"x" * (report_figures.MOST_BYTES + 1))
    assert long.value.fields["file"].startswith("Tệp lớn hơn 256 KB")
    with pytest.raises(publication_problems.FiguresRefused) as many:
        report_figures.preview(small, "bang.csv", (HEADING + "2025;unit;A;index;1;X\n" * 2001).encode())
    assert many.value.reasons == ("tệp có 2001 dòng; bảng số liệu của báo cáo nhận tối đa 2000 dòng",)


def test_the_table_that_comes_out_says_nothing_new_when_it_is_read_in(small: Campaign, actor: User) -> None:
    formula = f"{GOOD}2025;unit;B;index;90;=1+1\n"
    put(actor, small, formula)
    found = report_figures.preview(small, "bang.xlsx", report_figures.workbook(small))
    assert (found.is_news, len(found.figures)) == (False, 3)
    assert "=1+1" in {each.source for each in found.figures}


def test_a_table_that_somebody_else_replaced_meanwhile_is_not_replaced_unseen(
    small: Campaign, actor: User
) -> None:
    before = seen(small)
    put(actor, small, GOOD, before)
    with pytest.raises(publication_problems.FiguresOvertaken):
        put(actor, small, HEADING, before)
    assert len(report_figures.of_campaign(small)) == 2


def test_a_published_campaigns_figures_stay_as_they_were(small: Campaign, actor: User) -> None:
    for state in (CampaignState.CLOSED, CampaignState.SEALED):
        campaigns.move(actor, small, state)
    scores.run(actor, small)
    campaigns.move(actor, small, CampaignState.PUBLISHED)
    with pytest.raises(publication_problems.FiguresFixed):
        put(actor, small, GOOD)
