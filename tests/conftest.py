"""Shared by all tests: which database, and warnings as errors on the current stack."""

import os
import shutil
import sys
import uuid

import pytest

POSTGRES = os.environ.get("ROAMDESK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


def pytest_configure(config: pytest.Config) -> None:
    if sys.version_info >= (3, 12):
        config.addinivalue_line("filterwarnings", "error")


def _postgres_answers() -> str | None:
    """Return why PostgreSQL can't be used here, or None."""
    try:
        import psycopg
    except ImportError:
        return "psycopg is not installed in this environment"
    try:
        psycopg.connect(POSTGRES, connect_timeout=2).close()
    except psycopg.OperationalError as error:
        return f"no PostgreSQL at {POSTGRES}: {error}"
    return None


@pytest.fixture(scope="session")
def postgres_missing() -> str | None:
    return _postgres_answers()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory):
    """One file brought up by all migrations; each test gets a copy."""
    from api.migrations.run import upgrade
    from api.settings import Settings

    path = tmp_path_factory.mktemp("template") / "template.db"
    upgrade(Settings(database_url=f"sqlite:///{path}").database)
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_missing):
    """One database brought up by all migrations; it is emptied before each test."""
    if postgres_missing:
        yield None
        return
    import psycopg

    from api.migrations.run import upgrade
    from api.settings import Settings

    name = f"roamdesk_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(POSTGRES, autocommit=True) as admin:
        admin.execute(f"create database {name}")
        upgrade(Settings(database_url=_sibling(name)).database)
        yield name
        admin.execute(f"drop database {name} with (force)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path, postgres_missing):
    """A fresh, migrated database of each kind; PostgreSQL's absence is a visible skip."""
    from api.settings import Settings

    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield Settings(database_url=f"sqlite:///{path}").database
        return
    if postgres_missing:
        pytest.skip(postgres_missing)
    name = request.getfixturevalue("migrated_postgres")
    _empty(name)
    yield Settings(database_url=_sibling(name)).database


def _empty(name: str) -> None:
    """Leave nothing of the test before: faster by far than a new database for each."""
    import psycopg

    others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> "
    tables = "select tablename from pg_tables where schemaname = 'public'"
    with psycopg.connect(_sibling(name), autocommit=True) as connection:
        connection.execute(others + "pg_backend_pid()", [name])
        found = {row[0] for row in connection.execute(tables)} - {"alembic_version"}
        connection.execute(f"truncate {', '.join(sorted(found))} restart identity cascade")


def _sibling(name: str) -> str:
    return POSTGRES.rsplit("/", 1)[0] + "/" + name
