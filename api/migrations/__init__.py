"""The database's history, from the first table on (Alembic)."""
