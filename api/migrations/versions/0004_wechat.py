"""WeChat: customers and what may be sent to them, receipts, deliveries, the access token

Revision: 0004, after 0003; 2026-11-26
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wechat_customers",
        sa.Column("openid", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(64)),
        sa.Column("subscribed", sa.Boolean(), nullable=False),
        sa.Column("planned_seq", sa.Integer(), nullable=False),
        sa.Column("message_at", sa.DateTime(timezone=True)),
        sa.Column("message_sent", sa.Integer(), nullable=False),
        sa.Column("event_at", sa.DateTime(timezone=True)),
        sa.Column("event_sent", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_wechat_customers_conversation_id_conversations"),
        ),
        sa.PrimaryKeyConstraint("openid", name=op.f("pk_wechat_customers")),
        sa.UniqueConstraint("conversation_id", name=op.f("uq_wechat_customers_conversation_id")),
    )
    op.create_table(
        "wechat_receipts",
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("openid", sa.String(64), nullable=False),
        sa.Column("message_id", sa.String(36)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_wechat_receipts")),
    )
    op.create_index(op.f("ix_wechat_receipts_at"), "wechat_receipts", ["at"])
    op.create_table(
        "wechat_deliveries",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("openid", sa.String(64), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("seqs", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.Column("errcode", sa.Integer()),
        sa.Column("reason", sa.Text()),
        sa.Column("repeats", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_wechat_deliveries_conversation_id_conversations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_deliveries")),
    )
    op.create_index(
        op.f("ix_wechat_deliveries_conversation_id"), "wechat_deliveries", ["conversation_id"]
    )
    op.create_index("ix_wechat_deliveries_state", "wechat_deliveries", ["state", "next_at"])
    op.create_index("ix_wechat_deliveries_openid", "wechat_deliveries", ["openid", "id"])
    op.create_table(
        "wechat_tokens",
        sa.Column("app_id", sa.String(64), nullable=False),
        sa.Column("token", sa.Text()),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("leased_by", sa.String(36)),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("app_id", name=op.f("pk_wechat_tokens")),
    )


def downgrade() -> None:
    for table in ("wechat_tokens", "wechat_deliveries", "wechat_receipts", "wechat_customers"):
        op.drop_table(table)
