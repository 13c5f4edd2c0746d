"""The dated codes inside card numbers, and how to say which of them are not the guide's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

PUBLIC = "public"
"""The rule of a part that the guide does not have."""


@dataclass(frozen=True)
class Code:
    """What a code stands for, and the rule that says so (`G1.2` … or `public`)."""

    title: str
    rule: str


@dataclass(frozen=True)
class Tables:
    """Codes by their digits, and the name of a place in Chinese by its ISO code."""

    mnc: Mapping[str, Code]
    iccid_network: Mapping[str, Code]
    iccid_segment: Mapping[str, Code]
    ndc: Mapping[str, Code]
    origins: Mapping[str, str]
    place_name: Callable[[str], str]

    @classmethod
    def load(cls, document: Mapping[str, Any], place_name: Callable[[str], str] = str) -> "Tables":
        """Return the tables of the parsed data/cards/tables.yml.

        Raises:
            KeyError: a table or a row's `id`, title or `source` is missing.
        """

        def codes(table: str, title: Callable[[Mapping[str, str]], str]) -> dict[str, Code]:
            return {row["id"]: Code(title(row), row["source"]) for row in document[table]}

        return cls(
            mnc=codes("mnc", lambda row: row["operator"]),
            iccid_network=codes("iccid_network", lambda row: row["operator"]),
            iccid_segment=codes("iccid_segment", lambda row: f"{row['ndc']} 号段"),
            ndc=codes("ndc", lambda row: "中国电信号段"),
            origins={
                table: f"公开资料，{row['as_of']}：{row['origin']}"
                for table, row in document["public"].items()
            },
            place_name=place_name,
        )

    def meaning(self, table: str, code: Code) -> str:
        """Return what a code stands for, with its origin where that is not the guide."""
        return f"{code.title}（{self.origins[table]}）" if code.rule == PUBLIC else code.title
