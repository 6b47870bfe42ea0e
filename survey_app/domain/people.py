"""Accounts: creating and disabling people, checking passwords, opening and ending log-ins."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Select, bindparam, false, func, select, update

from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit
from survey_app.domain.paging import Page, cut
from survey_app.extensions import db
from survey_app.language import clean_line, search_key, searched
from survey_app.models import LoginSession, Unit, User
from survey_app.models.columns import now
from survey_app.vocabulary import BODY_ROLES, Body, Role

LEAST_PASSWORD = 10
WRONG_PASSWORDS_TO_LOCK = 5
LOCK_MINUTES = 15
NO_PASSWORD = "!"  # noqa: S105 - an unusable hash: nobody can log in with it
COMMAND_LINE = "hailong"
CITIZENS = "tu-tra-loi"
PROGRAMS = {COMMAND_LINE: "Lệnh hailong", CITIZENS: "Người dân tự trả lời"}

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_DECOY = _hasher.hash("a password nobody has")
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")


@dataclass(frozen=True)
class Person:
    """What it takes to create an account."""

    username: str
    display_name: str
    role: Role
    body: Body | None = None
    unit_code: str | None = None


def visible_to(user: User) -> Select[User]:
    """Return the accounts a person may see: all for the administrator, enumerators for a coordinator."""
    if user.role == Role.ADMINISTRATOR:
        return select(User)
    if user.role == Role.COORDINATOR:
        return select(User).where(User.role == Role.ENUMERATOR, User.username != CITIZENS)
    return select(User).where(false())


def alias(identity: int, username: str) -> str:
    """Return the code under which files that leave the house name an enumerator; it tells outsiders nobody's name."""
    return CITIZENS if username == CITIZENS else f"E{identity:04d}"


def by_username(username: str) -> User:
    """Return the account of that name, or refuse by name."""
    user = db.session.scalar(select(User).where(User.username == clean_line(username).lower()))
    if user is None:
        raise problems.UnknownValue(what="Tài khoản", value=username, known="xem hailong user list")
    return user


def acting_as(username: str) -> User:
    """Return the account of that name for a command to act under; refuses a disabled one."""
    user = by_username(username)
    if user.disabled_at is not None:
        raise problems.NotAllowed()
    return user


def one_visible_to(user: User, username: str) -> User:
    """Return an account a person may see; otherwise it is not there."""
    found = db.session.scalar(visible_to(user).where(User.username == username))
    if found is None:
        raise problems.NotFound()
    return found


def enumerator_visible_to(user: User, username: str) -> User:
    """Return the enumerator of that name, disabled ones too; refuses others beside the field `enumerator`."""
    named = visible_to(user).where(User.username == clean_line(username), User.role == Role.ENUMERATOR)
    found = db.session.scalar(named)
    if found is None:
        raise problems.InvalidFields({"enumerator": problems.field("not_an_enumerator")})
    return found


def search(user: User, text: str, role: str, number: int) -> Page[User]:
    """Return a page of the accounts a person may see, by name with or without accents and by role."""
    found = visible_to(user).order_by(User.sort_key, User.id)
    wanted = search_key(searched(text))
    if wanted:
        found = found.where(
            User.search_key.contains(wanted, autoescape=True)
            | User.username.contains(wanted, autoescape=True)
        )
    if role in list(Role):
        found = found.where(User.role == role)
    return cut(found, number)


def command_line() -> User:
    """Return the account under which the command works; it has no password and cannot log in."""
    return _program(COMMAND_LINE, Role.ADMINISTRATOR)


def citizens() -> User:
    """Return the account under which citizens answer by themselves; it has no password and cannot log in."""
    return _program(CITIZENS, Role.ENUMERATOR)


def _program(username: str, role: Role) -> User:
    user = db.session.scalar(select(User).where(User.username == username))
    if user is None:
        user = User(username=username, display_name=PROGRAMS[username], role=role, password_hash=NO_PASSWORD)
        db.session.add(user)
        db.session.flush()
    return user


def _checked(person: Person) -> tuple[str, str, Unit | None]:
    fields: dict[str, str] = {}
    username = person.username.strip().lower()
    name = clean_line(person.display_name)
    if not _USERNAME.fullmatch(username):
        fields["username"] = problems.field("username")
    if not 1 <= len(name) <= 200:
        fields["display_name"] = problems.field("display_name")
    if (person.role in BODY_ROLES) != (person.body is not None):
        fields["body"] = problems.field("body")
    code = clean_line(person.unit_code)
    unit = db.session.scalar(select(Unit).where(Unit.code == code)) if code else None
    if (person.role == Role.UNIT_OFFICER) != (unit is not None):
        fields["unit_code"] = problems.field("officer_unit")
    if fields:
        raise problems.InvalidFields(fields)
    audit.hold()
    known = select(func.count()).select_from(User).where(User.username == username)
    if username in PROGRAMS or db.session.scalar(known):
        raise problems.DuplicateCode(what="Tên đăng nhập", value=username)
    return username, name, unit


def create(actor: User, person: Person, password: str | None) -> User:
    """Create an account; refuses a taken name, a weak password, a role without its body or unit.

    Without a password the account exists but cannot log in until one is set.
    """
    username, name, unit = _checked(person)
    user = User(
        username=username,
        display_name=name,
        role=person.role,
        body=person.body,
        unit_id=unit.id if unit else None,
        password_hash=NO_PASSWORD if password is None else _hash(username, password),
    )
    db.session.add(user)
    db.session.flush()
    after = {"username": username, "name": name, "role": person.role, "body": person.body}
    audit.record(actor, AuditVerb.PERSON_CREATED, user.id, after=after)
    return user


def create_with_password(actor: User, person: Person) -> tuple[User, str]:
    """Create an account and give it a random password, returned once."""
    user = create(actor, person, None)
    return user, reset_password(actor, user)


def _hash(username: str, password: str) -> str:
    if len(password) < LEAST_PASSWORD or password.lower() == username:
        raise problems.WeakPassword(least=LEAST_PASSWORD)
    return _hasher.hash(password)


def _refuse_program(user: User) -> None:
    if user.username in PROGRAMS:
        raise problems.ProgramAccount(username=user.username)


def disable(actor: User, user: User) -> None:
    """Disable an account and end its sessions; nobody is ever deleted.

    Refuses one's own account, lest nobody is left who lets people in, and a program's.
    """
    _refuse_program(user)
    if user.id == actor.id:
        raise problems.OwnAccount()
    if user.disabled_at is None:
        user.disabled_at = now()
        end_all_sessions(user)
        audit.record(actor, AuditVerb.PERSON_DISABLED, user.id, after={"username": user.username})


def enable(actor: User, user: User) -> None:
    """Let a disabled account in again."""
    if user.disabled_at is not None:
        user.disabled_at = None
        audit.record(actor, AuditVerb.PERSON_ENABLED, user.id, after={"username": user.username})


def reset_password(actor: User, user: User, password: str | None = None) -> str:
    """Set a password, a random one if none is given, end every session, and return it once.

    Refuses a program's account, a short password and one that is the user name.
    """
    _refuse_program(user)
    chosen = password or secrets.token_urlsafe(12)
    user.password_hash = _hash(user.username, chosen)
    user.failed_logins, user.locked_until = 0, None
    end_all_sessions(user)
    audit.record(actor, AuditVerb.PERSON_PASSWORD, user.id, after={"username": user.username})
    return chosen


def change_own_password(user: User, current: str, new: str) -> None:
    """Change one's own password; refuses a wrong present one."""
    if not _matches(user.password_hash, current):
        raise problems.InvalidFields({"current": problems.field("current_password")})
    user.password_hash = _hash(user.username, new)
    end_all_sessions(user)
    audit.record(user, AuditVerb.PERSON_PASSWORD, user.id, after={"username": user.username})


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def log_in(username: str, password: str) -> tuple[User, str]:
    """Open a session and return its person and token; refuses a wrong pair and a locked account.

    A name that does not exist costs the same time and gives the same sentence.
    """
    user = db.session.scalar(select(User).where(User.username == clean_line(username).lower()))
    moment = now()
    if user and user.locked_until and user.locked_until > moment:
        left = ceil((user.locked_until - moment).total_seconds() / 60)
        raise problems.AccountLocked(minutes=left)
    right = _matches(user.password_hash if user else _DECOY, password)
    if user is None or not right or user.disabled_at is not None:
        _count_failure(user, right)
        raise problems.WrongCredentials()
    user.failed_logins, user.locked_until = 0, None
    token = open_session(user)
    audit.record(user, AuditVerb.LOGIN_OPENED, user.id)
    return user, token


def _count_failure(user: User | None, right: bool) -> None:
    if user is None:
        return
    if not right:
        db.session.refresh(user, ["failed_logins"], with_for_update={"key_share": True})
        user.failed_logins += 1
        if user.failed_logins >= WRONG_PASSWORDS_TO_LOCK:
            user.locked_until = now() + timedelta(minutes=LOCK_MINUTES)
            user.failed_logins = 0
    audit.record(user, AuditVerb.LOGIN_FAILED, user.id)


def token_digest(token: str) -> str:
    """Return what is stored of a session token."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(user: User) -> str:
    """Open a log-in session and return its secret token, of which only the digest is kept."""
    token = secrets.token_urlsafe(32)
    db.session.add(LoginSession(token_digest=token_digest(token), user_id=user.id))
    return token


_SESSION = select(LoginSession).where(LoginSession.token_digest == bindparam("digest"))


def session_of(token: str) -> LoginSession | None:
    """Return the session of a token, alive or not."""
    return db.session.execute(_SESSION, {"digest": token_digest(token)}).scalar()


def log_out(user: User, token: str) -> None:
    """End the session of a token."""
    session = session_of(token)
    if session and session.ended_at is None:
        session.ended_at = now()
        audit.record(user, AuditVerb.LOGIN_ENDED, user.id)


def end_all_sessions(user: User) -> None:
    """End every open session of a person."""
    still_open = update(LoginSession).where(LoginSession.user_id == user.id, LoginSession.ended_at.is_(None))
    db.session.execute(still_open.values(ended_at=now()))


def active_visible_to(user: User) -> list[User]:
    """Return the enabled accounts a person may see, in Vietnamese order."""
    return list(
        db.session.scalars(visible_to(user).where(User.disabled_at.is_(None)).order_by(User.sort_key))
    )
