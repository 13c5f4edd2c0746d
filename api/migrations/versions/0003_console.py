"""what the agents' console needs: claims that run out, fates of suggestions, phrases, audit

Revision: 0003, after 0002; 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = "audit_entries"


def upgrade() -> None:
    with op.batch_alter_table("conversations") as table:
        table.add_column(sa.Column("held_until", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("node", sa.String(64)))
        table.add_column(sa.Column("country", sa.String(2)))
        table.add_column(sa.Column("sure", sa.Double()))
        table.add_column(
            sa.Column("wants_person", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(
            sa.Column("suggested_seq", sa.Integer(), nullable=False, server_default="0")
        )
        table.add_column(sa.Column("memo", sa.Text()))
    with op.batch_alter_table("messages") as table:
        table.add_column(sa.Column("node", sa.String(64)))
        table.create_index(op.f("ix_messages_node"), ["node"])
    with op.batch_alter_table("suggestions") as table:
        table.add_column(sa.Column("key", sa.String(64)))
        table.add_column(sa.Column("node", sa.String(64)))
        table.add_column(sa.Column("sent_text", sa.Text()))
    op.create_table(
        "phrases",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("title", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("node", sa.String(64)),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("updated_by", sa.String(64), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrases")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("conversation_id", sa.String(64)),
        sa.Column("ticket_number", sa.String(24)),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    with op.batch_alter_table("audit_entries") as table:
        table.create_index(op.f("ix_audit_entries_conversation_id"), ["conversation_id"])
        table.create_index(op.f("ix_audit_entries_ticket_number"), ["ticket_number"])
    if op.get_bind().dialect.name == "sqlite":
        for action in ("update", "delete"):
            op.execute(
                f"create trigger {APPEND_ONLY}_no_{action} before {action} on {APPEND_ONLY} "
                f"begin select raise(abort, '{APPEND_ONLY} is append-only'); end"
            )
    else:
        op.execute(
            f"create trigger {APPEND_ONLY}_append_only before update or delete on {APPEND_ONLY} "
            "for each row execute function refuse_change()"
        )


def downgrade() -> None:
    op.drop_table("audit_entries")
    op.drop_table("phrases")
    with op.batch_alter_table("suggestions") as table:
        for column in ("sent_text", "node", "key"):
            table.drop_column(column)
    with op.batch_alter_table("messages") as table:
        table.drop_index(op.f("ix_messages_node"))
        table.drop_column("node")
    with op.batch_alter_table("conversations") as table:
        for column in ("memo", "suggested_seq", "wants_person", "sure", "country", "node"):
            table.drop_column(column)
        table.drop_column("held_until")
