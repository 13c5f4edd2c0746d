"""The cases of the diagnostic trees on the tree in use and on the one in the files."""

from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError

from api.decision_tree import Case, Library, TreeError, load, load_cases, run_case
from api.diagnosis.library import read_document, read_documents

MOST_LISTED = 50


def compare(before: Library, folder: Path) -> dict[str, Any]:
    """Return `{total, before, after, lost, gained, error}`: how many of the files' cases hold.

    `lost` and `gained` are sentences; files that can't be read are lost as a whole.
    """
    try:
        after = load(read_documents(folder))
        documents = {
            path.name.removesuffix(".yml"): read_document(path)
            for path in sorted(folder.glob("*.cases.yml"))
        }
        cases = load_cases(documents)
    except (TreeError, YAMLError, OSError, UnicodeDecodeError) as error:
        why = f"诊断树的文件读不出来：{str(error)[:300]}"
        return {"total": 0, "before": None, "after": 0, "lost": [why], "gained": []}
    was = {case.where: _holds(before, case) for case in cases}
    found = {case.where: run_case(after, case) for case in cases}
    lost = [
        f"案例“{case.name}”不再成立：{found[case.where][0].message}"
        for case in cases
        if found[case.where] and was[case.where]
    ]
    broken = [
        f"案例“{case.name}”不成立：{found[case.where][0].message}"
        for case in cases
        if found[case.where] and not was[case.where]
    ]
    gained = [
        f"案例“{case.name}”成立了"
        for case in cases
        if not found[case.where] and not was[case.where]
    ]
    return {
        "total": len(cases),
        "before": sum(was.values()),
        "after": sum(not each for each in found.values()),
        "lost": [*lost, *broken][:MOST_LISTED],
        "gained": gained[:MOST_LISTED],
        "revision": {"before": before.revision, "after": after.revision},
    }


def _holds(library: Library, case: Case) -> bool:
    try:
        return not run_case(library, case)
    except (KeyError, TreeError):
        return False  # it speaks of something that the older tree does not know
