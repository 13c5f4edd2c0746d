"""An article as it stands in `data/knowledge/<id>.yml`: one answer, one file, one source."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

LONGEST_TEXT = 120
"""Characters of the paragraph that is said in a chat; the rest goes to `more`."""

Trust = Literal["guide", "regulation", "dated", "press", "inferred", "product"]
"""guide: the handling guide or the complaint rules; regulation: law, in force since `as_of`; dated:
a public source of `as_of`, perhaps out of date; press: reports; inferred: the sources are silent;
product: how this system itself works."""


class Article(BaseModel):
    """What is said (`text`), what can be opened (`more`), and by what it is so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]+$")
    title: str = Field(min_length=2, max_length=30)
    text: str = Field(min_length=20, max_length=LONGEST_TEXT)
    more: str | None = None
    cites: tuple[str, ...] = ()
    """Ids of `data/diagnosis/citations.yml`, as in G3.1/3; may be empty."""
    source: str = Field(min_length=4)
    as_of: str | None = Field(pattern=r"^\d{4}(-\d\d){0,2}$")
    """The year, month or day of the source; None where it carries none, as the handling guide."""
    trust: Trust
    terms: tuple[str, ...] = ()
    """Words that the segmenter must keep whole and that tell this article from others."""
    questions: tuple[str, ...] = Field(min_length=3)
    """Ways people ask; searched, never shown."""


def read_articles(folder: Path) -> tuple[Article, ...]:
    """Read `*.yml` in `folder`, in the order of their names.

    Raises ValueError, naming the file, when one does not fit or its id is not its name.
    """
    yaml = YAML(typ="safe")
    articles = []
    for path in sorted(folder.glob("*.yml")):
        try:
            article = Article.model_validate(yaml.load(path))
        except (ValueError, YAMLError) as error:
            raise ValueError(f"{path.name}: {error}") from error
        if article.id != path.stem:
            raise ValueError(f"{path.name}: the id is {article.id}")
        articles.append(article)
    return tuple(articles)
