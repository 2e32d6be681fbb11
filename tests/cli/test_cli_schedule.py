"""annomirror schedule: lines that work as printed."""

import getpass
import re
import shlex
import subprocess

import pytest


@pytest.fixture
def odd(site):
    """A configuration whose path needs quoting everywhere."""
    folder = site.folder / "it's 100% mine"
    folder.mkdir()
    path = folder / "annomirror.toml"
    path.write_text("")
    return path


def cron(done):
    """Read a crontab line as cron and the shell do: five fields, then a command."""
    assert done.exit_code == 0
    line = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    *times, command = line[0].split(maxsplit=5)
    assert len(line) == 1
    assert not re.search(r"(?<!\\)%", command)
    return " ".join(times), shlex.split(command.replace(r"\%", "%"))


def test_the_line_syncs_quietly_with_absolute_paths(site):
    times, command = cron(site.run("schedule"))
    assert times == "*/15 * * * *"
    assert command[0].startswith("/")
    assert command[-4:] == ["sync", "-q", "--config", str(site.configuration)]


@pytest.mark.parametrize(
    ("every", "times"),
    [
        ("1m", "* * * * *"),
        ("5m", "*/5 * * * *"),
        ("60m", "0 * * * *"),
        ("1h", "0 * * * *"),
        ("6h", "0 */6 * * *"),
        ("24h", "0 3 * * *"),
        ("1d", "0 3 * * *"),
    ],
)
def test_a_period_becomes_times_that_cron_understands(site, every, times):
    assert cron(site.run("schedule", "--every", every))[0] == times


@pytest.mark.parametrize("every", ["7m", "90m", "5h", "2d", "0m", "-5m", "1w", "15", "", "1.5h"])
def test_a_period_cron_cannot_keep_is_refused(site, every):
    done = site.run("schedule", "--every", every)
    assert (done.exit_code, done.stdout) == (2, "")


def test_a_path_with_spaces_quotes_and_percents_survives_cron(site, odd):
    assert cron(site.run("schedule", "--config", str(odd)))[1][-1] == str(odd)


def test_the_printed_command_runs(site, boxes):
    command = cron(site.run("schedule"))[1]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert site.rows("SELECT count(*) FROM label_studio_tasks") == [(12,)]


def units(done):
    """Read the settings of both units."""
    assert done.exit_code == 0
    lines = [x for x in done.stdout.splitlines() if "=" in x and not x.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_the_units_have_every_part_systemd_needs(site):
    done = site.run("schedule", "--systemd", "--every", "7m")
    for part in ("[Unit]", "[Service]", "[Timer]", "[Install]"):
        assert part in done.stdout
    found = units(done)
    assert found["OnUnitActiveSec"] == "7min"
    assert found["WorkingDirectory"] == str(site.folder)
    assert found["ExecStart"].endswith(f"sync -q --config {site.configuration}")
    assert found["SuccessExitStatus"] == "4"
    assert found["User"] == getpass.getuser()  # not root, whoever puts the unit into place


def test_a_path_with_spaces_quotes_and_percents_survives_systemd(site, odd):
    found = units(site.run("schedule", "--systemd", "--config", str(odd)))
    assert shlex.split(found["ExecStart"])[-1].replace("%%", "%") == str(odd)
    assert not re.search(r"(?<!%)%(?!%)", found["ExecStart"])
    assert found["WorkingDirectory"] == str(odd.parent).replace("%", "%%")


def test_without_a_configuration_there_is_nothing_to_schedule(site):
    site.configuration.unlink()
    done = site.run("schedule")
    assert done.exit_code == 2
    assert "annomirror init" in done.stderr
