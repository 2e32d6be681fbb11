"""How fast is annomirror, measured against a program without any framework?

    pip install -e '.[dev]'             # or '.[dev,bench]' for the peers too
    python tests/bench/run.py --tasks 20000 --rounds 5

    python tests/bench/run.py --tasks 20000,100000,1000000 --scenarios full
    python tests/bench/run.py --latency 50 --databases sqlite
    python tests/bench/run.py --contenders all

A local server plays a Label Studio project. Every contender mirrors it into SQLite and Postgres:
`full` into an empty database, `idle` with nothing new, `changed` with 1 % of the tasks changed.
Rounds are interleaved (A B C, B C A, ...) and medians given, with the ratio to the floor.
Where floor and annomirror take part, all they wrote is compared, row by row and column by column
(but for stamps and hashes), and a difference ends the benchmark with exit code 1.

The results lie in the folder --out: results.json, results.md, results.svg. Wall and CPU time,
peak memory and requests are those of a whole process, its start and its children included; the
schema of the floor and of annomirror is there beforehand. Postgres runs with its own defaults.
The CPU of the server's and of Postgres' own processes is in results.json.
"""

from __future__ import annotations

import argparse
import compileall
import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import databases
import picture
import results
from contenders import BY_NAME, CONTENDERS, HERE, Contender, Place

import etl

SCENARIOS = ("full", "idle", "changed")
CHANGED = 0.01


class Server:
    """The stand-in, as the benchmark sees it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, what: str) -> dict[str, Any]:
        """Ask what is no part of the API."""
        with urllib.request.urlopen(f"{self.url}/bench/{what}", timeout=600) as answer:
            told: dict[str, Any] = json.load(answer)
        return told


@contextmanager
def served(tasks: int, latency: float) -> Iterator[Server]:
    """Serve a project from a process of its own."""
    command = [sys.executable, str(HERE / "standin.py"), "--tasks", str(tasks)]
    command += ["--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(process.stdout.readline().strip() if process.stdout else "")
        finally:
            process.terminate()


@dataclass
class Bench:
    """One size on one kind of database: who takes part, and where each of them stands."""

    server: Server
    made: databases.Databases
    contenders: Sequence[Contender]
    tasks: int
    latency: float
    page_size: int
    folder: Path
    places: dict[str, Place] = field(default_factory=dict)
    compared: dict[str, dict[str, int]] = field(default_factory=dict)
    measurements: list[dict[str, Any]] = field(default_factory=list)

    def run(self, scenarios: Sequence[str], rounds: int) -> None:
        """Run the scenarios one after the other, each in interleaved rounds."""
        for number in range(rounds if "full" in scenarios else 1):
            for contender in self._turns(number):
                self._renew(contender)
                self._measure(contender, "full", number, noted="full" in scenarios)
        self._compare("full")
        for scenario in (each for each in scenarios if each != "full"):
            for number in range(rounds):
                if scenario == "changed":
                    self.server.ask(f"change?share={CHANGED}")
                for contender in self._turns(number):
                    self._measure(contender, scenario, number)
            self._compare(scenario)

    def close(self) -> None:
        """Remove what was made."""
        for place in self.places.values():
            self.made.drop(place.database)

    def _turns(self, number: int) -> list[Contender]:
        """Let everyone be the first once."""
        first = number % len(self.contenders)
        return [*self.contenders[first:], *self.contenders[:first]]

    def _renew(self, contender: Contender) -> None:
        """Give a contender an empty database, and nothing to remember."""
        before = self.places.pop(contender.name, None)
        if before:
            self.made.drop(before.database)
        folder = Path(tempfile.mkdtemp(prefix=f"{contender.name}-", dir=self.folder))
        database = self.made.fresh(migrated=not contender.peer)
        self.places[contender.name] = Place(self.server.url, database, folder, self.page_size)

    def _measure(
        self, contender: Contender, scenario: str, number: int, *, noted: bool = True
    ) -> None:
        place = self.places[contender.name]
        self.server.ask("count")
        cpu = self.made.cpu()
        told = measured(contender.command(place), place.folder / "said.txt")
        asked = self.server.ask("count")
        what = {
            "tasks": self.tasks,
            "latency": self.latency,
            "database": self.made.name,
            "scenario": scenario,
            "contender": contender.name,
            "round": number + 1,
        }
        server = {"requests": asked["requests"], "bytes": asked["bytes"]}
        others = {"server_cpu": asked["cpu"], "database_cpu": self.made.cpu() - cpu}
        row = {**what, **told, **server, **others}
        if noted:
            self.measurements.append(row)
        say(results.line(row))

    def _compare(self, scenario: str) -> None:
        if {"floor", "annomirror"} <= self.places.keys():
            pair = (self.places[name].database for name in ("floor", "annomirror"))
            self.compared[scenario] = databases.compare(self.made, *pair)
            rows = sum(self.compared[scenario].values())
            say(f"  {scenario}: floor and annomirror hold the same {rows:,} rows")


def measured(command: list[str], log: Path) -> dict[str, Any]:
    """Run a command and give what it cost. Ends the benchmark when the command fails."""
    launcher = [sys.executable, "-I", "-S", str(HERE / "measured.py"), str(log)]
    done = subprocess.run([*launcher, *command], check=True, stdout=subprocess.PIPE, cwd=log.parent)
    told: dict[str, Any] = json.loads(done.stdout)
    if told.pop("exit"):
        sys.exit(f"{' '.join(command)} failed:\n{log.read_text('utf-8')[-3000:]}")
    return told


def say(text: str) -> None:
    """Tell how it goes; the results are in files."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def present(names: Sequence[str]) -> list[Contender]:
    """Choose those that are installed, and say who is not."""
    chosen = []
    for contender in map(BY_NAME.__getitem__, names):
        if missing := contender.missing():
            say(
                f"{contender.name} is left out, for {', '.join(missing)} is not installed; "
                "install it with: pip install -e '.[dev,bench]'"
            )
        else:
            chosen.append(contender)
    return chosen


def names(known: Sequence[str]) -> Any:
    """Make a reader of names with commas in between."""

    def read(text: str) -> list[str]:
        found = list(known) if text == "all" else text.split(",")
        if unknown := set(found) - set(known):
            raise argparse.ArgumentTypeError(
                f"no {', '.join(sorted(unknown))}; there are: all, {', '.join(known)}"
            )
        return found

    return read


def compiled() -> None:
    """Compile annomirror and the floor, as pip compiles what it installs: not in every run."""
    for folder in (Path(etl.__file__).parent, HERE):
        compileall.compile_dir(folder, quiet=2)


def numbers(text: str) -> list[int]:
    """Read numbers with commas in between."""
    return [int(part) for part in text.split(",")]


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    known = [contender.name for contender in CONTENDERS]
    made.add_argument("--tasks", type=numbers, default=[20_000], help="sizes (20000)")
    made.add_argument("--rounds", type=int, default=5, help="of each scenario (5)")
    made.add_argument(
        "--contenders",
        type=names(known),
        default=["floor", "annomirror"],
        help=f"all, or some of {', '.join(known)} (floor,annomirror)",
    )
    made.add_argument(
        "--databases",
        type=names(("sqlite", "postgres")),
        default=["sqlite", "postgres"],
        help="sqlite, postgres or both (both)",
    )
    made.add_argument(
        "--scenarios",
        type=names(SCENARIOS),
        default=list(SCENARIOS),
        help="some of full, idle, changed (all)",
    )
    made.add_argument("--latency", type=float, default=0.0, help="milliseconds an answer (0)")
    made.add_argument("--page-size", type=int, default=500, help="tasks a request (500)")
    made.add_argument("--out", type=Path, default=HERE / "out", help="folder of results (out)")
    return made


def one_size(
    asked: argparse.Namespace, made: databases.Databases, able: Sequence[Contender], tasks: int
) -> Bench:
    """Measure one size on one kind of database."""
    with (
        served(tasks, asked.latency) as server,
        tempfile.TemporaryDirectory(prefix="annomirror-bench-") as folder,
    ):
        bench = Bench(server, made, able, tasks, asked.latency, asked.page_size, Path(folder))
        bench.run(asked.scenarios, asked.rounds)
        bench.close()
    return bench


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark."""
    asked = parser().parse_args(arguments)
    contenders = present(asked.contenders)
    told: dict[str, Any] = {"machine": results.machine(), "rounds": asked.rounds}
    told |= {"page_size": asked.page_size, "measurements": [], "same_rows": []}
    compiled()
    say(f"{told['machine']['summary']}")
    for kind in asked.databases:
        able = [contender for contender in contenders if kind in contender.databases]
        with databases.opened(kind) as made:
            for tasks in asked.tasks:
                say(f"{kind}, {tasks:,} tasks")
                bench = one_size(asked, made, able, tasks)
                told["measurements"] += bench.measurements
                told["same_rows"].append({"database": kind, "tasks": tasks, **bench.compared})
    told["medians"] = results.medians(told["measurements"])
    about = {contender.name: contender.about for contender in contenders}
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "results.json").write_text(json.dumps(told, indent=1), "utf-8")
    (asked.out / "results.md").write_text(results.markdown(told, about), "utf-8")
    (asked.out / "results.svg").write_text(picture.drawn(told), "utf-8")
    say(f"results are in {asked.out}")


if __name__ == "__main__":
    main()
