"""A user who imports: a folder, a configuration, the command, and a look at server and mirror."""

import json
import sqlite3
from contextlib import closing

from click.testing import CliRunner

from etl.cli import main
from etl.standins.faults import Fault


def image(number, **more):
    """Make a task that the labelling interface has everything of."""
    return {"data": {"image": f"{number}.jpg", "n": number, **more}}


def without(number):
    """Make a task that lacks what the labelling interface shows."""
    return {"data": {"n": number}}


class Died(BaseException):
    """What no handler of the program expects, as of SIGKILL."""


class Importer:
    """What a user has who puts tasks into a project."""

    def __init__(self, folder, server, project):
        self.folder, self.server, self.project = folder, server, project
        self.configure()

    def configure(self, *lines, token=None):
        (self.folder / "annomirror.toml").write_text(
            f'[sources.labels]\nplatform = "label_studio"\nurl = "{self.server.url}"\n'
            f'token = "{token or self.server.token}"\n' + "".join(f"{line}\n" for line in lines)
        )

    def file(self, content, name="tasks.jsonl"):
        """Write a file to be imported."""
        if not isinstance(content, (str, bytes)):
            content = "".join(json.dumps(record) + "\n" for record in content)
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    def run(self, *arguments, stdin=None):
        return CliRunner().invoke(main, arguments, input=stdin, catch_exceptions=False)

    def put(self, *arguments, stdin=None, project=None):
        """Import; give the exit code and the JSON object."""
        into = () if "--resume" in arguments else ("labels", "--project", str(self._id(project)))
        done = self.run("import", *into, "--json", *arguments, stdin=stdin)
        return done.exit_code, json.loads(done.stdout)

    def imported(self, *arguments, **how):
        """Import, which must go well; give the counts of lines."""
        code, said = self.put(*arguments, **how)
        assert (code, said["outcome"]) == (0, "ok"), said
        return {n: said[n] for n in ("created", "updated", "skipped", "rejected") if said[n]}

    def cut(self, file, *options):
        """Import until the second batch is refused a connection for good."""
        self.goes_wrong(skip=1, times=None, status=403, body=b'{"detail": "closed"}')
        code, _ = self.put(file, "--batch-size", "3", *options)
        assert code == 1
        self.server.faults.clear()

    def _id(self, project):
        return self.project.id if project is None else project

    @property
    def posting(self):
        """Give the address that tasks are sent to."""
        return f"/api/projects/{self.project.id}/import"

    def goes_wrong(self, **fault):
        """Plan what goes wrong with what is sent to be imported."""
        self.server.faults.append(Fault(method="POST", path=self.posting, **fault))

    def asked(self, happens):
        """Let `happens` see each request with its answer, and perhaps give another one."""
        answer = self.server.server.app.answer

        def answered(request):
            said = answer(request)
            return happens(request, said) or said

        self.server.server.app.answer = answered

    def once(self, numbers=range(1, 8)):
        """Make sure that every line is one task, and the books and the mirror know which."""
        numbers = list(numbers)
        assert self.numbers == numbers
        assert self.items("position", "outcome") == [(n, "created") for n in numbers]
        keys = dict(self.items("position", "task_id"))
        assert {n: self.there[keys[n]]["n"] for n in numbers} == {n: n for n in numbers}
        assert self.mirrored() == self.there
        assert [s for (s,) in self.batches("status") if s != "completed"] == []

    @property
    def there(self):
        """Give what the project holds, by the id of the task."""
        tasks = self.server.state.project(self.project.id).tasks
        return {task.id: json.loads(task.data) for task in tasks}

    @property
    def numbers(self):
        """Give the number of each task of the project, those that are there twice twice."""
        return sorted(data["n"] for data in self.there.values())

    def rows(self, sql, *values):
        path = f"file:{self.folder / 'mirror.db'}?mode=ro"
        with closing(sqlite3.connect(path, uri=True)) as connection:
            return connection.execute(sql, values).fetchall()

    def writes(self, sql):
        """Change the books, as no run of today would leave them."""
        with closing(sqlite3.connect(self.folder / "mirror.db")) as connection, connection:
            connection.execute(sql)

    def items(self, *columns, where="1 = 1"):
        """Give columns of the lines in the books, in the order of their file."""
        names = ", ".join(columns)
        return self.rows(
            f"SELECT {names} FROM label_studio_import_items WHERE {where} ORDER BY position"
        )

    def batches(self, *columns):
        names = ", ".join(columns)
        return self.rows(f"SELECT {names} FROM label_studio_imports ORDER BY id")

    def mirrored(self):
        """Give what the mirror has of the project, by the id of the task."""
        rows = self.rows("SELECT id, data FROM label_studio_tasks WHERE deleted_at IS NULL")
        return {key: json.loads(data) for key, data in rows}

    def posts(self, *, tasks=True):
        """Give the bodies that were sent to be imported; those of probes if not `tasks`."""
        sent = [r for r in self.server.requests if r.method == "POST" and r.path.endswith("import")]
        return [
            json.loads(request.body)
            for request in sent
            if (request.param("commit_to_project") != "false") is tasks
        ]
