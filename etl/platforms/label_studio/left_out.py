"""The fields that are deliberately not asked for, because of what they cost or hide.

What is left out is named, never what is wanted: so a field that a newer server has still comes.
Measured on version 1.23.2, 500 tasks a page: without these fields a page takes a third of the
time, as long as with a list of the wanted ones.
"""

from __future__ import annotations

OF_PROJECTS = frozenset(
    {
        # Counted for the account that asks, two queries a project.
        *("queue_total", "queue_done"),
        # Told by label_config.
        *("config_has_control_tags", "config_suitable_for_bulk_annotation"),
    }
)
SECRETS = frozenset({"task_data_login", "task_data_password"})
OF_TASKS = frozenset(
    {
        # A stream of their own; the caller's own; and whose texts are cut off.
        *("predictions", "drafts", "draft_exists", "annotations_results", "predictions_results"),
        # Computed from annotations and predictions, as SQL can do.
        *("completed_at", "avg_lead_time", "annotators", "annotations_ids"),
        *("predictions_score", "predictions_model_versions"),
        # Zero or empty in the Community edition, and the authors are one query a task.
        *("comment_count", "unresolved_comment_count", "last_comment_updated_at"),
        "comment_authors",
        # One query a task; `data` has the address of the file.
        "storage_filename",
    }
)
# `omit` reaches into nested annotations too: one changes on every read, one is another's name.
OF_ANNOTATIONS = frozenset({"created_ago", "created_username"})
