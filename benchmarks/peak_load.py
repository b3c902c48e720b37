"""The browsers of ``morning_peak.py``: plain sockets that stay open, in one process beside the server.

It is kept light because it shares the processor with what it measures: requests are bytes before the clock starts,
and of an answer no more is read than its status line and its length.
"""

import random
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

PATIENCE = 30  # seconds for one answer; then it counts as lost
TRIES = 5
SAVED = ("302 /", "204")  # the site leads home, and nowhere else, once it has saved; the bare view says that it is done


@dataclass
class Shot:
    """One request: its number, how long the answer took since it was to go out, and what the answer was."""

    job: int
    seconds: float
    answer: str


@dataclass
class Volley:
    """What a phase sent: every request with its answer, and how long the whole took."""

    shots: list[Shot] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def acknowledged(self) -> set[int]:
        return {shot.job for shot in self.shots if shot.answer in SAVED}

    @property
    def refused(self) -> list[Shot]:
        return [shot for shot in self.shots if shot.answer not in SAVED]

    def percentile(self, share: float) -> float:
        """Milliseconds within which ``share`` of the answers came."""
        ordered = sorted(shot.seconds for shot in self.shots)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


class Browser:
    """One connection, opened again where the server has closed it."""

    def __init__(self, port: int):
        self.port = port
        self._socket: socket.socket | None = None

    def send(self, request: bytes) -> str:
        """The status of the answer and where it leads. After an ``OSError`` the caller may send the same again."""
        try:
            self.open().sendall(request)
            return self._answer()
        except OSError:
            self.close()
            raise

    def send_and_leave(self, request: bytes, after: float) -> None:
        """Send, read nothing and hang up: the network was lost, or the page was closed."""
        self.open().sendall(request)
        time.sleep(after)
        self.close()

    def open(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _answer(self) -> str:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().lower().split("\r\n")[1:])
        missing = int(fields.get("content-length", 0)) - len(body)
        while missing > 0:
            missing -= len(self._more())
        if fields.get("connection") == "close":
            self.close()
        return f"{head[9:12].decode()} {fields.get('location', '')}".strip()

    def _more(self) -> bytes:
        chunk = self.open().recv(65536)
        if not chunk:
            raise ConnectionResetError("the server closed the connection")
        return chunk


def closed_loop(port: int, requests: Sequence[bytes], *, browsers: int, seconds: float) -> Volley:
    """As much as the server takes: every browser sends its next request as soon as it has the answer to the last."""
    turn = _Turn(len(requests))
    until = time.monotonic() + seconds

    def browse(volley: Volley) -> None:
        browser = Browser(port)
        while time.monotonic() < until and (job := turn.next()) is not None:
            _shoot(browser, job, requests[job], time.monotonic(), volley)

    return _together(browse, browsers)


def open_loop(port: int, requests: Sequence[bytes], *, browsers: int, rate: float) -> Volley:
    """``rate`` requests a second at random moments, whether or not the server has answered the ones before.

    Each is timed from the moment at which it was to go out, so a wait for a free browser counts as well.
    """
    chance, moment, moments = random.Random(5), 0.0, []
    for _ in requests:
        moment += chance.expovariate(rate)
        moments.append(moment)
    turn, began = _Turn(len(requests)), time.monotonic() + 0.1

    def browse(volley: Volley) -> None:
        browser = Browser(port)
        while (job := turn.next()) is not None:
            due = began + moments[job]
            time.sleep(max(0.0, due - time.monotonic()))
            _shoot(browser, job, requests[job], due, volley)

    return _together(browse, browsers)


def doubled(port: int, requests: Sequence[bytes], *, browsers: int, twice: set[int], cut: set[int]) -> Volley:
    """Everything until it is acknowledged; ``twice`` goes out on two connections at once, ``cut`` first loses its
    answer half-way."""
    turn, chance = _Turn(len(requests)), random.Random(9)
    delays = [chance.uniform(0, 0.04) for _ in requests]

    def browse(volley: Volley) -> None:
        browser, second = Browser(port), Browser(port)
        while (job := turn.next()) is not None:
            if job in cut:
                second.send_and_leave(requests[job], delays[job])
            if job in twice:
                other = threading.Thread(target=_shoot, args=(second, job, requests[job], time.monotonic(), volley))
                other.start()
                _shoot(browser, job, requests[job], time.monotonic(), volley)
                other.join()
            else:
                _shoot(browser, job, requests[job], time.monotonic(), volley)

    return _together(browse, browsers)


def _shoot(browser: Browser, job: int, request: bytes, since: float, volley: Volley) -> None:
    """Send until an answer comes, as a browser or the page's own memory would; the whole time counts."""
    for _ in range(TRIES):
        try:
            answer = browser.send(request)
            break
        except OSError:
            answer = "none"
    volley.shots.append(Shot(job, time.monotonic() - since, answer))


class _Turn:
    """Hands out the numbers of requests, each once."""

    def __init__(self, count: int):
        self._numbers = iter(range(count))
        self._lock = threading.Lock()

    def next(self) -> int | None:
        with self._lock:
            return next(self._numbers, None)


def _together(browse: Callable[[Volley], None], browsers: int) -> Volley:
    volleys = [Volley() for _ in range(browsers)]
    began = time.monotonic()
    _wait_for([threading.Thread(target=browse, args=(volley,), daemon=True) for volley in volleys])
    return Volley([shot for volley in volleys for shot in volley.shots], time.monotonic() - began)


def _wait_for(threads: Iterable[threading.Thread]) -> None:
    threads = list(threads)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
