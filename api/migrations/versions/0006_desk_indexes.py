"""what the agents' desk looks for by: conversations lately active, notices of tickets

Revision: 0006, after 0005; 2026-11-25
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_conversations_updated_at"), "conversations", ["updated_at"])
    op.create_index(op.f("ix_ticket_events_kind"), "ticket_events", ["kind"])


def downgrade() -> None:
    op.drop_index(op.f("ix_ticket_events_kind"), "ticket_events")
    op.drop_index(op.f("ix_conversations_updated_at"), "conversations")
