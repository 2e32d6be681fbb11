"""The command line: reads settings, builds clients and the mirror, prints.

Commands are imported when they are called, so that `annomirror --help` answers at once.
"""

from __future__ import annotations

import gc
import importlib
import sys
from typing import Any

import click

from etl import __version__
from etl.cli.options import common, invocation, let_go
from etl.errors import ENDINGS

CIRCLES = (
    50_000  # objects between searches for circles: rows make none, and it took a fifth of a load
)

COMMANDS = {
    "check": "Reach each source and the mirror, and say what is wrong.",
    "db": "Migrate the mirror's database.",
    "demo": "Play with a made-up Label Studio, no account needed.",
    "import": "Put tasks into Label Studio, and follow them to the end.",
    "init": "Write a commented annomirror.toml.",
    "rejects": "List, show or retry records that were set aside.",
    "runs": "Show the run history.",
    "schedule": "Print a crontab line or systemd units.",
    "sql": "Query the mirror, read-only.",
    "status": "Show rows, age and watermark of every stream.",
    "streams": "List the streams of each source.",
    "sync": "Bring the mirror up to date.",
    "verify": "Compare the mirror with its sources, and mend it.",
}
MODULES = {"import": "importing"}  # a module cannot have the language's word


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own, imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Name the commands without importing them."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # idem
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"etl.cli.{MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # idem
        """List the commands from the table above, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Turn our errors into one line on stderr and the exit code that belongs to them."""
        collected = gc.get_threshold()
        gc.set_threshold(CIRCLES)
        try:
            result = super().invoke(ctx)
            if sys.stdout is not None:
                sys.stdout.flush()  # while it can still be said that it fails
        except ENDINGS as error:
            click.echo(invocation().shown(f"annomirror: {error}"), err=True)
            ctx.exit(error.exit_code)
        except (KeyboardInterrupt, EOFError):
            click.echo("annomirror: interrupted", err=True)
            ctx.exit(130)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # click's own
        except Exception as error:  # noqa: BLE001  # the last resort: one line, whatever it is
            if invocation().verbosity > 0:
                import traceback  # noqa: PLC0415  # a run that goes well has no use for it

                click.echo(invocation().shown(traceback.format_exc()), err=True)
            said = " ".join(f"{type(error).__name__}: {error}".split())
            told = invocation().shown(f"annomirror: stopped by {said} (-v shows where)")
            click.echo(told, err=True)
            ctx.exit(1)
        finally:
            gc.set_threshold(*collected)
            let_go()
        return result


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="annomirror")
@common
def main() -> None:
    """Mirror annotation platforms into a database you own.

    Start with `annomirror demo`, or with `annomirror init` for a server of your own.
    """
