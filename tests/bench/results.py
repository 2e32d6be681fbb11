"""Medians, ratios to the floor, and the table they make."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

WHERE = ("database", "tasks", "latency", "scenario")
COSTS = ("wall", "cpu", "peak", "requests", "bytes", "server_cpu", "database_cpu")
MEGA = 1e6


def machine() -> dict[str, Any]:
    """Name the machine, in words anybody may read."""
    told = {
        "cpus": os.cpu_count(),
        "processor": _processor(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
    }
    words = "{cpus} CPUs ({processor}), Python {python}, {system}".format(**told)
    return {**told, "summary": words}


def _processor() -> str:
    """Ask for the processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    found = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(found, platform.machine())


def medians(measurements: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the median of every cost, and the ratio of wall and CPU to the floor's.

    A ratio is the median of the rounds' ratios where every round has a floor: what slows a whole
    round down slows down both.
    """
    found = []
    for where in dict.fromkeys(map(_where, measurements)):
        by_name: dict[str, list[dict[str, Any]]] = {}
        for row in measurements:
            if _where(row) == where:
                by_name.setdefault(row["contender"], []).append(row)
        floor = by_name.get("floor")
        for name, own in by_name.items():
            costs = {cost: statistics.median(row[cost] for row in own) for cost in COSTS}
            ratios = {f"{cost}_ratio": _ratio(own, floor, cost) for cost in ("wall", "cpu")}
            fastest = {"least_wall": min(row["wall"] for row in own)}
            place = dict(zip(WHERE, where, strict=True))
            found.append({**place, "contender": name, **costs, **ratios, **fastest})
    return found


def _where(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in WHERE)


def _ratio(
    own: Sequence[dict[str, Any]], floor: Sequence[dict[str, Any]] | None, cost: str
) -> float | None:
    if not floor:
        return None
    pairs = zip(own, floor, strict=True)
    ratios: list[float] = [mine[cost] / theirs[cost] for mine, theirs in pairs]
    return statistics.median(ratios)


def line(row: dict[str, Any]) -> str:
    """Say what one run cost."""
    return (
        f"  {row['scenario']:8}{row['round']:3}  {row['contender']:13}"
        f"{row['wall']:8.3f} s {row['cpu']:8.3f} s CPU {row['peak'] / MEGA:6.0f} MB "
        f"{row['requests']:5} requests"
    )


TITLE = (
    "| database | tasks | scenario | | wall, s | \u00d7 floor | CPU, s | \u00d7 floor "
    "| µs a task | peak, MB | requests |\n"
    "| --- | ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
)


def markdown(told: dict[str, Any], about: dict[str, str]) -> str:
    """Write the table, the machine above it and who took part below."""
    rows = told["medians"]
    latency = ", ".join(sorted({f"{row['latency']:g} ms" for row in rows}))
    head = (
        f"{told['machine']['summary']}; medians of {told['rounds']} interleaved rounds; pages of "
        f"{told['page_size']} tasks, answers held back {latency}; whole processes, start-up "
        "included.\n\n"
    )
    tail = "".join(f"- **{name}**: {words}\n" for name, words in about.items())
    return head + TITLE + "".join(map(_row, rows)) + "\n" + tail


def _row(row: dict[str, Any]) -> str:
    cells = (
        row["database"],
        f"{row['tasks']:,}",
        row["scenario"],
        row["contender"],
        f"{row['wall']:.3f}",
        _shown(row["wall_ratio"]),
        f"{row['cpu']:.3f}",
        _shown(row["cpu_ratio"]),
        f"{row['wall'] / row['tasks'] * MEGA:.1f}" if row["scenario"] == "full" else "",
        f"{row['peak'] / MEGA:.0f}",
        f"{row['requests']:.0f}",
    )
    return f"| {' | '.join(cells)} |\n"


def _shown(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"
