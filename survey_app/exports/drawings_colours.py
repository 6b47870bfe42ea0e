"""Colours that read in grey as well: one hue from light to dark, and the ink that can be read on each."""

from collections.abc import Sequence

# Every channel falls from stop to stop, so that darker is always more, in colour and in grey.
STOPS = ((0xF1, 0xF6, 0xF7), (0x74, 0xAD, 0xBA), (0x0D, 0x3B, 0x4A))
BLACK, WHITE = "#000000", "#ffffff"


def shade(share: float) -> str:
    """Return the colour of a share 0–1, light to dark; refuses anything beyond."""
    if not 0 <= share <= 1:
        raise ValueError(f"no share: {share}")
    place = share * (len(STOPS) - 1)
    lower = min(int(place), len(STOPS) - 2)
    pairs = zip(STOPS[lower], STOPS[lower + 1], strict=True)
    return "#" + "".join(f"{round(low + (high - low) * (place - lower)):02x}" for low, high in pairs)


def steps(number: int, palest: float = 0.06, darkest: float = 0.95) -> list[str]:
    """Return so many shades as far apart as they can be, dark to light."""
    span = darkest - palest
    return [shade(darkest - span * place / max(1, number - 1)) for place in range(number)]


def lightness(colour: str) -> float:
    """Return the relative luminance 0–1 of a colour, as WCAG 2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1–21, as WCAG 2 defines it."""
    dark, light = sorted((lightness(one), lightness(other)))
    return (light + 0.05) / (dark + 0.05)


def ink_on(colour: str, inks: Sequence[str] = (BLACK, WHITE)) -> str:
    """Return the ink that reads best on a colour; of black and white one always reaches 4.5."""
    return max(inks, key=lambda ink: contrast(ink, colour))
