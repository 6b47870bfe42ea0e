"""What waits on the phones and computers of enumerators and supervisors, as they last reported it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import contains_eager

from survey_app.extensions import db
from survey_app.models import DeviceReport, Paradata, User
from survey_app.models.columns import now
from survey_app.vocabulary import BODY_ROLES, Permission, Role

SILENT_HOURS = 24  # a device with unsent records that has not reported for so long is marked
LARGE_OFFSET = 300  # seconds: a clock further off than this is told


@dataclass(frozen=True)
class Device:
    """One device of one person: its last report, whether it is silent since, and how far its clock is off.

    `offset` is the server's time less the device's in seconds, None where it is small or unknown.
    """

    report: DeviceReport
    silent: bool
    offset: int | None

    @property
    def unsent(self) -> int:
        """How many finished records the server has not received."""
        return self.report.waiting + self.report.to_mend + self.report.aside

    @property
    def short_name(self) -> str:
        """Return the first characters of the device's own id, enough to tell two devices of one person apart."""
        return self.report.device[:8]


def visible_to(user: User) -> Select[DeviceReport]:
    """Return the reports a person may see: the board's readers enumerators', a head the own body's, others their own."""
    reports = select(DeviceReport).join(DeviceReport.user)
    if user.may(Permission.BOARD_VIEW):
        return reports.where(User.role == Role.ENUMERATOR)
    if user.role == Role.BODY_HEAD:
        return reports.where(User.role.in_(BODY_ROLES), User.body == user.body)
    if user.may(Permission.DEVICE_KEEP):
        return reports.where(DeviceReport.user_id == user.id)
    return reports.where(false())


def devices(
    user: User, people: Collection[int], moment: datetime | None = None, *, clocks: bool = True
) -> list[Device]:
    """Return the devices of some people, and of everybody on whose device something unsent waits.

    Those with unsent records stand first, the longest waiting before the others. One query; with their clocks
    a second, and a third where one was ever far off.
    """
    found = visible_to(user).options(contains_eager(DeviceReport.user))
    reports = [
        report
        for report in db.session.scalars(found)
        if report.user_id in people or report.waiting + report.to_mend + report.aside
    ]
    offsets = _large_offsets() if clocks else {}
    since = (moment or now()) - timedelta(hours=SILENT_HOURS)
    known = [
        Device(
            report,
            silent=report.reported_at < since and report.waiting + report.to_mend + report.aside > 0,
            offset=offsets.get(report.device),
        )
        for report in reports
    ]
    return sorted(
        known,
        key=lambda each: (
            (not each.unsent, not each.unsent and not each.report.drafts),
            each.report.oldest_at or each.report.reported_at,
            each.report.user.sort_key,
            each.report.device,
        ),
    )


def _large_offsets() -> dict[str, int]:
    """Return the devices whose clock was far off when they last sent a form; one that was set right is left out."""
    far = select(Paradata.device).where(func.abs(Paradata.clock_offset) > LARGE_OFFSET).distinct()
    suspects = [device for device in db.session.scalars(far) if device]
    if not suspects:
        return {}
    last = (
        select(func.max(Paradata.response_id))
        .where(Paradata.device.in_(suspects), Paradata.clock_offset.is_not(None))
        .group_by(Paradata.device)
    )
    told = select(Paradata.device, Paradata.clock_offset).where(
        Paradata.response_id.in_(last), func.abs(Paradata.clock_offset) > LARGE_OFFSET
    )
    return {device: offset for device, offset in db.session.execute(told) if device and offset}
