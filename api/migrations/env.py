"""Alembic's entry: one synchronous connection, given by `run.py` or made from a URL."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection

from api.database import Instant
from api.migrations.tables import metadata


def _plain_instants(kind: str, item: object, _: object) -> str | Literal[False]:
    """A migration must not change when our own column type does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        render_item=_plain_instants,
        # SQLite can't alter a table in place; batch mode copies it.
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


migrate(context.config.attributes["connection"])
