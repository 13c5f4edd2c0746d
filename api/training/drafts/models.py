"""Drafts, what was published of them, and which texts are in use now."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class Draft(Base):
    """What one person wants to change in one document, with the files it takes."""

    __tablename__ = "drafts"
    __table_args__ = (Index("ix_drafts_document", "kind", "document", "state"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    """tree, article or phrase."""
    document: Mapped[str] = mapped_column(String(64))
    """A tree's or an article's name, or a phrase's id."""
    title: Mapped[str] = mapped_column(String(120))
    author_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    """draft, submitted, publishing, published, rejected or dropped."""
    version: Mapped[int] = mapped_column(default=1)
    """Another one after each edit: who edits an older one is told so."""
    reason: Mapped[str | None] = mapped_column(Text)
    """The author's, for whoever publishes."""
    restores: Mapped[int | None]
    """The publication that this draft brings back."""
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    decision: Mapped[str | None] = mapped_column(Text)
    """Why it was rejected."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    """When it was rejected or published, or when the publishing that runs began."""


class DraftFile(Base):
    """One text of a draft, and the published text that it began from; None: there is none."""

    __tablename__ = "draft_files"

    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id"), primary_key=True)
    file: Mapped[str] = mapped_column(String(120), primary_key=True)
    base: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)


class Publication(Base):
    """What was published; the database refuses to change or delete it."""

    __tablename__ = "publications"
    __table_args__ = (Index("ix_publications_document", "kind", "document"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    draft_id: Mapped[str] = mapped_column(String(36), unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    document: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(120))
    author_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    publisher_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    revision_before: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[str | None] = mapped_column(String(64))
    """Of all trees, or of all articles; null for a phrase."""
    commit: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime]


class PublicationFile(Base):
    """A file before and after a publication; as unchangeable as the publication."""

    __tablename__ = "publication_files"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"), primary_key=True)
    file: Mapped[str] = mapped_column(String(120), primary_key=True)
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)


class LiveText(Base):
    """The revision that new conversations are served with, by every process."""

    __tablename__ = "live_texts"

    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    """trees or knowledge."""
    revision: Mapped[str] = mapped_column(String(64))
    documents: Mapped[dict[str, Any] | None] = mapped_column()
    """The articles by name; the trees' documents stand in `tree_revisions`."""
    at: Mapped[datetime]
