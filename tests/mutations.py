"""Ways to break the program on purpose, each with the tests that must notice.

`test_mutations.py` applies them one by one; what it shows stands in `tests/README.md`.
"""

from typing import NamedTuple

DELETIONS = "tests/platforms/label_studio/test_deletions.py"
LS_WALKS = "tests/platforms/label_studio/test_walks.py"
ADDING_UP = "tests/platforms/label_studio/test_adding_up.py"
FUTURE = "tests/platforms/label_studio/test_future_stamps.py"
COCO_IMAGES = "tests/platforms/coco_annotator/test_coco_images.py"
COCO_GATE = "tests/platforms/coco_annotator/test_coco_gate.py"
HALVING_V1 = "tests/platforms/qianfan/test_halving_v1.py"
POSITIONS = "tests/test_positions.py"
REALM = "tests/platforms/qianfan/test_realm.py"
MOVING = "tests/platforms/qianfan/test_moving_v1.py"
VERIFY = "tests/test_verify.py"
STRAYS = "tests/test_strays.py"
CADENCE = "tests/test_cadence.py"


class Mutation(NamedTuple):
    """What is broken, where: `old` becomes `new`; and which tests are to fail."""

    broken: str
    file: str
    old: str
    new: str
    tests: str
    chosen: str = ""


MUTATIONS = (
    Mutation(
        "pages before the last one are dropped",
        "etl/sync.py",
        "batch = plan.transform(page.records)",
        "batch = plan.transform(page.records if page.last else [])",
        "tests/test_sync.py",
        "begins_commits",
    ),
    Mutation(
        "a record falls between two pages",
        "etl/paging.py",
        "after = last_id(found.records, after) if found.records else after",
        "after = last_id(found.records, after) + 1 if found.records else after",
        LS_WALKS,
    ),
    Mutation(
        "an answer of 404 is swallowed",
        "etl/parts.py",
        "        self.failures[part] = error",
        "        if error.status != 404: self.failures[part] = error",
        DELETIONS,
        "answers_no",
    ),
    Mutation(
        "an answer of 404 is an empty list",
        "etl/verdict.py",
        "    if answer.status >= REFUSAL:",
        "    if answer.status >= REFUSAL and answer.status != 404:",
        "tests/test_client.py",
    ),
    Mutation(
        "the watermark moves with the first page",
        "etl/platforms/label_studio/window.py",
        'return Position(start.position.watermark, {**state, "after": after}, unfinished=True)',
        'return Position(state["newest"], {"asked": state["asked"]})',
        LS_WALKS,
        "last_page",
    ),
    Mutation(
        "the watermark is the newest stamp after the last page",
        "etl/platforms/label_studio/window.py",
        'found = {"since": since, "newest": latest(newest, watermark),',
        'found = {"since": since, "newest": "2999-01-01 00:00:00.000000",',
        LS_WALKS,
        "watermark",
    ),
    Mutation(
        "a stamp in the future is believed",
        "etl/platforms/label_studio/window.py",
        "    if not _is_ahead(start, stamp, answer):",
        "    if True:",
        FUTURE,
        "never_lies_beyond",
    ),
    Mutation(
        "a watermark in the future is believed",
        "etl/platforms/label_studio/window.py",
        "return (None, None) if _is_ahead(start, watermark, answer) else (watermark, start.since)",
        "return watermark, start.since",
        FUTURE,
        "healed",
    ),
    Mutation(
        "the lookback is not taken off",
        "etl/load.py",
        "since = times.earlier(mark, source.lookback) if mark and not settled else mark",
        "since = mark",
        "tests/cli/test_cli_changes.py",
    ),
    Mutation(
        "a mass deletion is believed",
        "etl/guard.py",
        "if gone.count > few and gone.count > self._most_deleted * gone.among:",
        "if False:",
        f"{DELETIONS} tests/test_merge.py",
        "refused",
    ),
    Mutation(
        "a mass deletion is believed if it is found in pieces",
        "etl/load.py",
        "            for gone in page.gone:",
        "            for gone in ():",
        DELETIONS,
        "two_places",
    ),
    Mutation(
        "a mass deletion is believed if whole projects went",
        "etl/load.py",
        "            self._refuse_too_many_orphans(parent)\n",
        "",
        DELETIONS,
        "go_with_their_projects",
    ),
    Mutation(
        "a mass deletion is believed if it is of annotations",
        "etl/platforms/label_studio/window.py",
        "    if gone := lost(there, start.known):",
        "    if gone := []:",
        DELETIONS,
        "too_many_annotations",
    ),
    Mutation(
        "a mass deletion is believed if others have the same ids",
        "etl/guard.py",
        "        if count > FEW_DELETED and self._most_deleted < 1:",
        "        if False:",
        DELETIONS,
        "became_others or many_small_pages_replace",
    ),
    Mutation(
        "an account in no organisation is believed",
        "etl/platforms/label_studio/login.py",
        "    if found is None:",
        "    if found == 0:",
        DELETIONS,
        "removed_from_its_organisation",
    ),
    Mutation(
        "another organisation is believed",
        "etl/ledger.py",
        "if found is not None and not accept:",
        "if False:",
        DELETIONS,
        "another_organisation",
    ),
    Mutation(
        "the keys of another account are believed",
        "etl/realm.py",
        "    return not held",
        "    return True",
        REALM,
        "another_account",
    ),
    Mutation(
        "a list that is empty all at once is believed",
        "etl/platforms/qianfan/reading.py",
        "doubtful=not ids)",
        "doubtful=False)",
        REALM,
        "empty_all_at_once",
    ),
    Mutation(
        "a listing that does not add up counts as complete",
        "etl/paging.py",
        "proven = last and totals == {len(ids)} and seen == announced",
        "proven = last",
        "tests/test_paging.py",
        "add_up",
    ),
    Mutation(
        "a listing with a record set aside counts as complete",
        "etl/load.py",
        "if page.complete and names_all(page.complete, batch):",
        "if page.complete:",
        "tests/test_merge.py",
        "reject",
    ),
    Mutation(
        "deletions are not looked for",
        "etl/parts.py",
        "if self.stream.proof:",
        "if False:",
        DELETIONS,
        "deleted_task_is_found",
    ),
    Mutation(
        "nobody counts the annotations of a task",
        "etl/load.py",
        "odd = self._digests.odd(part) if span == Span() else ()",
        "odd = ()",
        ADDING_UP,
        "that_are_missing",
    ),
    Mutation(
        "a task that does not add up is believed by its hash",
        "etl/load.py",
        "            if page.thorough:",
        "            if False:",
        ADDING_UP,
        "that_are_missing",
    ),
    Mutation(
        "a task that never adds up is read at every run",
        "etl/platforms/label_studio/proof.py",
        'odd = here.odd if _noted(here.odd) != note.get("odd") else ()',
        "odd = here.odd",
        ADDING_UP,
        "wrong_upstream",
    ),
    Mutation(
        "an id that is used again is the same record",
        "etl/table.py",
        "        return not compare.same(old[made], row[made], self.sql.kinds[made])",
        "        return False",
        DELETIONS,
        "same_id",
    ),
    Mutation(
        "a removed person is renamed",
        "etl/platforms/label_studio/walks.py",
        'return not (person.first_name == person.email == "Deleted")',
        "return True",
        DELETIONS,
        "keeps_the_name_that",
    ),
    Mutation(
        "what is gone takes its last values along",
        "etl/statements.py",
        'return f"UPDATE {self._name} SET deleted_at = {mark}, synced_at = {mark}"',
        'return f"UPDATE {self._name} SET extra = NULL, deleted_at = {mark}, synced_at = {mark}"',
        DELETIONS,
        "keeps_what",
    ),
    Mutation(
        "images are read from the first page to the last",
        "etl/platforms/coco_annotator/images.py",
        'for number in range(-(-listing(answer, "images").number("total") // size), 0, -1):',
        'for number in range(1, 1 - -listing(answer, "images").number("total") // size):',
        COCO_IMAGES,
        "backwards",
    ),
    Mutation(
        "images that the list names and no page gives are forgotten",
        "etl/platforms/coco_annotator/images.py",
        "    if lost := wanted - found.ours:",
        "    if lost := set():",
        COCO_IMAGES,
        "never_given",
    ),
    Mutation(
        "pages of a moving list do not overlap",
        "etl/platforms/qianfan/turning.py",
        "before, step, alone = rows.ids, max(len(rows.ids) - 1, 1), False",
        "before, step, alone = rows.ids, max(len(rows.ids), 1), False",
        MOVING,
    ),
    Mutation(
        "a total that shrank is no matter",
        "etl/platforms/qianfan/walks.py",
        'return found | ({"lost": True} if lost or before.get("lost") else {})',
        "return found",
        HALVING_V1,
        "one_deletion",
    ),
    Mutation(
        "what was lost is forgotten if the run is killed",
        "etl/platforms/qianfan/walks.py",
        'return found | ({"lost": True} if lost or before.get("lost") else {})',
        'return found | {"lost": bool(lost)}',
        HALVING_V1,
        "killed",
    ),
    Mutation(
        "deletions are concluded from a reading that was disturbed",
        "etl/platforms/qianfan/walks.py",
        "return in_order and not reading.stepped and len(reading.seen) == total",
        "return True",
        MOVING,
    ),
    Mutation(
        "a state that makes no sense is taken for none",
        "etl/positions.py",
        "            raise self.senseless(part, error) from error",
        "            found = Position()",
        POSITIONS,
        "edited_is_named",
    ),
    Mutation(
        "a token shows in a repr",
        "etl/stream.py",
        '        return "Secret(***)"',
        '        return f"Secret({self._value})"',
        "tests/test_settings.py",
        "repr",
    ),
    Mutation(
        "redirects are followed",
        "etl/client.py",
        "            timeout=httpx.Timeout(self._source.timeout, connect=10.0),",
        "            timeout=httpx.Timeout(self._source.timeout, connect=10.0),\n"
        "            follow_redirects=True,",
        "tests/test_client.py",
        "redirect",
    ),
    Mutation(
        "a task without the list of its predictions has none",
        "etl/platforms/label_studio/walks.py",
        "    predictions: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET",
        "    predictions: list[msgspec.Raw] = []",
        LS_WALKS,
        "without_the_list",
    ),
    Mutation(
        "a record without one of its lists has an empty one",
        "etl/transform.py",
        "        elif records is msgspec.UNSET:",
        "        elif False:",
        "tests/test_transform.py",
        "without_one_of_its_lists",
    ),
    Mutation(
        "each page of predictions is judged by itself",
        "etl/platforms/label_studio/walks.py",
        "            return Page(here, Position(start.position.watermark, at, unfinished=True), "
        "total)",
        "            complete = _Ids.complete(records, 'task_id', tasks)\n"
        "            unfinished = Position(start.position.watermark, at, unfinished=True)\n"
        "            return Page(here, unfinished, total, complete)",
        DELETIONS,
        "many_small_pages",
    ),
    Mutation(
        "a walk that was cut concludes from the rest what is gone",
        "etl/platforms/label_studio/walks.py",
        "        complete = None if cut else records.complete(column, values)",
        "        complete = records.complete(column, values)",
        LS_WALKS,
        "was_cut",
    ),
    Mutation(
        "each image of many is judged by itself",
        "etl/platforms/coco_annotator/annotating.py",
        "        yield Page(records, total=left)\n        left -= 1",
        "        one = Complete('id', ids, frozenset(found))\n"
        "        yield Page(records, total=left, complete=one)\n        left -= 1",
        COCO_GATE,
        "refused_as_a_whole",
    ),
    Mutation(
        "what lies in an image that is hidden is gone",
        "etl/platforms/coco_annotator/annotating.py",
        "return start.identity.sees_all or (yield from _shown(image)) is not None",
        "return start.identity.sees_all or ((yield from _shown(image)) or True)",
        COCO_GATE,
        "hidden_meanwhile",
    ),
    Mutation(
        "what has no predictions leaves no position",
        "etl/platforms/label_studio/walks.py",
        "        yield Page([], Position(watermark, state), complete=none, last=True)",
        "        yield Page([], complete=none)",
        CADENCE,
        "due_for_ever",
    ),
    Mutation(
        "everything is never read again",
        "etl/cadence.py",
        "return last is None or not times.earlier(now, every) <= last <= now",
        "return False",
        CADENCE,
    ),
    Mutation(
        "everything is read again at every run",
        "etl/cadence.py",
        "return last is None or not times.earlier(now, every) <= last <= now",
        "return True",
        CADENCE,
    ),
    Mutation(
        "verify accuses at the first look",
        "etl/checking.py",
        "for p, d in second.everything.items() if second.confirms(first, p)}",
        "for p, d in first.everything.items()}",
        VERIFY,
        "between_two_looks",
    ),
    Mutation(
        "verify accuses what was written meanwhile",
        "etl/inspection.py",
        "if mark and at and at > mark}",
        "if False}",
        VERIFY,
        "while_it_is_read",
    ),
    Mutation(
        "verify compares the mirror's hashes, not its rows",
        "etl/differences.py",
        "uneven = [c for c in self._compared if not compare.same(old[c.at], row[c.at], c.kind)]",
        "uneven = self._compared if hashes[entry.key] != entry.content_hash else []",
        "tests/cli/test_cli_verify.py",
        "named_exactly",
    ),
    Mutation(
        "repair believes the mirror's hashes",
        "etl/mend.py",
        "return self._merge.mend(entries, times.now())",
        "return self._merge.entries(entries, times.now())",
        "tests/cli/test_cli_verify.py",
        "repair",
    ),
    Mutation(
        "verify overlooks what the source does not have",
        "etl/differences.py",
        "            if key not in complete.ids:",
        "            if False:",
        "tests/cli/test_cli_verify.py",
        "named_exactly",
    ),
    Mutation(
        "verify looks only once at JSON that is spelled otherwise",
        "etl/differences.py",
        "compare.plain(row[c.at], c.kind)",
        "row[c.at]",
        VERIFY,
        "spelled_otherwise",
    ),
    Mutation(
        "verify goes on where a run was cut",
        "etl/inspection.py",
        "        if not start.position.unfinished:",
        "        if True:",
        VERIFY,
        "was_cut",
    ),
    Mutation(
        "verify accuses what lies in nothing without looking for it",
        "etl/strays.py",
        "return key in read or (key not in held and gone)",
        "return True",
        STRAYS,
    ),
    Mutation(
        "verify does not look for what lies in nothing",
        "etl/checking.py",
        "for part in () if deep else self._doubtful(parts):",
        "for part in ():",
        STRAYS,
    ),
    Mutation(
        "a repair may bury a project if the source is large",
        "etl/mend.py",
        'by, value = (split.column, part_key(split, part)) if split else ("source", source)',
        'by, value = ("source", source)',
        STRAYS,
        "most_of_a_project",
    ),
    Mutation(
        "a repair may bury any number of strays",
        "etl/mend.py",
        "if gone and not table.layout.owner:",
        "if False:",
        STRAYS,
        "most_strays",
    ),
    Mutation(
        "annotations that no category counts are not looked at",
        "etl/platforms/coco_annotator/checking.py",
        'here: dict[int | None, int] = yield Tally("category_id")',
        'here = {key: n for key, n in (yield Tally("category_id")).items() if key}',
        "tests/platforms/coco_annotator/test_coco_checking.py",
        "nobody_counts",
    ),
)
