"""A small organisation at work: four projects, four people, and what they do next."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

from etl.standins.label_studio import configs, regions

if TYPE_CHECKING:
    from etl.standins.exchange import Json
    from etl.standins.label_studio.records import Project, Task
    from etl.standins.label_studio.state import State

_PEOPLE = (("ada", "Ada", "Okafor"), ("bo", "Bo", "Lindqvist"), ("chiara", "Chiara", "Neri"))
_VEHICLES = ("Car", "Bus", "Pedestrian", "Bicycle")
_MOODS = ("Positive", "Neutral", "Negative")
_FOUNDERS = ("Grace Hopper", "Alan Kay", "Mary Jackson", "Linus Holm", "Ines Duarte")
_COMPANIES = ("Aurora Robotics", "Bluefin Labs", "Cobalt Freight", "Dune Analytics")
_CITIES = ("Lisbon", "Nairobi", "Osaka", "Bergen", "Montevideo")
_REMARKS = (
    "The parcel came two days late, but the driver was kind.",
    "Great support, my problem was solved in five minutes.",
    "I have asked three times and nobody answers.",
    "The new app does what it should.",
    "Refund received. Thank you!",
    "The invoice shows the wrong address again.",
)
_DAYS = 5
_SEEN_TWICE, _SKIPPED, _AGREED = 0.6, 0.07, 0.75
_ANNOTATED_NEWS, _ANNOTATED_CALLS = 45, 50


def lively(state: State, seed: int = 1) -> None:
    """Fill an empty installation with some days of work, the same for the same seed."""
    random = Random(seed)  # noqa: S311
    with state.lock, state.clock.elsewhere(days=-_DAYS):
        _people(state)
        for build in (_street, _news, _support, _calls):
            build(state, random)
            state.clock.advance(hours=random.uniform(6, 20))


def work_a_while(state: State, seed: int = 2) -> None:
    """Let some time's work happen: new, changed, skipped and deleted rows, and predictions."""
    random = Random(seed)  # noqa: S311
    with state.lock:
        street, news, support, *_ = state.projects.values()
        _street_tasks(state, random, street, 5)
        _correct(state, random, street)
        for task in support.tasks[-4:]:
            state.add_annotation(task.id, [], 1 + random.randrange(4), was_cancelled=True)
        _propose_again(state, random, support)
        done = [task for task in news.tasks if task.annotations]
        state.delete_annotation(random.choice(done).annotations[0].id)


def _people(state: State) -> None:
    admin = state.user(1)
    admin.first_name, admin.last_name = "Deniz", "Aydin"
    for login, first_name, last_name in _PEOPLE:
        state.add_user(f"{login}@example.com", first_name, last_name)


def _street(state: State, random: Random) -> None:
    project = state.add_project("Street scenes", configs.BOXES, maximum_annotations=2)
    _street_tasks(state, random, project, 90)
    for task in project.tasks[:70]:
        boxes = [regions.rectangle(random, random.choice(_VEHICLES)) for _ in range(4)]
        _submit(state, random, task, boxes[: random.randint(1, 4)], 2)
        if random.random() < _SEEN_TWICE:
            _submit(state, random, task, [regions.moved(random, box) for box in boxes], 3)


def _street_tasks(state: State, random: Random, project: Project, count: int) -> None:
    first = len(project.tasks) + 1
    rows = [
        {
            "data": {
                "image": f"s3://street/{number:04}.jpg",
                "camera": random.choice(("north", "south")),
            },
            "meta": {"shift": random.choice(("day", "night"))},
        }
        for number in range(first, first + count)
    ]
    state.import_tasks(project.id, rows)


def _news(state: State, random: Random) -> None:
    project = state.add_project("Company news", configs.SPANS)
    for number in range(60):
        who, company = random.choice(_FOUNDERS), random.choice(_COMPANIES)
        city = random.choice(_CITIES)
        text = f"{who} founded {company} in {city} and leads it to this day."
        task = state.add_task(project.id, {"text": text, "source": f"wire-{number:03}"})
        state.clock.advance(random.uniform(1, 40))
        if number < _ANNOTATED_NEWS:
            _submit(state, random, task, _founding(random, text, who, company, city), 4)


def _founding(random: Random, text: str, who: str, company: str, city: str) -> list[Json]:
    person = regions.text_span(random, text, who, "PER")
    organisation = regions.text_span(random, text, company, "ORG")
    place = regions.text_span(random, text, city, "LOC")
    founded = regions.relation(organisation, person, "founded by")
    return [person, organisation, place, founded, regions.relation(organisation, place, "based in")]


def _support(state: State, random: Random) -> None:
    project = state.add_project("Support mood", configs.MOOD, maximum_annotations=3)
    remarks = (random.choice(_REMARKS) for _ in range(120))
    rows = [{"data": {"text": text, "ticket": 7000 + n}} for n, text in enumerate(remarks)]
    tasks = state.import_tasks(project.id, rows)
    state.import_predictions([_proposal(random, task, "mood-1") for task in tasks[:100]])
    for task in tasks[:95]:
        truth = random.choice(_MOODS)
        for person in (1, 2, 3)[: random.randint(1, 3)]:
            skipped = random.random() < _SKIPPED
            picked = truth if random.random() < _AGREED else random.choice(_MOODS)
            result = [] if skipped else [regions.choice(random, picked)]
            _submit(state, random, task, result, person, was_cancelled=skipped)


def _calls(state: State, random: Random) -> None:
    project = state.add_project("Call recordings", configs.SOUND)
    for number in range(60):
        task = state.add_task(project.id, {"audio": f"s3://calls/{number:04}.wav"})
        if number >= _ANNOTATED_CALLS:
            continue
        cuts = sorted(random.uniform(0, 60) for _ in range(random.randint(2, 5)))
        labels = ("Speech", "Noise", "Music")
        parts = [regions.segment(random, *pair, random.choice(labels)) for pair in pairwise(cuts)]
        _submit(state, random, task, parts, 2 + number % 2)


def _submit(
    state: State, random: Random, task: Task, result: list[Json], person: int, **fields: Json
) -> None:
    state.clock.advance(random.uniform(2, 90))
    lead_time = round(random.uniform(3, 120), 3)
    state.add_annotation(task.id, result, person, lead_time=lead_time, **fields)


def _correct(state: State, random: Random, project: Project) -> None:
    done = [task for task in project.tasks if task.annotations]
    for task in random.sample(done, 3):
        boxes = [regions.rectangle(random, random.choice(_VEHICLES)) for _ in range(2)]
        state.patch_annotation(task.annotations[0].id, result=boxes)


def _propose_again(state: State, random: Random, project: Project) -> None:
    chosen = random.sample(project.tasks, 20)
    state.import_predictions([_proposal(random, task, "mood-2") for task in chosen])


def _proposal(random: Random, task: Task, version: str) -> Json:
    return {
        "task": task.id,
        "result": [regions.choice(random, random.choice(_MOODS))],
        "score": round(random.uniform(0.4, 0.99), 4),
        "model_version": version,
    }
