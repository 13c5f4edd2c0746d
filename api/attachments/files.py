"""The kept files, named by the hash of what is in them: the same picture twice is one file."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from api.attachments.pictures import SUFFIX, Picture


class Files:
    """A folder of pictures: `ab/<sha256>.<ext>`, and beside each its small one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, picture: Picture) -> str:
        """Write a picture so that it survives a power cut; return its hash.

        Raises:
            OSError: the disk is full or the folder cannot be written; nothing half is left.
        """
        sha256 = hashlib.sha256(picture.content).hexdigest()
        # The small one first: where the large one is, both are.
        _write(self.small(sha256), picture.small)
        _write(self.large(sha256, picture.mime), picture.content)
        return sha256

    def large(self, sha256: str, mime: str) -> Path:
        return self._folder / sha256[:2] / f"{sha256}.{SUFFIX[mime]}"

    def small(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / f"{sha256}.small.webp"


def _write(path: Path, content: bytes) -> None:
    """Put a file in its place whole or not at all; one that stands there is the same one."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
