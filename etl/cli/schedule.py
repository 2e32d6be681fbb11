"""annomirror schedule: a crontab line or systemd units that work as printed."""

from __future__ import annotations

import getpass
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import click

from etl import settings
from etl.cli.options import common, invocation
from etl.errors import ConfigurationError

MINUTE = 60  # seconds
HOUR = 60  # minutes
DAY = 24 * HOUR


@click.command("schedule")
@click.option("--cron", "kind", flag_value="cron", default="cron", help="A crontab line (default).")
@click.option("--systemd", "kind", flag_value="systemd", help="A systemd service and timer.")
@click.option("--every", default="15m", show_default=True, help="How often: 15m, 1h, 1d.")
@common
def command(kind: str, every: str) -> None:
    """Print a crontab line, or a systemd service and timer, for this configuration."""
    path = settings.find(invocation().config)
    minutes = _minutes(every)
    print_it = _cron if kind == "cron" else _systemd
    click.echo(print_it(path, minutes))


def _minutes(every: str) -> int:
    seconds = int(settings.duration(every, "--every").total_seconds())
    if seconds % MINUTE or not seconds:
        raise ConfigurationError(f"--every {every!r} should be whole minutes, like 15m, 1h or 1d")
    return seconds // MINUTE


def _cron(path: Path, minutes: int) -> str:
    # cron reads % as a line break, and mails what is printed: with -q, only what went wrong.
    line = f"{_times(minutes)} {shlex.join(_command(path))}".replace("%", r"\%")
    return (
        "# Add with: crontab -e. Cron sets no variables: keep credentials in .env beside the\n"
        f"# configuration ({path.parent / '.env'}).\n{line}"
    )


def _times(minutes: int) -> str:
    if minutes < HOUR and HOUR % minutes == 0:
        return "* * * * *" if minutes == 1 else f"*/{minutes} * * * *"
    if minutes % HOUR == 0 and minutes < DAY and DAY % minutes == 0:
        hours = minutes // HOUR
        return "0 * * * *" if hours == 1 else f"0 */{hours} * * *"
    if minutes == DAY:
        return "0 3 * * *"
    raise ConfigurationError(
        "cron can only do even parts of an hour or a day, such as 5m, 15m, 30m, 1h, 6h, 1d; "
        "use --systemd for anything else"
    )


def _systemd(path: Path, minutes: int) -> str:
    command_line = " ".join(_unit_quoted(word) for word in _command(path))
    return f"""\
# Save the two parts under the names given, then:
#   systemctl daemon-reload && systemctl enable --now annomirror.timer

# /etc/systemd/system/annomirror.service
[Unit]
Description=Bring the annomirror mirror up to date
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User={_user()}
WorkingDirectory={_unit_path(path.parent)}
ExecStart={command_line}
# 4: another run is still at work, which is no failure
SuccessExitStatus=4

# /etc/systemd/system/annomirror.timer
[Unit]
Description=Bring the annomirror mirror up to date every {minutes} minutes

[Timer]
OnBootSec=2min
OnUnitActiveSec={minutes}min
RandomizedDelaySec=10s

[Install]
WantedBy=timers.target"""


def _command(path: Path) -> list[str]:
    return [*_program(), "sync", "-q", "--config", str(path)]


def _program() -> list[str]:
    """Give the absolute way to call this program, for cron knows next to no PATH."""
    beside = Path(sys.executable).with_name("annomirror")
    found = str(beside) if beside.exists() else shutil.which("annomirror")
    return [found] if found else [sys.executable, "-m", "etl"]


def _user() -> str:
    """Name who set this up: a system unit would run as root, and the mirror be root's."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a user without a name
        return str(os.getuid())


def _unit_quoted(word: str) -> str:
    escaped = word.replace("%", "%%").replace("$", "$$")
    return shlex.quote(escaped) if re.search(r"[\s'\"\\]", escaped) else escaped


def _unit_path(path: Path) -> str:
    return str(path).replace("%", "%%")
