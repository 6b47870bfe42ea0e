"""Work that takes longer than a reply: done in a thread, its state in small files that every worker reads.

One JSON file a job, replaced whole whenever it changes; beside it the finished file, kept for an hour.
Only the thread that does the work writes them. Whoever cancels leaves a mark that the thread finds.
The thread has an application context, and with it a database session, of its own.
"""

import json
import secrets
import threading
import time
from collections.abc import Callable
from contextvars import Context
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO

from flask import current_app

from scoring.errors import ScoringError
from survey_app import problems
from survey_app.vocabulary import Permission

RUNNING, DONE, FAILED, CANCELLED = "running", "done", "failed", "cancelled"
KEPT_SECONDS = 3600
DEAD_AFTER_SECONDS = 120
TELL_EVERY_SECONDS = 0.5

Work = Callable[[BinaryIO, "Teller"], object]


class _Cancelled(Exception):
    """Somebody no longer wants the work."""


@dataclass(frozen=True)
class Job:
    """One piece of work: for which campaign, which result (`key`), under which name, and how far it is.

    `permission` is what whoever looks at it or fetches its file needs; `kind` the file's media type. `done` counts to
    `of`; `step` says what is being done, and `sentence` why there is no file where one of our refusals stopped it.
    """

    id: str
    campaign: str
    permission: str
    key: str
    name: str
    ending: str
    kind: str
    of: int = 100
    done: int = 0
    state: str = RUNNING
    step: str = ""
    sentence: str = ""

    @property
    def file(self) -> Path:
        """Where the finished file stands."""
        return _folder() / f"{self.id}{self.ending}"


def prepare(
    campaign: str, permission: Permission, key: str, name: str, ending: str, kind: str, of: int = 100
) -> Job:
    """Return a new job that others find from now on; it is started by `start`, or forgotten."""
    sweep()
    job = Job(secrets.token_hex(16), campaign, permission.value, key, name, ending, kind, of)
    _keep(_folder(), job)
    return job


def start(job: Job, work: Work) -> threading.Thread:
    """Do the work, which writes the file, in a thread of its own and return the thread."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    folder, file = _folder(), job.file

    def run() -> None:
        teller = Teller(folder, job)
        part = folder / f"{job.id}.part"
        try:
            with app.app_context(), part.open("wb") as target:
                work(target, teller)
            part.replace(file)
            _keep(folder, replace(job, state=DONE, done=job.of))
        except _Cancelled:
            _keep(folder, replace(job, state=CANCELLED))
        except (problems.Problem, ScoringError) as refusal:
            _keep(folder, replace(job, state=FAILED, sentence=str(refusal)))
        except Exception:
            app.logger.exception("job %s", job.id)
            _keep(folder, replace(job, state=FAILED))
        finally:
            part.unlink(missing_ok=True)

    # A context of its own: that the request only reads, or writes, is nothing to the thread.
    thread = threading.Thread(target=Context().run, args=(run,), name=f"job-{job.id}", daemon=True)
    thread.start()
    return thread


def forget(job: Job) -> None:
    """Take away a job with its files."""
    for file in _folder().glob(f"{job.id}.*"):
        file.unlink(missing_ok=True)


def alike(campaign: str, key: str) -> Job | None:
    """Return the job that makes or has made the same result, if there is one and nobody has stopped it."""
    for file in _folder().glob("*.json"):
        job = _read(file)
        if job is None or (job.campaign, job.key) != (campaign, key):
            continue
        if (job.state == RUNNING and not _mark(job).exists()) or (job.state == DONE and job.file.exists()):
            return job
    return None


def find(campaign: str, job_id: str, permission: Permission) -> Job:
    """Return a campaign's job; refuses one that is not there or no longer, or whose file needs another permission."""
    plain = len(job_id) == 32 and job_id.isascii() and job_id.isalnum()
    job = _read(_folder() / f"{job_id}.json") if plain else None
    if job is None or (job.campaign, job.permission) != (campaign, permission):
        raise problems.NotFound()
    return job


def finished(campaign: str, job_id: str, permission: Permission) -> Job:
    """Return a job whose file is there; refuses what `find` refuses, and one without a file."""
    job = find(campaign, job_id, permission)
    if job.state != DONE or not job.file.exists():
        raise problems.NotFound()
    return job


def cancel(job: Job) -> None:
    """Ask the thread that does a job to stop, in whichever worker it runs."""
    if job.state == RUNNING:
        _mark(job).touch()


def _mark(job: Job) -> Path:
    return _folder() / f"{job.id}.cancel"


def sweep() -> None:
    """Take away what is older than an hour."""
    for file in _folder().iterdir():
        try:
            if time.time() - file.stat().st_mtime > KEPT_SECONDS:
                file.unlink()
        except FileNotFoundError:
            continue  # another worker was here first


class Teller:
    """Hears how far the work is, writes it down now and then, and ends work that is no longer wanted."""

    def __init__(self, folder: Path, job: Job) -> None:
        self.folder, self.job, self.told = folder, job, time.monotonic()

    def __call__(self, done: int) -> None:
        """Hear that so much is done."""
        self.job = replace(self.job, done=done)
        self._go_on(done == self.job.of)

    def step(self, name: str) -> None:
        """Hear what is done from now on."""
        self.job = replace(self.job, step=name)
        self._go_on(True)

    def _go_on(self, is_news: bool) -> None:
        if (self.folder / f"{self.job.id}.cancel").exists():
            raise _Cancelled
        if is_news or time.monotonic() - self.told > TELL_EVERY_SECONDS:
            self.told = time.monotonic()
            _keep(self.folder, self.job)


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
