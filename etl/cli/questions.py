"""The questions the demo asks its mirror: what each is good for, and the SQL of it."""

QUESTIONS = (
    (
        "Who annotated how much, on whichever platform?",
        """\
SELECT person, sum(in_label_studio) AS in_label_studio, sum(in_coco_annotator) AS in_coco_annotator
FROM (
  SELECT lower(u.first_name) AS person, 1 AS in_label_studio, 0 AS in_coco_annotator
  FROM label_studio_annotations a
  JOIN label_studio_users u ON u.source = a.source AND u.id = a.completed_by_id
  WHERE a.deleted_at IS NULL AND NOT a.was_cancelled
  UNION ALL
  SELECT creator, 0, 1 FROM coco_annotator_annotations WHERE deleted_at IS NULL
) GROUP BY person ORDER BY person""",
    ),
    (
        "On which tickets do the annotators disagree?",
        """\
SELECT json_extract(t.data, '$.ticket') AS ticket, group_concat(DISTINCT l.label) AS answers,
       json_extract(t.data, '$.text') AS text
FROM label_studio_tasks t
JOIN label_studio_annotations a ON a.source = t.source AND a.task_id = t.id
JOIN label_studio_result_labels l ON l.source = a.source AND l.owner_id = a.id
WHERE l.owner = 'annotation' AND l.deleted_at IS NULL AND NOT a.was_cancelled
  AND t.project_id = (SELECT id FROM label_studio_projects WHERE title = 'Support mood')
GROUP BY t.id HAVING count(DISTINCT l.label) > 1 ORDER BY ticket LIMIT 5""",
    ),
    (
        "Which augmentation runs failed this week, and why?",
        """\
SELECT name, source_dataset_name AS dataset, fail_reason, finish_time
FROM qianfan_augmentation_tasks
WHERE status_name = 'failed' AND finish_time >= datetime('now', '-7 days')
  AND deleted_at IS NULL
ORDER BY finish_time DESC LIMIT 5""",
    ),
    (
        "What changed since the first sync, on all three?",
        """\
SELECT what, sum(first_synced_at > r.started_at) AS new,
       sum(first_synced_at < r.started_at AND synced_at > r.started_at
           AND deleted_at IS NULL) AS edited,
       sum(deleted_at IS NOT NULL AND synced_at > r.started_at) AS deleted
FROM (
  SELECT 'annotations in Label Studio' AS what, first_synced_at, synced_at, deleted_at
  FROM label_studio_annotations
  UNION ALL
  SELECT 'annotations in COCO Annotator', first_synced_at, synced_at, deleted_at
  FROM coco_annotator_annotations
  UNION ALL
  SELECT 'augmentation runs in Qianfan', first_synced_at, synced_at, deleted_at
  FROM qianfan_augmentation_tasks
) JOIN sync_runs r ON r.id = 2 GROUP BY what""",
    ),
)
NEXT = (
    "SELECT label, count(*) AS n FROM label_studio_result_labels "
    "WHERE owner = 'annotation' AND deleted_at IS NULL GROUP BY label ORDER BY n DESC"
)
"""What to type next."""
