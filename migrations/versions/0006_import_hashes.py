"""An index by which a file is found again that was imported under another name."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEX, TABLE = "ix_label_studio_import_items_hash", "label_studio_import_items"


def upgrade() -> None:
    op.create_index(INDEX, TABLE, ["source", "content_hash"])


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
