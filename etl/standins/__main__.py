"""Starts one stand-in alone: `python -m etl.standins label_studio --tasks 100000`."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import AbstractContextManager
from threading import Event
from typing import TYPE_CHECKING, Protocol

from etl.standins import coco_annotator, qianfan
from etl.standins.coco_annotator import seed as coco_annotator_seed
from etl.standins.coco_annotator import volume as coco_annotator_volume
from etl.standins.label_studio import LabelStudio
from etl.standins.label_studio.installation import TOKEN
from etl.standins.label_studio.seed import lively
from etl.standins.label_studio.volume import many
from etl.standins.qianfan import seed as qianfan_seed
from etl.standins.qianfan import volume as qianfan_volume

if TYPE_CHECKING:
    from collections.abc import Callable


class _Installation(AbstractContextManager[object], Protocol):
    @property
    def url(self) -> str: ...


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; the only line printed says where and with which credentials."""
    asked = _parser().parse_args(arguments)
    installation, credentials = _STANDINS[asked.platform](asked)
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with installation:
        sys.stdout.write(f"{asked.platform} {installation.url} {credentials}\n")
        sys.stdout.flush()
        stopped.wait()
    return 0


def _label_studio(asked: argparse.Namespace) -> tuple[LabelStudio, str]:
    installation = LabelStudio(asked.token, asked.backend, port=asked.port)
    if asked.seed == "demo":
        lively(installation.state)
    if asked.tasks:
        many(installation.state, asked.tasks)
    return installation, f"token={installation.token}"


def _qianfan(asked: argparse.Namespace) -> tuple[qianfan.Qianfan, str]:
    installation = qianfan.Qianfan(port=asked.port)
    if asked.seed == "demo":
        qianfan_seed.lively(installation.state)
    if asked.tasks:
        qianfan_volume.many(installation.state, asked.tasks)
    keys = f"access_key={installation.access_key} secret_key={installation.secret_key}"
    return installation, keys


def _coco_annotator(asked: argparse.Namespace) -> tuple[coco_annotator.CocoAnnotator, str]:
    installation = coco_annotator.CocoAnnotator(port=asked.port)
    if asked.seed == "demo":
        coco_annotator_seed.lively(installation.state)
    if asked.tasks:
        coco_annotator_volume.many(installation.state, asked.tasks)
    return installation, f"username={installation.username} password={installation.password}"


_STANDINS: dict[str, Callable[[argparse.Namespace], tuple[_Installation, str]]] = {
    "label_studio": _label_studio,
    "coco_annotator": _coco_annotator,
    "qianfan": _qianfan,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m etl.standins", description=__doc__)
    parser.add_argument("platform", choices=list(_STANDINS))
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    parser.add_argument("--tasks", "--volume", type=int, default=0, help="size of big content")
    parser.add_argument("--token", default=TOKEN, help="the legacy token of the first user")
    parser.add_argument("--backend", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", choices=["demo", "none"], default="none")
    return parser


if __name__ == "__main__":
    sys.exit(main())
