"""Starts one stand-in alone: `python -m etl.standins label_studio --tasks 100000`."""

from __future__ import annotations

import argparse
import signal
import sys
from threading import Event

from etl.standins.label_studio import LabelStudio
from etl.standins.label_studio.installation import TOKEN
from etl.standins.label_studio.seed import lively
from etl.standins.label_studio.volume import many


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; the only line printed says where and with which token."""
    asked = _parser().parse_args(arguments)
    installation = LabelStudio(asked.token, asked.backend, port=asked.port)
    if asked.seed == "demo":
        lively(installation.state)
    if asked.tasks:
        many(installation.state, asked.tasks)
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with installation:
        sys.stdout.write(f"{asked.platform} {installation.url} token={installation.token}\n")
        sys.stdout.flush()
        stopped.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m etl.standins", description=__doc__)
    parser.add_argument("platform", choices=["label_studio"])
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    parser.add_argument("--tasks", type=int, default=0, help="size of one more, big project")
    parser.add_argument("--token", default=TOKEN, help="the legacy token of the first user")
    parser.add_argument("--backend", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", choices=["demo", "none"], default="none")
    return parser


if __name__ == "__main__":
    sys.exit(main())
