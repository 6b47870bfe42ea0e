"""The words of publication: what figures taken from elsewhere are about, and what they measure."""

from enum import StrEnum


class FigureKind(StrEnum):
    """What a figure taken from elsewhere is about."""

    UNIT = "unit"
    GROUP = "group"
    AREA = "area"


class FigureMeasure(StrEnum):
    """What a figure taken from elsewhere measures."""

    INDEX = "index"
    RANK = "rank"
    SATISFACTION = "satisfaction_points"
    MEAN = "mean"
    SATISFACTION_MEAN = "satisfaction_mean"
    SPREAD = "spread"
