"""The program run as people run it, for the tests of its contract and of its refusals."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
ANSWERS = str(GOLDEN / "campaign_200.csv")
UNITS = str(GOLDEN / "units_campaign_200.csv")
HA_NAM = str(GOLDEN / "hanam_2022.csv")
IGNORED = "bỏ qua cột không thuộc phiếu hỏi hoặc danh sách:"


def run(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[bytes]:
    """Run `python -m scoring` as a process of its own, in the plainest locale, warnings as errors."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "scoring", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        check=False,
        timeout=60,
    )


def done(process: subprocess.CompletedProcess[bytes]) -> bytes:
    """Return the output of a run that went well."""
    assert (process.returncode, process.stderr.decode()) == (0, process.stderr.decode())
    return process.stdout


def refused(process: subprocess.CompletedProcess[bytes], code: int = 1) -> str:
    """Return the reasons of a run that was refused, without any output or traceback."""
    reasons = process.stderr.decode()
    assert (process.returncode, process.stdout, "Traceback" in reasons) == (code, b"", False)
    return reasons
