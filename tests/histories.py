"""What people, models and importers may do to a Label Studio, in any order.

Left out is what the ordinary sync does not find and the README says so: data and overlap written
without a stamp.
"""

import json

from hypothesis import strategies as st

from etl.standins.exchange import Request
from etl.standins.label_studio.actions import perform
from etl.standins.label_studio.call import Call
from senders import LabelStudio

RECTANGLE = {
    "id": "a",
    "type": "rectanglelabels",
    "from_name": "box",
    "to_name": "image",
    "original_width": 640,
    "original_height": 480,
    "value": {"x": 1.5, "y": 2, "width": 30, "height": 40, "rectanglelabels": ["Car", "Bus"]},
}
LATEST = 600  # seconds before long waits in which a slow import is committed: in the lookback
ITEMS = {
    "box": RECTANGLE,
    "bare box": RECTANGLE | {"value": {"x": 1, "rectanglelabels": []}},
    "choice": {"id": "b", "type": "choices", "value": {"choices": ["Ünïque 👍"]}},
    "relation": {"type": "relation", "from_id": "a", "to_id": "b", "labels": ["of"]},
    "strange": {"id": "c", "type": "strange", "novel": {"deep": [None, 1]}},
}
CONFIG = '<View><Choices name="mood" toName="t">{}</Choices><Text name="t" value="$n"/></View>'


class World(LabelStudio):
    """A Label Studio with two projects, in which things happen."""

    def __init__(self):
        super().__init__()
        for title in ("Boxes", "Moods"):
            project = self.state.add_project(title)
            self.state.import_tasks(project.id, [{"data": {"n": n}} for n in range(4)])

    def live(self, history):
        """Let a history happen, first what was written before and is committed only now."""
        self.state.release()
        for name, number, items, seconds in history:
            if seconds > LATEST:
                self.state.release()
            self.clock.advance(seconds)
            WRITES[name](self.state, number, [ITEMS[item] for item in items])
        self.clock.advance(1)


def one(rows, number):
    """Choose one of some rows, if there are any."""
    return list(rows.values())[number % len(rows)].id if rows else None


def on(kind, write):
    """Make a write that is done to one of the rows of a kind."""

    def done(state, number, items):
        key = one(getattr(state, kind), number)
        if key is not None:
            write(state, key, number, items)

    return done


def imported(state, project, number, items, **how):
    annotations = [{"result": items, "lead_time": number / 3}] * (number % 3)
    predictions = [{"result": items, "model_version": f"v{number % 2}"}] * (number % 2)
    task = {"data": {"n": number}, "annotations": annotations, "predictions": predictions}
    state.import_tasks(project, [task] * (1 + number % 5), **how)


def predicted_in_bulk(state, task, number, items):
    state.import_predictions([{"task": task, "result": items, "model_version": f"v{number % 3}"}])


def propagated(state, annotation, number, _items):
    """Copy an annotation to another task of its project, which stamps neither."""
    source = state.annotation(annotation)
    project = state.task(source.task).project
    task = state.projects[project].ids[number % len(state.projects[project].ids)]
    act(state, "propagate_annotations", project, [task], source_annotation_id=annotation)


def without_duplicates(state, project, number, _items):
    """Make some tasks equal, with a stamp; their annotations go to one, without."""
    tasks = state.projects[project].ids[number % 3 :: 3]
    for task in tasks:
        state.patch_task(task, data={"same": number})
    act(state, "remove_duplicates", project, tasks)


def act(state, name, project, tasks, **body):
    content = {"selectedItems": {"all": False, "included": list(tasks)}, **body}
    asked = Request(
        method="POST",
        path="/",
        params=[("id", name), ("project", str(project))],
        body=json.dumps(content).encode(),
    )
    perform(Call(state=state, tokens=None, request=asked, caller=state.users[1], shape=None))


WRITES = {
    "user": lambda state, number, _: state.add_user(
        f"u{len(state.users)}@example.com", str(number)
    ),
    "project": lambda state, number, _: state.add_project(f"P{number}"),
    "configure": on(
        "projects",
        lambda s, key, n, _: s.patch_project(
            key, title=f"T{n}", label_config=CONFIG.format(f'<Choice value="{n}"/>' * (n % 2))
        ),
    ),
    "task": on("projects", lambda s, key, n, _: s.add_task(key, {"n": n})),
    "edit task": on("tasks", lambda s, key, n, items: s.patch_task(key, data={"n": [n, items]})),
    "import": on("projects", imported),
    "slow import": on("projects", lambda *a: imported(*a, commit=False)),
    "annotate": on(
        "tasks", lambda s, key, n, items: s.add_annotation(key, items, 1, was_cancelled=n > 7)
    ),
    "edit annotation": on(
        "annotations", lambda s, key, n, items: s.patch_annotation(key, result=items, lead_time=n)
    ),
    "crown annotation": on(
        "annotations", lambda s, key, *_: s.patch_annotation(key, ground_truth=True)
    ),
    "delete annotation": on("annotations", lambda s, key, *_: s.delete_annotation(key)),
    "predict": on(
        "tasks", lambda s, key, n, items: s.add_prediction(key, items, model_version=f"v{n % 3}")
    ),
    "predict in bulk": on("tasks", predicted_in_bulk),
    "edit prediction": on(
        "predictions", lambda s, key, n, items: s.patch_prediction(key, score=n / 10, result=items)
    ),
    "delete task": on("tasks", lambda s, key, *_: s.delete_task(key)),
    "delete project": on(
        "projects", lambda s, key, n, _: s.delete_project(key) if n % 3 == 0 else None
    ),
    "propagate": on("annotations", propagated),
    "remove duplicates": on("projects", without_duplicates),
    "delete prediction": on("predictions", lambda s, key, *_: s.delete_prediction(key)),
}

HISTORY = st.lists(
    st.tuples(
        st.sampled_from(sorted(WRITES)),
        st.integers(0, 9),
        st.lists(st.sampled_from(sorted(ITEMS)), max_size=3),
        st.sampled_from([0.001, 1.0, 59.5, 3600.0]),
    ),
    max_size=10,
)
HISTORIES = st.lists(HISTORY, min_size=1, max_size=4)
