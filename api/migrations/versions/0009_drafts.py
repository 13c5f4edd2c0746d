"""drafts of trees, articles and phrases, what was published, and what is live

Revision: 0009, after 0008; 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APPEND_ONLY = ("publications", "publication_files")


def _instant(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _staff(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["staff.id"], name=op.f(f"fk_{table}_{column}_staff"))


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("document", sa.String(64), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("author_id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("restores", sa.Integer()),
        sa.Column("decided_by", sa.String(36)),
        sa.Column("decision", sa.Text()),
        _instant("created_at"),
        _instant("updated_at"),
        _instant("submitted_at", nullable=True),
        _instant("decided_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        _staff("drafts", "author_id"),
        _staff("drafts", "decided_by"),
    )
    op.create_index("ix_drafts_document", "drafts", ["kind", "document", "state"])
    op.create_index(op.f("ix_drafts_updated_at"), "drafts", ["updated_at"])
    op.create_table(
        "draft_files",
        sa.Column("draft_id", sa.String(36), nullable=False),
        sa.Column("file", sa.String(120), nullable=False),
        sa.Column("base", sa.Text()),
        sa.Column("text", sa.Text()),
        sa.PrimaryKeyConstraint("draft_id", "file", name=op.f("pk_draft_files")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_draft_files_draft_id_drafts")
        ),
    )
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("draft_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("document", sa.String(64), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("author_id", sa.String(36), nullable=False),
        sa.Column("publisher_id", sa.String(36), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("revision_before", sa.String(64)),
        sa.Column("revision", sa.String(64)),
        sa.Column("commit", sa.String(64)),
        _instant("at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_publications_draft_id")),
        _staff("publications", "author_id"),
        _staff("publications", "publisher_id"),
    )
    op.create_index("ix_publications_document", "publications", ["kind", "document"])
    op.create_table(
        "publication_files",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(120), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.PrimaryKeyConstraint("publication_id", "file", name=op.f("pk_publication_files")),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_publication_files_publication_id_publications"),
        ),
    )
    op.create_table(
        "live_texts",
        sa.Column("name", sa.String(10), nullable=False),
        sa.Column("revision", sa.String(64), nullable=False),
        sa.Column("documents", sa.JSON()),
        _instant("at"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_live_texts")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for action in ("update", "delete"):
                op.execute(
                    f"create trigger {table}_no_{action} before {action} on {table} "
                    f"begin select raise(abort, '{table} is append-only'); end"
                )
        return
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger {table}_append_only before update or delete on {table} "
            "for each row execute function refuse_change()"
        )


def downgrade() -> None:
    for table in (
        "live_texts",
        "publication_files",
        "publications",
        "draft_files",
        "drafts",
    ):
        op.drop_table(table)
