"""File names as people see them. Where a file lies on the disk never depends on them."""

import re
import unicodedata

MAX_LENGTH = 100
RESERVED = re.compile(r'[\\/:*?"<>|]+')


def clean_file_name(name: str, suffix: str = ".pdf") -> str:
    """`name` without folders, control or direction marks and reserved signs, at most 100 characters with `suffix`."""
    name = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(" " if char.isspace() else char for char in name)
    name = "".join(char for char in name if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
    name = " ".join(RESERVED.sub("_", name).split())
    stem = name[: len(name) - len(suffix)] if name.lower().endswith(suffix) else name
    return (stem.strip(". ")[: MAX_LENGTH - len(suffix)] or "文件") + suffix


def clean_part(name: str) -> str:
    """`name` as one part of a path inside a zip: letters, figures, `_`, `.` and `-` only, at most 60 characters."""
    name = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", name))
    return name.strip("_.-")[:60].rstrip("_.-") or "文件"
