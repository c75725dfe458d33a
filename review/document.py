"""What a revision freezes: sections of labelled texts, as the applicant wrote them and as officers read them.

Labels are frozen too, so that a revision can be shown and printed years later as it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from accounts import crypto

Sections = tuple[tuple[str, tuple[str, ...]], ...]  # how a form is laid out: (title, names of fields)


@dataclass(frozen=True)
class Field:
    """`token` holds the encrypted full text of a personal number, then `text` is its mask.

    `shown`: officers who have the case on their desk read it in full (a telephone number); else only its mask.
    """

    key: str
    label: str
    text: str
    wide: bool = False
    token: str = ""
    shown: bool = False
    changed: bool = False
    before: str = ""

    @classmethod
    def secret(cls, key: str, label: str, full: str, masked: str, *, shown: bool = False) -> "Field":
        return cls(key, label, masked, token=crypto.encrypt(full), shown=shown)

    @property
    def full(self) -> str:
        return crypto.decrypt(self.token) if self.token else self.text

    def to_json(self) -> dict:
        row: dict = {"key": self.key, "label": self.label, "text": self.text}
        return row | {name: value for name in ("wide", "token", "shown") if (value := getattr(self, name))}


@dataclass(frozen=True)
class Section:
    title: str
    fields: tuple[Field, ...]

    @property
    def rows(self) -> list[list[Field]]:
        """As a paper form sets them: two short fields a row, a wide one by itself."""
        rows: list[list[Field]] = []
        for item in self.fields:
            if item.wide or not rows or len(rows[-1]) == 2 or rows[-1][0].wide:
                rows.append([item])
            else:
                rows[-1].append(item)
        return rows


@dataclass(frozen=True)
class Document:
    title: str
    sections: tuple[Section, ...] = field(default_factory=tuple)

    def to_json(self) -> dict:
        return {
            "title": self.title,
            "sections": [
                {"title": section.title, "fields": [item.to_json() for item in section.fields]}
                for section in self.sections
            ],
        }

    @classmethod
    def from_json(cls, data: dict) -> "Document":
        return cls(
            data["title"],
            tuple(
                Section(section["title"], tuple(Field(**item) for item in section["fields"]))
                for section in data["sections"]
            ),
        )

    @property
    def fields(self) -> Iterable[Field]:
        return (item for section in self.sections for item in section.fields)

    def texts(self) -> dict[str, str]:
        """Every field in full, by key: for paper."""
        return {item.key: item.full for item in self.fields}

    def _each(self, change) -> "Document":
        return replace(
            self,
            sections=tuple(
                replace(section, fields=tuple(change(item) for item in section.fields)) for section in self.sections
            ),
        )

    def opened(self) -> "Document":
        """For an officer's screen: telephone numbers in full, identity numbers masked."""
        return self._each(lambda item: replace(item, text=item.full) if item.shown else item)

    def revealed(self) -> "Document":
        """Every number in full: for the sheet that is printed and sealed, by those who may."""
        return self._each(lambda item: replace(item, text=item.full))

    def against(self, earlier: "Document | None") -> "Document":
        """The same document with the fields marked that differ from an earlier one."""
        if earlier is None:
            return self
        old = {item.key: item for item in earlier.fields}

        def mark(item: Field) -> Field:
            before = old.get(item.key)
            if before is None or before.full == item.full:
                return item
            return replace(item, changed=True, before=before.full if item.shown or not item.token else before.text)

        return self._each(mark)
