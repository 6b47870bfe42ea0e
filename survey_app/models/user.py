"""People who log in, and their open sessions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from survey_app.extensions import Base
from survey_app.language import search_key, sort_key
from survey_app.models.columns import hex_digest, identity, line, moment, now, order_key, word, word_of
from survey_app.models.unit import Unit
from survey_app.vocabulary import Body, Permission, Role, may


class User(Base):
    """A person with one role; a supervisor and a head belong to a body, a unit officer to a unit."""

    __tablename__ = "user_account"
    __table_args__ = (
        word_of(Role, "role"),
        word_of(Body, "body"),
        CheckConstraint(
            "(role IN ('supervisor', 'body_head')) = (body IS NOT NULL)", name="supervisor_has_body"
        ),
        CheckConstraint("(role = 'unit_officer') = (unit_id IS NOT NULL)", name="officer_has_unit"),
        CheckConstraint("failed_logins >= 0", name="failed_logins_counted"),
    )

    id: Mapped[identity]
    username: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[line]
    sort_key: Mapped[order_key]
    search_key: Mapped[order_key]
    role: Mapped[word]
    body: Mapped[word | None]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    password_hash: Mapped[line]
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[moment | None]
    disabled_at: Mapped[moment | None]
    created_at: Mapped[moment] = mapped_column(default=now)

    unit: Mapped[Unit | None] = relationship()

    @validates("display_name")
    def _keys(self, _key: str, name: str) -> str:
        self.sort_key, self.search_key = sort_key(name), search_key(name)
        return name

    def may(self, permission: Permission) -> bool:
        """Tell whether this person's role holds a permission."""
        return may(Role(self.role), permission)


class LoginSession(Base):
    """One log-in on one device; only the digest of its token is kept, and it can be ended."""

    __tablename__ = "login_session"

    id: Mapped[identity]
    token_digest: Mapped[hex_digest] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    opened_at: Mapped[moment] = mapped_column(default=now)
    seen_at: Mapped[moment] = mapped_column(default=now)
    ended_at: Mapped[moment | None]

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    def is_alive(self, at: datetime, idle_seconds: int) -> bool:
        """Tell whether the session is neither ended nor idle, and its person not disabled."""
        idle = (at - self.seen_at).total_seconds()
        return self.ended_at is None and idle <= idle_seconds and self.user.disabled_at is None
