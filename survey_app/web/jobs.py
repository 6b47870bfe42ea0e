"""Work that takes longer than a reply: done in a thread, its state in small files that every worker reads.

One JSON file a job, replaced whole whenever it changes; beside it the finished file, kept for an hour.
Only the thread that does the work writes them. Whoever cancels leaves a mark that the thread finds.
"""

import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from flask import current_app

from survey_app import problems

RUNNING, DONE, FAILED, CANCELLED = "running", "done", "failed", "cancelled"
KEPT_SECONDS = 3600
DEAD_AFTER_SECONDS = 120
TELL_EVERY_SECONDS = 0.5

Tell = Callable[[int], None]
Work = Callable[[Tell], bytes]


class _Cancelled(Exception):
    """Somebody no longer wants the work."""


@dataclass(frozen=True)
class Job:
    """One piece of work: for which campaign, which result (`key`), under which name, and how far it is."""

    id: str
    campaign: str
    key: str
    name: str
    of: int
    done: int = 0
    state: str = RUNNING

    @property
    def file(self) -> Path:
        """Where the finished file stands."""
        return _folder() / f"{self.id}.pdf"


def prepare(campaign: str, key: str, name: str, of: int) -> Job:
    """Return a new job that others find from now on; it is started by `start`, or forgotten."""
    sweep()
    job = Job(secrets.token_hex(16), campaign, key, name, of)
    _keep(_folder(), job)
    return job


def start(job: Job, work: Work) -> threading.Thread:
    """Do the work in a thread of its own and return the thread."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    folder = _folder()

    def run() -> None:
        try:
            content = work(_Teller(folder, job))
            _write(folder / f"{job.id}.pdf", content)
            _keep(folder, replace(job, state=DONE, done=job.of))
        except _Cancelled:
            _keep(folder, replace(job, state=CANCELLED))
        except Exception:
            app.logger.exception("job %s", job.id)
            _keep(folder, replace(job, state=FAILED))

    thread = threading.Thread(target=run, name=f"job-{job.id}", daemon=True)
    thread.start()
    return thread


def forget(job: Job) -> None:
    """Take away a job with its files."""
    for file in _folder().glob(f"{job.id}.*"):
        file.unlink(missing_ok=True)


def alike(campaign: str, key: str) -> Job | None:
    """Return the job that makes or has made the same result, if there is one."""
    for file in _folder().glob("*.json"):
        job = _read(file)
        if job and (job.campaign, job.key) == (campaign, key) and job.state in (RUNNING, DONE):
            return job
    return None


def find(campaign: str, job_id: str) -> Job:
    """Return a campaign's job; refuses one that is not there or no longer."""
    plain = len(job_id) == 32 and job_id.isascii() and job_id.isalnum()
    job = _read(_folder() / f"{job_id}.json") if plain else None
    if job is None or job.campaign != campaign:
        raise problems.NotFound()
    return job


def cancel(job: Job) -> None:
    """Ask the thread that does a job to stop, in whichever worker it runs."""
    if job.state == RUNNING:
        (_folder() / f"{job.id}.cancel").touch()


def sweep() -> None:
    """Take away what is older than an hour."""
    for file in _folder().iterdir():
        try:
            if time.time() - file.stat().st_mtime > KEPT_SECONDS:
                file.unlink()
        except FileNotFoundError:
            continue  # another worker was here first


class _Teller:
    """Hears how far the work is, writes it down now and then, and ends work that is no longer wanted."""

    def __init__(self, folder: Path, job: Job) -> None:
        self.folder, self.job, self.told = folder, job, time.monotonic()

    def __call__(self, done: int) -> None:
        if (self.folder / f"{self.job.id}.cancel").exists():
            raise _Cancelled
        if done == self.job.of or time.monotonic() - self.told > TELL_EVERY_SECONDS:
            self.told = time.monotonic()
            _keep(self.folder, replace(self.job, done=done))


def _folder() -> Path:
    folder: Path = current_app.config["JOBS_FOLDER"]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write(target: Path, content: bytes) -> None:
    fresh = target.with_name(f"{target.name}.{secrets.token_hex(8)}")
    fresh.write_bytes(content)
    fresh.replace(target)


def _keep(folder: Path, job: Job) -> None:
    _write(folder / f"{job.id}.json", json.dumps(asdict(job), ensure_ascii=False).encode())


def _read(file: Path) -> Job | None:
    """Return the job of a file; one that has long not been written has lost its worker."""
    try:
        job = Job(**json.loads(file.read_bytes()))
        silent = time.time() - file.stat().st_mtime
    except FileNotFoundError:
        return None
    return replace(job, state=FAILED) if job.state == RUNNING and silent > DEAD_AFTER_SECONDS else job
