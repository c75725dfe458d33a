"""Each zip of the corpus has its verdict, before a byte of it is unpacked; names never decide where a file goes."""

import resource
from pathlib import Path

import pytest

from attachments import zips
from tests.attachments import zip_corpus as corpus


def unpacked(data: bytes, folder: Path) -> list[tuple[str, bytes]]:
    path, found = folder / "it.zip", []
    path.write_bytes(data)
    with zips.opened(path) as entries:
        for number, entry in enumerate(entries):
            entry.unpack(folder / str(number))
            found.append((entry.name, (folder / str(number)).read_bytes()))
    return found


@pytest.mark.parametrize("case", corpus.REFUSED)
def test_refused_before_anything_is_unpacked(case, tmp_path, monkeypatch):
    make, code = corpus.REFUSED[case]
    monkeypatch.setattr(zips.Entry, "unpack", lambda self, target: pytest.fail("unpacked"))
    with pytest.raises(zips.Refused) as caught:
        unpacked(make(), tmp_path)
    assert caught.value.args == (code,)
    assert caught.value.sentence == zips.REFUSALS[code]
    assert [path.name for path in tmp_path.iterdir()] == ["it.zip"]


@pytest.mark.parametrize("case", corpus.BROKEN)
def test_refused_while_it_is_unpacked(case, tmp_path):
    with pytest.raises(zips.Refused) as caught:
        unpacked(corpus.BROKEN[case](), tmp_path)
    assert caught.value.args == ("damaged",)


@pytest.mark.parametrize("case", corpus.WELCOME)
def test_welcome_with_all_its_files_under_the_names_people_gave(case, tmp_path):
    make, expected = corpus.WELCOME[case]
    assert unpacked(make(), tmp_path) == expected


def test_a_bomb_takes_no_memory(tmp_path):
    bomb = corpus.REFUSED["50 MB of zeros"][0]()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(zips.Refused):
        unpacked(bomb, tmp_path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kB
