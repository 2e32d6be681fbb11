"""What the reference leaves open or saw in two ways, to be set from a test."""

from dataclasses import dataclass


@dataclass(kw_only=True)
class Quirks:
    """Each default is what the documents say, or what their samples show.

    `int_ids` and `str_ids` keep or drop the two generations of V1 ids, `numeric_str_id`
    shows `etlStrId` as a number as a sample does. `text_status` writes the envelope's
    status as "200". `null_items` shows an empty V1 list as null, `repeating` serves
    its first page at any offset, and `flipping` turns the order of equal start times
    around at every request. `lost_marker` says what a marker of a deleted row leads to:
    `error`, `empty` or `next`; `unknown_parent` is `error` or `empty`; `endless` lists
    claim for ever that more follows. `etl_order` is that of etl/list, of which no document
    tells: `newest` first, `oldest` first, or by `key`; `turned` lists V2 the other way
    around. `param_status` is the HTTP status of form A.
    """

    int_ids: bool = True
    str_ids: bool = True
    numeric_str_id: bool = False
    text_status: bool = False
    null_items: bool = False
    repeating: bool = False
    flipping: bool = False
    endless: bool = False
    lost_marker: str = "error"
    unknown_parent: str = "error"
    etl_order: str = "newest"
    turned: bool = False
    param_status: int = 200
