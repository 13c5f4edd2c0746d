"""what trainers review, their change sets, and which nodes conversations passed

Revision: 0007, after 0006; 2026-11-25
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _instant(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "review_items",
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("group_id", sa.String(36), nullable=False),
        sa.Column("intent", sa.String(64), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("runner_up", sa.String(64)),
        sa.Column("margin", sa.Double()),
        sa.Column("hint", sa.String(64)),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("bits", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("model", sa.String(64)),
        _instant("created_at"),
        _instant("decided_at", nullable=True),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_review_items")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_review_items_message_id_messages")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_review_items_conversation_id_conversations"),
        ),
    )
    op.create_index("ix_review_items_page", "review_items", ["state", "score", "message_id"])
    op.create_index(
        "ix_review_items_group", "review_items", ["group_id", "state", "score", "message_id"]
    )
    op.create_index("ix_review_items_count", "review_items", ["state", "bits"])
    op.create_index(op.f("ix_review_items_conversation_id"), "review_items", ["conversation_id"])
    op.create_table(
        "review_groups",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        _instant("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_groups")),
        sa.UniqueConstraint("key", name=op.f("uq_review_groups_key")),
    )
    op.create_index(op.f("ix_review_groups_created_at"), "review_groups", ["created_at"])
    op.create_table(
        "review_tags",
        sa.Column("tag", sa.String(32), nullable=False),
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("tag", "message_id", name=op.f("pk_review_tags")),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["review_items.message_id"],
            name=op.f("fk_review_tags_message_id_review_items"),
        ),
    )
    op.create_index(op.f("ix_review_tags_message_id"), "review_tags", ["message_id"])
    op.create_table(
        "review_labels",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("item_id", sa.String(36), nullable=False),
        sa.Column("staff_id", sa.String(36), nullable=False),
        sa.Column("intent", sa.String(64), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("category", sa.String(24)),
        _instant("at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_labels")),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["review_items.message_id"],
            name=op.f("fk_review_labels_item_id_review_items"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_review_labels_staff_id_staff")
        ),
        sa.UniqueConstraint("item_id", "staff_id", name=op.f("uq_review_labels_item_id_staff_id")),
    )
    op.create_index(op.f("ix_review_labels_staff_id"), "review_labels", ["staff_id"])
    op.create_table(
        "review_marks",
        sa.Column("name", sa.String(16), nullable=False),
        _instant("at"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_review_marks")),
    )
    _change_sets()
    op.create_table(
        "node_visits",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("node", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(40)),
        _instant("at"),
        sa.PrimaryKeyConstraint("conversation_id", "node", name=op.f("pk_node_visits")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_node_visits_conversation_id_conversations"),
        ),
    )
    op.create_index("ix_node_visits_node", "node_visits", ["node", "outcome"])
    # The scanner follows what became of suggestions.
    op.create_index(op.f("ix_suggestions_decided_at"), "suggestions", ["decided_at"])


def _change_sets() -> None:
    op.create_table(
        "change_sets",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("author_id", sa.String(36), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("commit", sa.String(64)),
        sa.Column("error", sa.Text()),
        _instant("created_at"),
        _instant("applied_at", nullable=True),
        sa.Column("reverted_by", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_sets")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["staff.id"], name=op.f("fk_change_sets_author_id_staff")
        ),
    )
    op.create_index("ix_change_sets_author", "change_sets", ["author_id", "state"])
    op.create_index(op.f("ix_change_sets_created_at"), "change_sets", ["created_at"])
    op.create_table(
        "changes",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("set_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("file", sa.String(200), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("message_id", sa.String(36)),
        _instant("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        sa.ForeignKeyConstraint(
            ["set_id"], ["change_sets.id"], name=op.f("fk_changes_set_id_change_sets")
        ),
    )
    op.create_index(op.f("ix_changes_set_id"), "changes", ["set_id"])
    op.create_index(op.f("ix_changes_message_id"), "changes", ["message_id"])
    op.create_table(
        "changed_files",
        sa.Column("set_id", sa.String(36), nullable=False),
        sa.Column("file", sa.String(200), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.PrimaryKeyConstraint("set_id", "file", name=op.f("pk_changed_files")),
        sa.ForeignKeyConstraint(
            ["set_id"], ["change_sets.id"], name=op.f("fk_changed_files_set_id_change_sets")
        ),
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_suggestions_decided_at"), "suggestions")
    for table in ("node_visits", "changed_files", "changes", "change_sets"):
        op.drop_table(table)
    for name in ("marks", "labels", "tags", "groups", "items"):
        op.drop_table(f"review_{name}")
