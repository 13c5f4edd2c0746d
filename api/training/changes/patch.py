"""A change set as something to carry elsewhere: a patch that git applies, and a zip. Pure."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import Any

from api.training.changes.git import Change


def patch(changes: Mapping[str, Change]) -> str:
    """Return the changes as `git apply` reads them."""
    return "".join(line for file, change in sorted(changes.items()) for line in _of(file, change))


def _of(file: str, change: Change) -> Iterator[str]:
    before = (change.before or "").splitlines(keepends=True)
    after = (change.after or "").splitlines(keepends=True)
    old = f"a/{file}" if change.before is not None else "/dev/null"
    new = f"b/{file}" if change.after is not None else "/dev/null"
    yield f"diff --git a/{file} b/{file}\n"
    if change.before is None:
        yield "new file mode 100644\n"
    if change.after is None:
        yield "deleted file mode 100644\n"
    for line in unified_diff(before, after, old, new):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def archive(about: Mapping[str, Any], changes: Mapping[str, Change]) -> bytes:
    """Return a zip: the patch, every file as it becomes, and who wanted it and why."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("change-set.json", json.dumps(about, ensure_ascii=False, indent=2) + "\n")
        packed.writestr("change-set.patch", patch(changes))
        for file, change in changes.items():
            if change.after is not None:
                packed.writestr(file, change.after)
    return made.getvalue()
