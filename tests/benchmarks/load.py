"""A load generator of a few lines: prepared bytes over kept connections, so that it costs less than what it measures."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """What a run of requests brought: seconds each took, and how many of each status."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Replies a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """The latency in milliseconds that this share of the requests stayed under."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def _reply(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lower = head.lower()
    at = lower.index(b"content-length:") + 15
    await reader.readexactly(int(lower[at : lower.index(b"\r", at)]))
    return status


async def _client(port: int, make: Callable[[int], bytes], numbers: Sequence[int], outcome: Outcome) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in numbers:
        started = time.perf_counter()
        writer.write(make(number))
        status = await _reply(reader)
        outcome.latencies.append(time.perf_counter() - started)
        outcome.statuses[status] = outcome.statuses.get(status, 0) + 1
    writer.close()


async def _all(port: int, makers: Sequence[Callable[[int], bytes]], each: int) -> Outcome:
    outcome = Outcome()
    started = time.perf_counter()
    await asyncio.gather(
        *(
            _client(port, make, range(place * each, (place + 1) * each), outcome)
            for place, make in enumerate(makers)
        )
    )
    outcome.seconds = time.perf_counter() - started
    return outcome


def press(port: int, makers: Sequence[Callable[[int], bytes]], each: int) -> Outcome:
    """Send `each` requests on one connection per maker, all at once; a maker gives the bytes of request n."""
    return asyncio.run(_all(port, makers, each))
