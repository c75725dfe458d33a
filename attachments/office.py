"""Word and Excel files that go on to the public: which parts may be in one, and that none leads out of it.

An allow list: what an honest program writes is known, what a macro can hide in is not. Nothing is unpacked but the
parts that say what the others are.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from django.core.exceptions import ValidationError

from attachments import validation, zips
from attachments.zips import Entry

LIMITS = zips.Limits(entries=2000, whole=10 * validation.MAX_BYTES, ratio=1100)  # tables of zeros shrink like a bomb
MOST_TOLD = 4 * 1024**2  # of the parts that are read
TYPES = "[Content_Types].xml"
PICTURES = r"media/[\w.-]+\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|wdp|svg)"
COMMON = r"""
    \[Content_Types\]\.xml | _rels/\.rels
  | docProps/(?:app|core|custom|meta\w*)\.xml | docProps/thumbnail\.(?:png|jpe?g|emf|wmf)
  | customXml/(?:_rels/)?item(?:Props)?\d+\.xml(?:\.rels)?
"""
DRAWN = "theme|charts|diagrams|drawings"


def _parts(folder: str, root_but: str, folders: str, others: str) -> re.Pattern[str]:
    return re.compile(
        rf"""{COMMON}
          | {folder}/(?!{root_but})[\w-]+\.xml | {folder}/(?:{DRAWN}|{folders})/[\w-]+\.xml
          | {folder}/(?:(?:{DRAWN}|{folders})/)?_rels/[\w.-]+\.rels
          | {folder}/{PICTURES} | {folder}/drawings/[\w-]+\.vml | {others}
        """,
        re.VERBOSE | re.IGNORECASE | re.ASCII,
    )


# kind of file: (its main part, that part's type, the parts that may stand beside it)
KINDS = {
    ".docx": (
        "word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        _parts("word", "vba|attachedToolbars", "glossary", r"word/fonts/[\w.-]+\.odttf"),
    ),
    ".xlsx": (
        "xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        _parts("xl", "vba|connections", "worksheets|chartsheets|tables|pivotTables|pivotCache|persons|comments"
               "|threadedComments|richData|slicers|slicerCaches", r"xl/printerSettings/printerSettings\d+\.bin"),
    ),
}  # fmt: skip
ACTIVE = re.compile(r"macro|vba|activex|oleobject|dialogsheet|afchunk|attachedtemplate|/control|/package$", re.I)
OUTSIDE = re.compile(r"(?:https?://|mailto:|#)", re.I)

REFUSALS = {
    "type": "附件内容与文件类型不符或已损坏。",
    "active": "附件中含有宏、嵌入的文件或程序，请去掉后再上传。",
    "outside": "附件引用了别处的模板、图片或文件，请改为嵌入或去掉后再上传。",
}


def check(path: Path, suffix: str) -> None:
    """Raises ValidationError with a sentence where it is other than its name says, or has in it what may not be."""
    main, kind, allowed = KINDS[suffix]
    try:
        with zips.opened(path, LIMITS) as entries:
            names = [entry.info.filename for entry in entries]
            if not {main, TYPES} <= set(names) or len({name.lower() for name in names}) < len(names):
                raise _refusal("type")
            if not all(allowed.fullmatch(name) for name in names):
                raise _refusal("active")
            types, *relations = _told(entries)
    except zips.Refused as fault:
        raise _refusal("active" if fault.args[0] in ("nested", "unsafe") else "type") from fault
    said = [(part.get("PartName", "").lower(), part.get("ContentType", "")) for part in types]
    if any(ACTIVE.search(of) for _, of in said):
        raise _refusal("active")
    if {of for name, of in said if name == f"/{main}"} != {kind}:
        raise _refusal("type")
    for relation in (one for root in relations for one in root):
        _check_relation(relation)


def _told(entries: Sequence[Entry]) -> list[ElementTree.Element]:
    """What is said of the parts: their types, and then what each has to do with others."""
    found = sorted(
        (one for one in entries if one.name == TYPES or one.name.lower().endswith(".rels")),
        key=lambda one: one.name != TYPES,
    )
    if sum(one.info.file_size for one in found) > MOST_TOLD:
        raise _refusal("type")
    try:
        texts = [one.read().decode("utf-8-sig") for one in found]
        if any("<!DOCTYPE" in text for text in texts):
            raise _refusal("type")
        return [ElementTree.fromstring(text) for text in texts]  # noqa: S314  without a DTD there is nothing to expand
    except (UnicodeDecodeError, ValueError, ElementTree.ParseError) as fault:
        raise _refusal("type") from fault


def _check_relation(relation: ElementTree.Element) -> None:
    kind = relation.get("Type", "")
    outside = relation.get("TargetMode", "Internal").lower() != "internal"
    if outside and not (kind.endswith("/hyperlink") and OUTSIDE.match(relation.get("Target", ""))):
        raise _refusal("outside")
    if ACTIVE.search(kind.rpartition("/relationships")[2]):
        raise _refusal("active")


def _refusal(code: str) -> ValidationError:
    return ValidationError(REFUSALS[code], code=code)
