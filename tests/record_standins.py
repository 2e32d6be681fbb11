"""Records the answers of stand-ins to every stream's first walk: `python tests/record_standins.py`.

For COCO Annotator and Qianfan there was no server to ask. A file holds the bytes of one answer;
`index.json` says which request each of them answers.
"""

import json
import shutil
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

sys.path += [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

import recordings
from annotators import Annotator
from etl.exchange import Answer
from etl.standins.coco_annotator import seed as coco_seed
from etl.standins.qianfan import seed as qianfan_seed

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DATE = {"date": "Sat, 21 Nov 2026 12:00:00 GMT"}


class Recorder:
    """Sends requests on, and keeps every answer with the request it answers."""

    def __init__(self, sender, folder):
        self._sender, self._folder, self.index = sender, folder, {}

    def conceal(self, error):
        """Nothing here is secret."""

    def send(self, request):
        answer = self._sender.send(request)
        body = answer.file.read() if answer.file and not answer.file.seek(0) else answer.body
        name = f"{len(self.index) + 1:03d}.json"
        (self._folder / name).write_bytes(body)
        self.index[name] = recordings.described(request)
        return Answer(answer.status, DATE, body, recordings.opened(body) if request.large else None)


def record(platform, sender):
    folder = recordings.PLATFORMS_FOLDER / platform / "recorded"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    recorder = Recorder(sender, folder)
    for _ in recordings.walked(platform, recorder):
        pass
    index = json.dumps(recorder.index, indent=1, ensure_ascii=False)
    (folder / "index.json").write_text(index + "\n", "utf-8")
    about = (
        "The answers of the stand-in in `etl/standins`, not of a real server: there was none to\n"
        "be had. They were written by `python tests/record_standins.py`; run it again when a walk\n"
        "asks for something else. What they look like follows the documents, where there are any.\n"
    )
    (folder / "README.md").write_text(about, "utf-8")


def main():
    from accounts import Account  # noqa: PLC0415  # it needs the database, which recording does not

    annotator = Annotator()
    coco_seed.lively(annotator.state)
    record("coco_annotator", annotator)
    with Account() as account, closing(account.client()) as client:
        qianfan_seed.lively(account.state)
        record("qianfan", client)


if __name__ == "__main__":
    main()
