"""Column types used by every table: identities, UTC moments, exact decimals, words, byte-ordered keys."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Dialect, Integer, Numeric, String, Text
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal that never passes through a binary float: NUMERIC, or text on SQLite."""

    impl = Numeric(9, 4)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(16) if dialect.name == "sqlite" else Numeric(9, 4))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(str(value)).normalize() + Decimal("0.00")


def word_of(words: type[StrEnum], column: str) -> CheckConstraint:
    """Return the named CHECK that a column holds one of the enum's words."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


BigKey = BigInteger().with_variant(Integer, "sqlite")
# Keys compared byte by byte on both databases, whatever the server's collation.
ByteOrdered = String(400).with_variant(String(400, collation="C"), "postgresql")

identity = Annotated[int, mapped_column(BigKey, primary_key=True)]
moment = Annotated[datetime, mapped_column(Moment)]
hex_digest = Annotated[str, mapped_column(String(64))]
word = Annotated[str, mapped_column(String(32))]
line = Annotated[str, mapped_column(String(200))]
long_text = Annotated[str, mapped_column(Text)]
order_key = Annotated[str, mapped_column(ByteOrdered)]
