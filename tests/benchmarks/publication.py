"""How long the files of one published result take, and how much memory: each kind made by a process of its own.

The demonstration after a round of re-checks, one stored run. Timed is what a server does when it is asked, what a kind
imports when first used included; memory is the whole process's. This program itself imports little: a child's peak
begins with its parent's.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CODE = "ha-nam-2022"
MEBIBYTE = 2**10  # ru_maxrss counts in kibibytes on Linux
# kind → seconds promised, mebibytes promised (None: nothing is)
KINDS: dict[str, tuple[float | None, int | None]] = {
    "workbook": (2, 200),
    "word": (5, 200),
    "pdf": (5, 200),
    "csv": (None, None),
    "sav": (None, None),
    "dta": (None, None),
    "bundle": (None, None),
}
SETTING_UP = (("db", "upgrade"), ("demo", "load"), ("demo", "rechecks"), ("scores", "run", CODE))


def make(kind: str, target: str) -> None:
    """Make a file of the stored run and print how long it took, on the clock and of processor."""
    from survey_app import create_app
    from survey_app.domain import campaigns, outputs, people

    with create_app().app_context(), Path(target).open("wb") as file:
        actor, campaign = people.command_line(), campaigns.by_code(CODE)
        started, busy = time.perf_counter(), time.process_time()
        material = outputs.material_of(actor, campaign, 1)
        outputs.write(actor, campaign, outputs.OUTPUTS[kind], material, file.write)
        print(json.dumps([time.perf_counter() - started, time.process_time() - busy]))


def _run(command: list[str], environment: dict[str, str]) -> tuple[str, float, float]:
    """Run a command to its end; return what it printed, its seconds of processor and its peak in mebibytes."""
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    said = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(" ".join(command))
    return said, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MEBIBYTE


def _tell(
    what: str, wall: float, busy: float, memory: float, promised: tuple[float | None, int | None]
) -> bool:
    seconds, most = promised
    kept = (seconds is None or wall <= seconds) and (most is None or memory <= most)
    promise = ", ".join(
        [*([f"≤ {seconds:g} s"] if seconds else []), *([f"≤ {most} MB"] if most else [])] or ["nothing"]
    )
    figure = f"{wall:.2f} s ({busy:.2f} s of processor), {memory:.0f} MB"
    sys.stdout.write(f"{'kept  ' if kept else 'MISSED'}  {what:<10}  {figure}  (promised {promise})\n")
    sys.stdout.flush()
    return kept


def main() -> int:
    """Print every file beside its promise; 1 where one was missed."""
    kept = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        environment = {**os.environ, "HAILONG_DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite'}"}
        for words in SETTING_UP:
            _run([str(Path(sys.executable).with_name("hailong")), *words], environment)
        for kind, promised in KINDS.items():
            asked = [sys.executable, "-m", "tests.benchmarks.publication", kind, str(folder / kind)]
            said, _, memory = _run(asked, environment)
            kept.append(_tell(kind, *json.loads(said), memory, promised))
        verifier = str(ROOT / "survey_app" / "exports" / "verify.py")
        asked = [
            sys.executable,
            "-I",
            verifier,
            str(folder / "workbook"),
            "--bundle",
            str(folder / "bundle"),
        ]
        started = time.perf_counter()
        _, busy, memory = _run(asked, environment)
        kept.append(_tell("verify", time.perf_counter() - started, busy, memory, (5, None)))
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(make(*sys.argv[1:]) if len(sys.argv) > 1 else main())
