"""annomirror init: a commented configuration to begin with."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from etl import settings
from etl.cli.options import common, invocation
from etl.errors import ConfigurationError

TEMPLATE = """\
# annomirror's configuration. ${{NAME}} is taken from the environment, or from .env beside this
# file, so that no credential has to stand here.

[mirror]
database = "sqlite:///mirror.db"      # relative to this file
# database = "postgresql://user@host/name"

# One table for each source; its name becomes the column `source` of every row.
[sources.labels]
platform = "label_studio"
url = "{url}"
token = "${{LABEL_STUDIO_TOKEN}}"       # legacy token or personal access token

# Optional, with their defaults:
# streams = ["users", "projects", "tasks", "predictions"]
# projects = ["Street scenes", 7]     # only these, by title or id
# lookback = "15m"                    # read again what was written this long before the watermark
# page_size = 500                     # tasks a request
# timeout = 120                       # seconds without a byte
# deadline = 600                      # seconds for one whole answer
# requests_per_second = 5             # be gentle
# ca_bundle = "company-ca.pem"        # for a certificate of your own authority
"""


@click.command("init")
@click.option("--url", help="Address of your Label Studio.")
@click.option("--token", help="Its token; written to .env, never into the configuration.")
@click.option("--force", is_flag=True, help="Overwrite what is there.")
@common
def command(url: str | None, token: str | None, force: bool) -> None:  # noqa: FBT001  # click passes flags so
    """Write a commented annomirror.toml; on a terminal, ask for address and token."""
    path = Path(invocation().config or settings.FILE)
    if path.exists() and not force:
        raise ConfigurationError(f"{path} is there already; --force overwrites it")
    if sys.stdin.isatty() and url is None:
        url = click.prompt("Address of your Label Studio", default="http://localhost:8080")
        said = "Token (Account & Settings; not shown; empty for later)"
        token = token or click.prompt(said, hide_input=True, default="", show_default=False)
    url = settings.address(url or "https://label-studio.example.com", str(path))
    try:
        path.write_text(TEMPLATE.format(url=url))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from error
    click.echo(f"wrote {path}")
    _keep(token, path.with_name(".env"))
    click.echo("next: annomirror check, then annomirror sync")


def _keep(token: str | None, path: Path) -> None:
    """Put the token where only its owner reads it."""
    if not token:
        click.echo(f"next: put LABEL_STUDIO_TOKEN=… into {path} or into the environment")
        return
    before = path.read_text() if path.exists() else ""
    kept = [x for x in before.splitlines() if not x.startswith("LABEL_STUDIO_TOKEN=")]
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        os.fchmod(file.fileno(), 0o600)  # also one that was there already
        file.write("\n".join([*kept, f"LABEL_STUDIO_TOKEN={token}", ""]))
    click.echo(f"put the token into {path}")
