"""A folder with a configuration for a stand-in of each platform, and a proxy between them."""

import json
from contextlib import contextmanager

from click.testing import CliRunner

import killing
from etl.address import parse
from etl.cli import main
from etl.database import connected
from killing import STANDINS
from mirror import TABLES
from proxy import before

MIRRORED = {name: sql for name, sql in killing.QUESTIONS.items() if not name.startswith("sync_")}


class Site:
    """A folder with a configuration, a stand-in, and the proxy before it."""

    def __init__(self, folder, platform, standin, proxy):
        self.folder, self.platform, self.standin, self.proxy = folder, platform, standin, proxy
        self.configuration = folder / "annomirror.toml"
        self.mirror = folder / "mirror.db"
        self.configure()

    @property
    def secrets(self):
        return [
            str(getattr(self.standin, name))
            for name in STANDINS[self.platform][2]
            if name in ("token", "password", "secret_key")
        ]

    def configure(self, *lines, url=None, database="sqlite:///mirror.db", **options):
        options = {k: getattr(self.standin, k) for k in STANDINS[self.platform][2]} | options
        said = "".join(f"{name} = {json.dumps(value)}\n" for name, value in options.items())
        more = "".join(f"{line}\n" for line in lines)
        self.configuration.write_text(
            f'[mirror]\ndatabase = "{database}"\n\n[sources.there]\n'
            f'platform = "{self.platform}"\nurl = "{url or self.proxy.url}"\n{said}{more}'
        )

    def run(self, *arguments):
        arguments = [*arguments, "--config", str(self.configuration)]
        return CliRunner().invoke(main, arguments, catch_exceptions=False)

    def sync(self, *arguments):
        """Synchronise; give exit code, JSON, and what was said on stderr."""
        done = self.run("sync", "--json", *arguments)
        return done.exit_code, json.loads(done.stdout), done.stderr

    def mirrored(self, *arguments):
        code, said, _ = self.sync(*arguments)
        assert (code, said["outcome"]) == (0, "ok"), said
        return said

    def forget(self):
        """Take the mirror away, so that the next run has everything to read."""
        for file in self.folder.glob("mirror.db*"):
            file.unlink()

    @contextmanager
    def session(self, path=None):
        with connected(parse(f"sqlite:///{path or self.mirror}")) as session:
            yield session

    def living(self, path=None):
        """Give the living rows of every table, without what every request changes."""
        with self.session(path) as session:
            found = {name: session.all(sql) for name, sql in MIRRORED.items()}
            dead = {name: "deleted_at" in TABLES[name].__columns__ for name in found}
        return {
            name: [row[:-1] if dead[name] else row for row in rows if not dead[name] or row[-1]]
            for name, rows in found.items()
        }

    def tombstones(self):
        with self.session() as session:
            return {
                name: session.all(f'SELECT count(*) FROM "{name}" WHERE deleted_at IS NOT NULL')
                for name in MIRRORED
                if "deleted_at" in TABLES[name].__columns__
            }

    def watermarks(self):
        with self.session() as session:
            rows = session.all("SELECT stream, part, watermark FROM sync_watermarks")
        return {(stream, part): mark for stream, part, mark in rows if stream}

    def truth(self):
        """Give the living rows of a new mirror, made past the proxy."""
        self.configure(url=self.standin.url, database="sqlite:///truth.db")
        try:
            self.mirrored("--full")
            return self.living(self.folder / "truth.db")
        finally:
            self.configure()


@contextmanager
def served(platform):
    """Serve a platform at work; give it and the proxy before it."""
    standin, seed, _ = STANDINS[platform]
    with standin() as server, before(server) as proxy:
        seed.lively(server.state)
        yield server, proxy
