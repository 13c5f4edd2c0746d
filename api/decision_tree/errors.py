"""What can be wrong with the data: one Finding per fault, all of them in one TreeError."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One fault: `code` for machines, `where` (`ctoc/prl_status`) and `message` for people."""

    code: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message} [{self.code}]"


class TreeError(Exception):
    """The documents are not a library, or an unchecked library was walked off its edge."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))
