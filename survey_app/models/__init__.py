"""Tables of facts. Every rule that must never break stands here as a named constraint."""

from survey_app.models.appraisal import Appraisal
from survey_app.models.assignment import Assignment
from survey_app.models.audit import AuditLine
from survey_app.models.campaign import Campaign, CampaignUnit, Definition
from survey_app.models.consequence import JointCase, JointOpinion, RedoProposal, VoidProposal
from survey_app.models.device import DeviceKey, DeviceReport
from survey_app.models.draw import Draw, DrawMember, DrawPart
from survey_app.models.duplicate_code import DuplicateCode
from survey_app.models.flag import Flag, ResponseTag
from survey_app.models.import_batch import ImportBatch
from survey_app.models.paradata import Paradata
from survey_app.models.publication import Publication, ReportFigure, ReportTemplate
from survey_app.models.recheck import Recheck, RecheckAttempt, RecheckVerdict
from survey_app.models.response import Response, ResponseProposal, ResponseVersion
from survey_app.models.sample import Contact, SampleRow
from survey_app.models.score import ScoreRun, Screening
from survey_app.models.second_entry import SecondEntry
from survey_app.models.self_link import SelfLink
from survey_app.models.unit import Unit, UnitGroup, UnitSuccession
from survey_app.models.user import LoginSession, User

__all__ = [
    "Appraisal",
    "Assignment",
    "AuditLine",
    "Campaign",
    "CampaignUnit",
    "Contact",
    "Definition",
    "DeviceKey",
    "DeviceReport",
    "Draw",
    "DrawMember",
    "DrawPart",
    "DuplicateCode",
    "Flag",
    "ImportBatch",
    "JointCase",
    "JointOpinion",
    "LoginSession",
    "Paradata",
    "Publication",
    "Recheck",
    "RecheckAttempt",
    "RecheckVerdict",
    "RedoProposal",
    "ReportFigure",
    "ReportTemplate",
    "Response",
    "ResponseProposal",
    "ResponseTag",
    "ResponseVersion",
    "SampleRow",
    "ScoreRun",
    "Screening",
    "SecondEntry",
    "SelfLink",
    "Unit",
    "UnitGroup",
    "UnitSuccession",
    "User",
    "VoidProposal",
]
