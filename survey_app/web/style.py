"""The page that shows every piece of the form language in every state."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, render_template, url_for
from wtforms import (
    BooleanField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from scoring.recheck_rates import Measures, Spread, measures
from scoring.rechecks import CONFIRMED, FAILED, Case
from survey_app.domain.paging import Page
from survey_app.exports.charts import Bar, Chart, Mark, bars_of
from survey_app.exports.recheck_charts import funnel_of
from survey_app.exports.recheck_sentences import between
from survey_app.exports.tables import NO_SURVEY, Column, Row, Table
from survey_app.web import guards
from survey_app.web.forms import Form, choices

blueprint = Blueprint("style", __name__)
LEVELS = ("Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng")
UNITS = choices(
    [("", "(chọn đơn vị)"), ("SNV", "Sở Nội vụ"), ("STC", "Sở Tài chính"), ("PHULY", "Thành phố Phủ Lý")]
)
MODES = choices(
    [("paper", "Nhập từ phiếu giấy"), ("phone", "Phỏng vấn qua điện thoại"), ("self", "Tự trả lời")]
)
TIMES = choices([("early", "Sớm hẹn"), ("yes", "Đúng hẹn"), ("late", "Trễ hẹn")])
WISHES = choices(
    [("time", "Rút ngắn thời gian giải quyết"), ("fee", "Giảm phí, lệ phí"), ("other", "Điều khác")]
)
# The vector of ten responses in METHOD.md: 56,25 % of the feedback answers were satisfied.
FACTORS = (
    ("1. Tiếp cận dịch vụ", Decimal("85.00"), "34 hài lòng trên 40 câu trả lời"),
    ("2. Thủ tục hành chính", Decimal("92.00"), "46 hài lòng trên 50 câu trả lời"),
    ("3. Công chức giải quyết công việc", Decimal("93.3333"), "56 hài lòng trên 60 câu trả lời"),
    ("4. Kết quả dịch vụ", None, "chưa ai trả lời yếu tố này"),
    ("5. Việc tiếp nhận, giải quyết ý kiến góp ý, phản ánh, kiến nghị", Decimal("56.25"), "9 trên 16"),
)
# Three units of a sample of 60 responses each, the last with too few of them.
CHART = Chart(
    caption="Chỉ số hài lòng với khoảng tin cậy",
    low=Decimal(80),
    high=Decimal(100),
    ticks=tuple(Decimal(each) for each in (80, 85, 90, 95, 100)),
    marks=(
        Mark(
            "1. Sở A",
            Decimal("95.7"),
            Decimal("93.1"),
            Decimal("97.4"),
            "95,70 %",
            ("93,10 – 97,40", "hạng 1 – 2"),
            "SNV",
        ),
        Mark(
            "2. Sở B",
            Decimal("91.6"),
            Decimal("87.3"),
            Decimal("94.5"),
            "91,58 %",
            ("87,33 – 94,50", "hạng 1 – 2"),
            strong=True,
        ),
        Mark("Sở C", None, None, None, "–", ("chưa đủ mẫu",)),
    ),
)
BARS = bars_of(
    "Phiếu đến theo ngày",
    [Bar(f"{day:02d}/11/2026", number) for day, number in enumerate((12, 31, 0, 27, 44, 18, 9), start=16)],
)


def _work(judged: int, failed: int) -> Measures:
    """Return the measures of one person's judged re-checks, so many of them failed."""
    verdicts = [FAILED] * failed + [CONFIRMED] * (judged - failed)
    cases = [Case(str(place), "", "", verdict, 1, ()) for place, verdict in enumerate(verdicts)]
    return measures("", cases, Spread())


_WORK = {"Điều tra viên A": _work(9, 7), "Điều tra viên B": _work(12, 1), "Điều tra viên C": _work(30, 2)}
FUNNEL = funnel_of(0.08, _WORK, {}, own="Điều tra viên B")
RATES = [(name, each.failure, between(each.failure)) for name, each in _WORK.items()]
# Three lines of the table that Hà Nam published for 2022, and its mean.
INDEX = Table(
    name="Chỉ số",
    caption="Chỉ số cải cách hành chính – Sở, ban, ngành",
    columns=(
        Column("Hạng", "count"),
        Column("Đơn vị"),
        Column("Điểm thẩm định", "points"),
        Column("Điểm khảo sát", "points"),
        Column("Chỉ số %", "percent"),
        Column("Xếp loại"),
    ),
    rows=tuple(
        Row((rank, name, Decimal(appraisal), survey, Decimal(index), band), code)
        for rank, code, name, appraisal, survey, index, band in (
            (1, "STTTT", "Sở Thông tin và Truyền thông", "85.50", Decimal("9.89"), "95.39", "Xuất sắc"),
            (6, "TTRA", "Thanh tra tỉnh", "56.25", NO_SURVEY, "93.75", "Tốt"),
            (19, "SLDTBXH", "Sở Lao động – TBXH", "67.52", Decimal("9.81"), "77.33", "Khá"),
        )
    ),
    foot=(Row((None, "Trung bình", None, Decimal("9.45"), Decimal("89.60"), None)),),
)


class SampleForm(Form):
    """Fields of every kind, as the pages have them."""

    form_code = StringField("Mã phiếu", [InputRequired()])
    password = PasswordField("Mật khẩu")
    points = StringField("Điểm thẩm định")
    unit = SelectField("Cơ quan, đơn vị", choices=UNITS)
    note = TextAreaField("Ghi chú cho điều tra viên")
    mode = RadioField("Cách hỏi", choices=MODES)
    on_time = RadioField("Cơ quan trả kết quả có đúng hẹn không?", choices=TIMES)
    told = RadioField("Ông/Bà có được báo trước không?", choices=choices([("yes", "Có"), ("no", "Không")]))
    wishes = SelectMultipleField(
        "Ông/Bà mong cơ quan cải thiện điều gì trước hết?",
        choices=WISHES,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    reason = RadioField("Lý do (mỗi nút gửi ngay)", choices=TIMES)
    sure = BooleanField("Tôi đã kiểm tra lại phiếu giấy")
    official_1 = RadioField("", choices=[], validate_choice=False)
    official_2 = RadioField("", choices=[], validate_choice=False)
    official_3 = RadioField("", choices=[], validate_choice=False)


def _samples() -> tuple[SampleForm, SampleForm]:
    """Return a form as it is filled in, and one as it comes back with sentences beside its fields."""
    form = SampleForm(None, official_1="4", official_3="NA", mode="paper", unit="SNV", wishes=["time"])
    wrong = SampleForm(None, form_code="HN22 17", points="8,5,1", prefix="w-")
    wrong.put(
        {
            "form_code": "Mã phiếu gồm 1–40 chữ không dấu, số, dấu gạch, chấm; ví dụ HN22-0017.",
            "unit": "Hãy chọn cơ quan, đơn vị được hỏi.",
            "points": "“8,5,1” không phải là số. Hãy viết như 86,74.",
            "note": "Hãy nói rõ điều cần sửa, ít nhất 5 chữ.",
            "on_time": "Hãy chọn một câu trả lời.",
            "official_2": "Câu 3.2: hãy chọn một mức, hoặc “Không áp dụng”.",
        }
    )
    return form, wrong


@blueprint.get("/style")
@guards.public
def index() -> Any:
    """Show the pieces; a page that needs another piece adds it here first."""
    form, wrong = _samples()
    return render_template(
        "style/index.html",
        form=form,
        wrong=wrong,
        level_names=LEVELS,
        factors=FACTORS,
        index=INDEX,
        chart=CHART,
        bars=BARS,
        funnel=FUNNEL,
        rates=RATES,
        weight=Decimal("0.2772"),
        person=SimpleNamespace(id=12, username="dtv12"),
        page_of=Page(rows=range(50), number=2, total=2124),
        address=lambda number: url_for("style.index", page=number),
    )
