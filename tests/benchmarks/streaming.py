"""How fast and in how little memory a large answer file is scored, beside pandas and beside numpy on ready integers."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CAMPAIGN = ROOT / "tests" / "golden" / "campaign.csv"
ROWS = 1_000_000
PROMISED_MB = 300

PROGRAM = """
import sys
from scoring.__main__ import main
main(["satisfaction", sys.argv[1], "--format", "json", "-o", "/dev/null"])
"""
PANDAS = """
import sys
import numpy as np
import pandas as pd
from scoring.questionnaire import load_questionnaire
codes = list(load_questionnaire("sipas-2017").criterion_codes)
frame = pd.read_csv(sys.argv[1], usecols=["unit", "cluster", *codes], na_values=["NA"])
answers = frame[codes]
valid, good = answers.notna().sum(axis=1), (answers >= 4).sum(axis=1)
totals = pd.DataFrame({"unit": frame["unit"], "cluster": frame["cluster"], "s": good, "v": valid})
clusters = totals.groupby(["unit", "cluster"])[["s", "v"]].sum()
units = clusters.groupby("unit").sum()
share = units["s"] / units["v"]
residual = (clusters["s"] - clusters["v"] * share) / units["v"]
count = residual.groupby("unit").count()
error = np.sqrt(count / (count - 1) * (residual ** 2).groupby("unit").sum())
"""
NUMPY = """
import sys, time
import numpy as np
from scoring.answers import read_answers
from scoring.questionnaire import load_questionnaire
sheet = read_answers("tests/golden/campaign.csv", load_questionnaire("sipas-2017"))
one = np.frombuffer("".join(sheet.answers).encode(), dtype=np.uint8).reshape(len(sheet), -1)
times = -(-int(sys.argv[2]) // len(sheet))
answers = np.tile(one, (times, 1))[: int(sys.argv[2])].astype(np.int8)
labels = np.unique([f"{u} {c}" for u, c in zip(sheet.units, sheet.clusters)], return_inverse=True)[1]
labels = np.tile(labels, times)[: int(sys.argv[2])]
started = time.perf_counter()
good = ((answers == 52) | (answers == 53)).sum(axis=1)
valid = ((answers >= 49) & (answers <= 53)).sum(axis=1)
sums = np.bincount(labels, good), np.bincount(labels, valid)
print(time.perf_counter() - started)
"""


def large_file(path: Path, rows: int) -> None:
    """Write the golden campaign again and again, every form code its own."""
    heading, *lines = CAMPAIGN.read_text(encoding="utf-8").splitlines()
    rests = [line[line.index(",") :] for line in lines]
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{heading}\n")
        for number in range(rows):
            file.write(f"F{number:09d}{rests[number % len(rests)]}\n")


def measured(code: str, path: Path, rows: int) -> tuple[float, float, str]:
    """Return the seconds and the peak megabytes of a process that runs this code, and what it printed."""
    timed = (
        f"import time\nbegan = time.perf_counter()\n{code}\n"
        "import sys\nhigh = open('/proc/self/status').read().partition('VmHWM:')[2].split()[0]\n"
        "sys.stderr.write(f'\\n{time.perf_counter() - began} {high}')"
    )
    process = subprocess.run(
        [sys.executable, "-c", timed, str(path), str(rows)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, kilobytes = process.stderr.splitlines()[-1].split()
    return float(seconds), float(kilobytes) / 1024, process.stdout


def main() -> int:
    """Print seconds and memory side by side; returns 1 where the promised memory is not kept."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.csv"
        large_file(path, rows)
        size = path.stat().st_size / 2**20
        sys.stdout.write(f"{rows:,} responses, a file of {size:.0f} MB: seconds, peak MB\n")
        seconds, peak, _ = measured(PROGRAM, path, rows)
        sys.stdout.write(f"  satisfaction, with intervals, from the file  {seconds:6.2f}  {peak:6.0f}\n")
        other, other_peak, _ = measured(PANDAS, path, rows)
        sys.stdout.write(f"  pandas, one index a unit, from the file      {other:6.2f}  {other_peak:6.0f}\n")
        _, _, printed = measured(NUMPY, path, rows)
        sys.stdout.write(f"  numpy, the same sums of ready int8           {float(printed):6.2f}\n")
        kept = peak <= PROMISED_MB or rows > ROWS
        promise = f"promise at {ROWS:,} responses, at most {PROMISED_MB} MB"
        sys.stdout.write(f"{promise}: {'kept' if kept else 'NOT KEPT'}\n")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
