"""What can be made of a result: the one list of files, and how one of them is made and noted in the trail."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

from scoring.book import canonical
from scoring.questionnaire import Questionnaire
from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, materials, publication, report_templates, run_answers, scores
from survey_app.exports import bundle, codebook, result_files, statistics_files, workbook
from survey_app.exports.material import Material, Tell, silent
from survey_app.exports.report_parts import report_of
from survey_app.exports.report_pdf import pdf_of
from survey_app.extensions import one_moment
from survey_app.models import Campaign, User
from survey_app.version import VERSION

Asked = Sequence[Questionnaire]
Make = Callable[[Material, Asked, Tell], Iterable[bytes]]
Step = Callable[[str], None]


@dataclass(frozen=True)
class Output:
    """A kind of file: its key, name and use in words, ending and media type, and what makes its content piece by piece.

    `reads_answers`: it holds single responses, and is refused where those on file are no longer what the run counted.
    `frozen`: it is made of a stored run only.
    """

    key: str
    label: str
    use: str
    ending: str
    mimetype: str
    pieces: Make
    reads_answers: bool = True
    frozen: bool = False

    def make(self, material: Material, tell: Tell = silent) -> bytes:
        """Return the whole file."""
        return b"".join(self.pieces(material, material.questionnaires, tell))


def _whole(make: Callable[[Material, Asked, Tell], bytes]) -> Make:
    return lambda material, asked, tell: [make(material, asked, tell)]


OUTPUTS: dict[str, Output] = {
    each.key: each
    for each in (
        Output(
            "workbook",
            "Bảng điểm (Excel)",
            "Điểm, chỉ số, thứ hạng, độ tin cậy và cách kiểm tra, để đọc và in.",
            ".xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            _whole(lambda material, _asked, tell: workbook.workbook_of(material, tell)),
        ),
        Output(
            "word",
            "Báo cáo (Word)",
            "Báo cáo theo thể thức văn bản hành chính, còn sửa được.",
            ".docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            _whole(
                lambda material, _asked, tell: report_templates.word_of(
                    report_of(material), material.template, tell
                )
            ),
            reads_answers=False,
        ),
        Output(
            "pdf",
            "Báo cáo (PDF)",
            "Cùng nội dung, để in và gửi.",
            ".pdf",
            "application/pdf",
            _whole(lambda material, _asked, tell: pdf_of(report_of(material), tell)),
            reads_answers=False,
        ),
        Output(
            "points-csv-excel",
            "Điểm từng đơn vị, cho Excel (CSV)",
            "Mỗi đơn vị một dòng; dấu chấm phẩy, dấu phẩy thập phân.",
            ".csv",
            "text/csv",
            lambda material, _asked, _tell: result_files.points_lines(material),
            reads_answers=False,
        ),
        Output(
            "csv",
            "Phiếu, cho chương trình (CSV)",
            "Mỗi phiếu một dòng, mã thay cho lời; UTF-8, dấu phẩy.",
            ".csv",
            "text/csv",
            statistics_files.csv_lines,
        ),
        Output(
            "csv-excel",
            "Phiếu, cho Excel (CSV)",
            "Mỗi phiếu một dòng, câu hỏi và lựa chọn bằng lời; dấu chấm phẩy.",
            ".csv",
            "text/csv",
            statistics_files.excel_lines,
        ),
        Output(
            "sav",
            "Phiếu, cho SPSS (.sav)",
            "Có nhãn của biến và của giá trị; “không áp dụng” là giá trị thiếu.",
            ".sav",
            "application/x-spss-sav",
            _whole(statistics_files.sav_of),
        ),
        Output(
            "dta",
            "Phiếu, cho Stata (.dta)",
            "Stata 14 trở lên; có nhãn; “không áp dụng” là .a.",
            ".dta",
            "application/x-stata-dta",
            _whole(statistics_files.dta_of),
        ),
        Output(
            "codebook",
            "Mô tả biến (HTML)",
            "Mỗi biến: lời, loại, giá trị, khi nào trống, tần số; để đọc và in.",
            ".html",
            "text/html",
            _whole(codebook.html_of),
        ),
        Output(
            "codebook-json",
            "Mô tả biến (JSON)",
            "Cùng nội dung, cho chương trình.",
            ".json",
            "application/json",
            _whole(codebook.json_of),
        ),
        Output(
            "json",
            "Kết quả đầy đủ (JSON)",
            "Mọi con số của kết quả và hồ sơ của lần tính, cho chương trình.",
            ".json",
            "application/json",
            lambda material, _asked, _tell: [result_files.json_of(material)],
            reads_answers=False,
        ),
        Output(
            "bundle",
            "Gói kiểm chứng (ZIP)",
            "Để ai cũng tính lại được: phiếu không có thông tin cá nhân, luật tính, quyết định, rút thăm.",
            ".zip",
            "application/zip",
            _whole(bundle.bundle_of),
            frozen=True,
        ),
    )
}


def kind_of(key: str) -> Output:
    """Return the kind of file of that key; refuses one that does not exist."""
    if key not in OUTPUTS:
        raise problems.UnknownValue(what="Loại tệp", value=key[:40], known=", ".join(OUTPUTS))
    return OUTPUTS[key]


def by_ending(ending: str, among: Sequence[str]) -> Output:
    """Return the kind among those of some keys whose files end so; refuses another ending."""
    known = {OUTPUTS[key].ending: OUTPUTS[key] for key in reversed(among) if key in OUTPUTS}
    if ending.lower() not in known:
        told = ", ".join(dict.fromkeys(OUTPUTS[key].ending for key in among if key in OUTPUTS))
        raise problems.UnknownValue(what="Loại tệp", value=ending[:40], known=told)
    return known[ending.lower()]


def material_of(actor: User, campaign: Campaign, number: int | None) -> Material:
    """Return what the files of a stored run, or of the present answers, are made from; a published run knows so.

    Refuses a run the person may not see, and one stored before runs had dossiers. Without a number it ends the
    transaction that went before.
    """
    if number is None:
        return materials.of_now(campaign)
    run = scores.run_of(actor, campaign, number)
    made = publication.of_run(run)
    return materials.of_publication(made) if made else materials.material_of(run)


def wait_for_turn() -> None:
    """Let whoever orders files at the same moment look and order one after the other, until the commit."""
    audit.hold()


def digest_of(output: Output, material: Material) -> str:
    """Return a digest that is the same exactly where the file would be: of the result, words, template and program."""
    facts = [
        output.key,
        material.cover.run_number,
        material.book.digest,
        material.dossier.digest,
        asdict(material.words),
        repr((material.years, material.areas)),
        hashlib.sha256(material.template or b"").hexdigest(),
        dict(material.publication),
        VERSION,
    ]
    return hashlib.sha256(canonical(facts)).hexdigest()


def name_of(output: Output, material: Material) -> str:
    """Return what a file is called, without its ending."""
    run = f" – lần tính {material.cover.run_number}" if material.cover.run_number else ""
    made_up = " – số liệu minh họa" if material.cover.made_up else ""
    return f"{output.label.partition(' (')[0]} – {material.cover.campaign}{run}{made_up}"


def write(
    actor: User,
    campaign: Campaign,
    output: Output,
    material: Material,
    keep: Callable[[bytes], object],
    tell: Tell = silent,
    step: Step = lambda _name: None,
) -> None:
    """Make a file, handing its pieces to `keep` one by one, and note it in the trail with its digest.

    Ends the transaction that went before: all that is read is as of one moment. `step` hears in words what is done.
    Refuses a file of the present answers that is made of stored runs only, and answers that are no longer those the run counted.
    """
    if output.frozen and material.cover.run_number is None:
        raise problems.MissingRun(campaign=campaign.code)
    whole = hashlib.sha256()
    with one_moment():
        if output.reads_answers and material.cover.run_number is not None:
            step("Kiểm tra phiếu")
            run_answers.check_unchanged(material)
        step("Tạo tệp")
        for piece in output.pieces(material, material.questionnaires, tell):
            whole.update(piece)
            keep(piece)
    after = {
        "file": output.key,
        "run": material.cover.run_number,
        "book": material.book.digest,
        "dossier": material.dossier.digest,
        "sha256": whole.hexdigest(),
    }
    audit.record(actor, AuditVerb.SCORE_EXPORTED, campaign.code, campaign_id=campaign.id, after=after)
