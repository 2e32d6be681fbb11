"""A real Label Studio for a test: installed once, migrated once, then copied and started at will.

Everything lives in a cache outside the project (`$ANNOMIRROR_LIVE_CACHE`, else
`~/.cache/annomirror-live`), keyed by version. Two test processes may share it: a file lock lets
one of them build while the other waits.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = "1.23.2"
LEGACY_TOKEN = "abcdef0123456789abcdef0123456789abcdef01"

# Read by the server only while it creates the first organisation and account: in the template.
FIRST_START = {
    "LABEL_STUDIO_USERNAME": "admin@example.com",
    "LABEL_STUDIO_PASSWORD": "secret123",
    "LABEL_STUDIO_USER_TOKEN": LEGACY_TOKEN,
    "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
}
# Without these the server talks to analytics, to an error tracker and to a package index.
QUIET = {
    "COLLECT_ANALYTICS": "False",
    "LATEST_VERSION_CHECK": "False",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "PYTHONUNBUFFERED": "1",
}
# The open-source edition imports inside the request. Any other edition name switches the
# import-job branch on, and without Redis its job still runs inline, so jobs can be followed.
# Executed, not imported: while they load, the original settings read themselves through Django,
# which looks into the module it was told to load. The flags' path is looked up beside that one.
ASYNC_SETTINGS = """\
from importlib.util import find_spec
from pathlib import Path

original = Path(find_spec("label_studio.core.settings.label_studio").origin)
exec(compile(original.read_text(), original, "exec"))
VERSION_EDITION = "Test"
FEATURE_FLAGS_FILE = str(original.parents[2] / "feature_flags.json")
"""

Flavour = Literal["plain", "async"]


def installed(cache: Path | None = None) -> Path:
    """The `label-studio` executable, installed by plain pip when nobody has done so yet."""
    home = _home(cache)
    finished = home / "installed"
    with _alone(home):
        if not finished.exists():
            _install(home)
            finished.touch()
    return home / "venv" / "bin" / "label-studio"


def template(cache: Path | None = None, executable: Path | None = None) -> Path:
    """A migrated, otherwise empty data directory: copying it saves half a minute per start."""
    executable = executable or installed(cache)
    home = _home(cache)
    finished = home / "template"
    with _alone(home):
        if not finished.exists():
            _migrate(executable, home / "template.partial", finished)
    return finished


class RealLabelStudio:
    """A server of one's own on a free port, with its own copy of `data` (else of the template).

    Stopping and starting again keeps port and data; leaving the block removes the data.
    """

    legacy_token = LEGACY_TOKEN

    def __init__(
        self,
        cache: Path | None = None,
        *,
        flavour: Flavour = "plain",
        data: Path | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        executable = installed(cache)
        self.home = Path(tempfile.mkdtemp(prefix="annomirror-label-studio-"))
        shutil.copytree(data or template(cache, executable), self.home / "data")
        extra = _flavoured(flavour, self.home) | (environment or {})
        self._server = _Server(executable, self.home, extra)
        self.url, self.log = self._server.url, self._server.log
        token = {"Authorization": f"Token {LEGACY_TOKEN}"}
        self.client = httpx.Client(base_url=self.url, headers=token, timeout=120, trust_env=False)
        self._personal_token: str | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        """Ends the server but keeps its data, so that `start` brings the same one back."""
        self._server.stop()

    def close(self) -> None:
        self.stop()
        self.client.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def personal_token(self) -> str:
        """Created on first use: the server gives an account one token and shows it only once."""
        if self._personal_token is None:
            self._personal_token = str(self.client.post("/api/token/").json()["token"])
        return self._personal_token


class _Server:
    """One `label-studio` process over one data directory, on the same port at every start."""

    def __init__(self, executable: Path, home: Path, extra: dict[str, str]) -> None:
        self.log = home / "server.log"
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [str(executable), "start", "--no-browser"]
        self._command += ["--internal-host", "127.0.0.1", "--port", str(self.port)]
        self._environment = _environment(home, extra)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, patience: float = 240.0) -> None:
        # Emptied at every start: the line that names the port must be this process's own.
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )
        self._wait(self._process, time.monotonic() + patience)

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _wait(self, process: subprocess.Popen[bytes], deadline: float) -> None:
        while not self._healthy():
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                tail = self.log.read_text(errors="replace")[-3000:]
                raise RuntimeError(f"no Label Studio on port {self.port}, its last words:\n{tail}")
            time.sleep(0.1)

    def _healthy(self) -> bool:
        # A server that finds its port taken moves to the next one without a word, and
        # a stranger would answer our question: only its own log tells where it listens.
        if f"server at {self.url}/" not in self.log.read_text(errors="replace"):
            return False
        try:
            return httpx.get(f"{self.url}/health", trust_env=False).is_success
        except httpx.TransportError:
            return False


def _home(cache: Path | None) -> Path:
    default = os.environ.get("ANNOMIRROR_LIVE_CACHE") or Path.home() / ".cache/annomirror-live"
    home = (cache or Path(default)).absolute() / f"label-studio-{VERSION}"
    home.mkdir(parents=True, exist_ok=True)
    return home


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One process at a time; the kernel lets go of the lock even of a killed one."""
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(home: Path) -> None:
    venv = home / "venv"
    shutil.rmtree(venv, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(venv)])
    _run([str(venv / "bin" / "python"), "-m", "pip", "install", f"label-studio=={VERSION}"])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise RuntimeError(f"{command} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def _migrate(executable: Path, partial: Path, finished: Path) -> None:
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "data").mkdir(parents=True)
    server = _Server(executable, partial, FIRST_START)
    try:
        server.start()
    finally:
        server.stop()
    (partial / "data").rename(finished)


def _environment(home: Path, extra: dict[str, str]) -> dict[str, str]:
    """Nothing of the tester's own environment: the server reads plain names like HOST and DEBUG."""
    path = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home)}
    return path | QUIET | {"LABEL_STUDIO_BASE_DATA_DIR": str(home / "data")} | extra


def _flavoured(flavour: Flavour, home: Path) -> dict[str, str]:
    if flavour == "plain":
        return {}
    (home / "async_settings.py").write_text(ASYNC_SETTINGS)
    return {"DJANGO_SETTINGS_MODULE": "async_settings", "PYTHONPATH": str(home)}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
