"""Platforms that live on while runs come, are killed and come again: the mirror is what they are.

After every clean run `verify --deep` names nothing, the tombstones are what is gone and nothing
else, and an idle run writes nothing. `ANNOMIRROR_HISTORIES=1000` plays so many histories of each
platform, new ones every time.
"""

import os
from contextlib import suppress

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import rule, run_state_machine_as_test
from msgspec.structs import replace

import annotators
from accounts import IDS, KINDS, Account
from annotators import Annotator
from etl.platforms.coco_annotator import annotating
from etl.platforms.label_studio import predicting, proof
from etl.platforms.qianfan import marked, reading, resuming
from etl.platforms.qianfan import walks as offsets
from etl.standins.coco_annotator import catalogue, chores, work
from etl.standins.coco_annotator.documents import Missing
from etl.standins.label_studio.refusals import Refusal
from histories import ITEMS, WRITES
from labelling import Server
from machines import Machine, chosen
from mirror import SOURCE

HISTORIES = os.environ.get("ANNOMIRROR_HISTORIES")
PLAYED = settings(
    phases=[Phase.generate],
    max_examples=int(HISTORIES or 16),
    stateful_step_count=30 if HISTORIES else 8,
    derandomize=not HISTORIES,
    print_blob=bool(HISTORIES),
)
PAUSES = (0.001, 1.0, 59.5, 3600.0)


class LabelStudio(Machine):
    """Left out: what the README says the ordinary sync does not find, which is read whole."""

    happenings = (
        *("write",) * 4,
        *("delete_something",) * 3,
        "write_silently",
        "move_a_project_out_of_sight_or_back",
        "remove_somebody_or_let_them_back",
    )

    def begin(self):
        self.sender = Server()
        self.source = replace(SOURCE, page_size=3)
        self.state, self.hidden = self.sender.state, set()
        for title in ("Boxes", "Moods"):
            project = self.state.add_project(title)
            self.state.import_tasks(project.id, [{"data": {"n": n}} for n in range(4)])

    def alive(self):
        hidden = {key for key, p in self.state.projects.items() if p.organization != 1}
        tasks = {key for key, task in self.state.tasks.items() if task.project not in hidden}

        def within(found):
            return {key for key, one in found.items() if one.task in tasks}

        return {
            "label_studio_users": {k for k, one in self.state.users.items() if one.organization},
            "label_studio_projects": set(self.state.projects) - hidden,
            "label_studio_tasks": tasks,
            "label_studio_annotations": within(self.state.annotations),
            "label_studio_predictions": within(self.state.predictions),
        }

    def write(self, number, other):
        name, item = (
            sorted(WRITES)[(number + 10 * other) % len(WRITES)],
            sorted(ITEMS)[other % len(ITEMS)],
        )
        self.sender.clock.advance(PAUSES[other % len(PAUSES)])
        if name == "delete project":
            self.state.release()  # an import still under way would fail with it
        with suppress(Refusal):  # nobody acts on a project that is out of sight
            WRITES[name](self.state, number, [ITEMS[item]])

    def delete_something(self, number, other):
        name = ("delete task", "delete annotation", "delete prediction")[other % 3]
        WRITES[name](self.state, number, [])

    def write_silently(self, number, other):
        """Neither stamp nor number tells of these: full_every does."""
        kind = ("data", "overlap", "person")[other % 3]
        task, project = chosen(self.state.tasks, number), chosen(self.state.projects, number)
        person = chosen(set(self.state.users) - {1}, number)
        if kind == "data" and task:
            self.state.set_data_silently(task, silent=number)
        elif kind == "overlap" and project:
            self.state.patch_project(project, maximum_annotations=1 + number % 3)
        elif kind == "person" and person:
            self.state.delete_user(person)
        self.silent = True

    def move_a_project_out_of_sight_or_back(self, number, _other):
        key = chosen(self.state.projects, number)
        if key:
            project = self.state.projects[key]
            project.organization = 3 - project.organization

    def remove_somebody_or_let_them_back(self, number, _other):
        if person := chosen(set(self.state.users) - {1}, number):
            there = self.state.users[person].organization
            (self.state.remove_member if there else self.state.restore_member)(person)

    @rule()
    def lose_the_account_for_a_run(self):
        before = self.buried()
        self.state.remove_member(1)
        assert {report.outcome for report in self.run()} == {"failed"}
        self.state.restore_member(1)
        assert self.buried() == before

    def wait(self):
        self.state.release()
        self.sender.clock.advance(3600)  # later than any lookback


class CocoAnnotator(Machine):
    """All is read whole by every run; the array of annotations too, unless it is long."""

    refusals = (Missing,)  # what lies in an erased dataset cannot be worked on
    happenings = (
        *("annotate",) * 3,
        *("annotate_by_script", "redraw", "change_behind_its_back", "add_an_image"),
        *("delete", "undo_or_erase", "wipe_out", "export", "hire_or_dismiss"),
    )

    def begin(self):
        self.sender = Annotator()
        self.source = annotators.source(page_size=3)
        self.state = self.sender.state
        labels = [catalogue.add_category(self.state, name)["id"] for name in ("car", "bus")]
        for name in ("street", "harbour"):
            dataset = catalogue.add_dataset(self.state, name, categories=labels)
            for n in range(4):
                catalogue.add_image(self.state, dataset["id"], f"{n}.jpg")

    def alive(self):
        return {
            annotators.table(kind): {
                row["username"] if kind == "users" else row["id"]
                for row in annotators.living(self.state, kind)
            }
            for kind in annotators.KINDS
        }

    def one(self, kind, number):
        return chosen(self.state.collection(kind).rows, number)

    def annotate(self, number, other):
        self.sender.clock.advance(PAUSES[other % len(PAUSES)])
        image, label = self.one("images", number), self.one("categories", number)
        if image and label:
            drawn = {"segmentation": [[0, 0, 9 + number, 0, 9, 9]], "milliseconds": 7}
            work.annotate(self.state, image, "admin", [(label, drawn)])

    def annotate_by_script(self, number, other):
        kind = ("post", "put", "delete")[other % 3]
        image, annotation = self.one("images", number), self.one("annotations", number)
        if kind == "post" and image:
            work.post_annotation(self.state, image, self.one("categories", number))
        elif kind == "put" and annotation:
            work.put_annotation(self.state, annotation, self.one("categories", number + 1))
        elif kind == "delete" and annotation:
            work.delete_annotation(self.state, annotation)

    def redraw(self, number, _other):
        key = self.one("annotations", number)
        if key and (image := self.state.annotations.get(key)["image_id"]) in self.state.images.rows:
            drawn = {"id": key, "segmentation": [[1, 1, 5, 1, number + 5, 5]]}
            work.save_image(self.state, image, "admin", [drawn])

    def change_behind_its_back(self, number, other):
        kind = ("images", "annotations", "datasets", "categories")[other % 4]
        key = self.one(kind, number)
        if key:
            name = {"images": "width", "annotations": "area"}.get(kind, "name")
            self.state.edit(
                kind, key, **{name: number if kind in "images annotations" else f"x{number}"}
            )

    def add_an_image(self, number, other):
        name = "abcdef"[other % 6]
        dataset = self.one("datasets", number)
        place = f"{name}/{len(self.state.images.rows)}-{number}.jpg"
        taken = {row["path"] for row in self.state.images.rows.values()}
        if dataset and self.state.datasets.get(dataset)["directory"] + place not in taken:
            catalogue.add_image(self.state, dataset, place)

    def delete(self, number, other):
        kind = ("datasets", "images", "categories")[other % 3]
        deletes = {
            "datasets": catalogue.delete_dataset,
            "images": catalogue.delete_image,
            "categories": catalogue.delete_category,
        }
        key = self.one(kind, number)
        if key:
            deletes[kind](self.state, key)

    def undo_or_erase(self, number, other):
        kind = ("datasets", "images", "categories", "annotations")[other % 4]
        rows = self.state.collection(kind).rows
        key = chosen([key for key, row in rows.items() if row["deleted"]], number)
        if key:
            (catalogue.erase if number % 3 == 0 else catalogue.undo)(self.state, kind, key)

    def wipe_out(self, number, other):
        kind = ("annotations", "annotations", "categories")[other % 3]
        if key := self.one(kind, number):
            catalogue.erase(self.state, kind, key)

    def export(self, number, _other):
        dataset = self.one("datasets", number)
        if dataset:
            chores.export(self.state, dataset, ["COCO"])

    def hire_or_dismiss(self, number, _other):
        name = f"u{number}"
        if name in self.state.users:
            self.state.delete_user(name)
        else:
            self.state.add_user(name)

    @rule()
    def be_no_administrator_for_a_run(self):
        """What is not shown to the account is not gone."""
        self.wait()
        self.well()
        before = self.buried()
        self.state.users["admin"]["is_admin"] = False
        for dataset in self.state.datasets.rows.values():
            dataset["owner"] = "somebody"
        self.run()
        assert {t: ids - before[t] for t, ids in self.buried().items() if ids - before[t]} == {}
        self.state.users["admin"]["is_admin"] = True
        for dataset in self.state.datasets.rows.values():
            dataset["owner"] = "admin"


class LargeCocoAnnotator(CocoAnnotator):
    """Annotations by changed images: what leaves no trace there is read a day later."""

    def wait(self):
        self.sender.clock.advance(25 * 3600)


class Qianfan(Machine):
    """Lists that are long are read whole once a day, and before each clean run a day goes by."""

    happenings = (
        *("begin_something", "go_on", "make_progress", "rename", "delete", "delete_a_dataset"),
    )

    def begin(self):
        self.account = self.opened(Account())
        self.source = self.account.source
        self.sender = self.account.client()
        self._open.callback(self.sender.close)
        self.state = self.account.state
        for number in range(5):
            self.account.clock.advance(60)
            self.state.add_dataset(f"d{number}")
            self.state.add_enhance(f"e{number}", status=2)
            self.state.add_etl(status=2)
            self.state.add_text_augment(f"t{number}", status="Succeeded")
            self.state.add_inference(f"i{number}", status="Done")

    def alive(self):
        return {
            f"qianfan_{stream}": {
                str(row[IDS.get(stream, ("taskId", None))[0]]) for row in self.state.truth(kind)
            }
            for stream, kind in KINDS.items()
        }

    def one(self, kind, number):
        keys = self.state.keys(kind)
        return keys[number % len(keys)] if keys else None

    def begin_something(self, number, other):
        self.account.clock.advance(PAUSES[other % len(PAUSES)])
        version = self.one("dataset_versions", number)
        begins = (
            lambda: self.state.add_enhance(f"e{number}", source=version, status=number % 5),
            lambda: self.state.add_etl(source=version),
            lambda: self.state.add_text_augment(f"t{number}", source=version),
            lambda: self.state.add_inference(f"i{number}"),
            lambda: self.state.add_job(f"j{number}"),
            lambda: self.state.add_dataset(f"d{number}", versions=number % 3),
        )
        begins[number % len(begins)]()

    def go_on(self, number, _other):
        dataset, job = self.one("datasets", number), self.one("finetune_jobs", number)
        if dataset and number % 2:
            self.state.add_version(dataset)
        elif job:
            self.state.add_finetune(job)

    def make_progress(self, number, _other):
        moves = (
            ("enhance_tasks", self.state.progress_enhance, number % 5),
            ("etl_tasks", self.state.progress_etl, 1 + number % 5),
            ("text_augment_tasks", self.state.progress_text_augment, "Failed"),
            ("finetune_tasks", self.state.progress_finetune, "Done"),
            ("batch_inference_tasks", self.state.progress_inference, "Running"),
        )
        kind, move, status = moves[number % len(moves)]
        if key := self.one(kind, number):
            move(key, status)

    def rename(self, number, _other):
        if key := self.one("datasets", number):
            self.state.rename_dataset(key, f"renamed {number}")

    def delete(self, number, other):
        kinds = ("enhance_tasks", "etl_tasks", "text_augment_tasks", "batch_inference_tasks")
        kind = kinds[other % 4]
        if key := self.one(kind, number):
            self.state.delete(kind, key)

    def delete_a_dataset(self, number, _other):
        if key := self.one("datasets", number):
            self.state.delete_dataset(key)

    def wait(self):
        self.account.clock.advance(25 * 3600)


TINY = (
    *((module, "SHORT", 3) for module in (reading, marked, offsets)),
    (resuming, "EVERY", 1),
    (predicting, "WHOLE_LISTING", 0),
    (predicting, "SLICE", 2),
    (proof, "SMALL", 1),
)
MACHINES = {
    "label_studio": (LabelStudio, ()),
    "label_studio-tiny": (LabelStudio, TINY),
    "coco_annotator": (CocoAnnotator, ()),
    "coco_annotator-large": (LargeCocoAnnotator, ((annotating, "WHOLE_ARRAY", 0),)),
    "qianfan": (Qianfan, ()),
    "qianfan-long": (Qianfan, TINY),
}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"] if HISTORIES else ["sqlite"])
@pytest.mark.parametrize("name", MACHINES)
def test_whatever_happens_the_mirror_is_what_its_source_is(request, monkeypatch, name, database):
    machine, patches = MACHINES[name]
    new_mirror = request.getfixturevalue(f"new_{database}")
    for patch in patches:
        monkeypatch.setattr(*patch)
    run_state_machine_as_test(lambda: machine(new_mirror), settings=PLAYED)
