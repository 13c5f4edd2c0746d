"""training runs: what was trained, what it proved, what was decided

Revision: 0008, after 0007; 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_runs",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("slot", sa.Integer()),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("candidate", sa.String(64)),
        sa.Column("current", sa.String(64)),
        sa.Column("before", sa.JSON()),
        sa.Column("after", sa.JSON()),
        sa.Column("details", sa.JSON()),
        sa.Column("verdict", sa.String(8)),
        sa.Column("decision", sa.String(12)),
        sa.Column("decided_by", sa.String(64)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text()),
        sa.Column("owner", sa.String(128)),
        sa.Column("heartbeat", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_runs")),
        sa.UniqueConstraint("slot", name=op.f("uq_training_runs_slot")),
    )
    with op.batch_alter_table("training_runs") as table:
        table.create_index(op.f("ix_training_runs_state"), ["state"])
        table.create_index(op.f("ix_training_runs_created_at"), ["created_at"])


def downgrade() -> None:
    op.drop_table("training_runs")
