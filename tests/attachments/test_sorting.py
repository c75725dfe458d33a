"""Piles of scanned pages fall into the documents that they were: against a pile whose making is known."""

from dataclasses import dataclass
from itertools import chain

from hypothesis import given, settings
from hypothesis import strategies as st

from attachments.qr import Mark
from attachments.reading import Page
from attachments.sorting import arranged, sort

A, B, C = "AAAAAAAAAAAA", "BBBBBBBBBBBB", "CCCCCCCCCCCC"
UNREAD, BLANK = Page(), Page(blank=True)


def pages(code: str, *numbers: int, of: int = 3) -> list[Page]:
    return [Page(Mark(code, number, of)) for number in numbers]


def places(document) -> list[int]:
    return [page.at for page in document.pages]


def free(found, stream: list[Page]) -> list[int]:
    """Places of pages that came to no document."""
    used = {at for one in found for at in places(one)}
    return [at for at in range(len(stream)) if at not in used]


def test_a_pile_is_cut_where_the_code_changes():
    found = sort([[*pages(A, 1, 2, 3), *pages(B, 1, 2, of=2), *pages(C, 1, of=1)]])
    assert [(one.code, places(one)) for one in found] == [(A, [0, 1, 2]), (B, [3, 4]), (C, [5])]
    assert not any(one.missing or one.doubled for one in found)


def test_pages_are_put_in_order_wherever_they_lie():
    found = sort([pages(A, 3), [*pages(B, 2, 1, of=2), *pages(A, 1)], pages(A, 2)])
    assert {one.code: places(one) for one in found} == {A: [3, 4, 0], B: [2, 1]}


def test_missing_and_doubled_pages_are_named():
    (one,) = sort([pages(A, 1, 4, 1, of=5)])
    assert (one.missing, one.doubled, places(one)) == ((2, 3, 5), (1,), [0, 1])


def test_how_far_a_page_is_turned_stays_with_it():
    (one,) = sort([[Page(Mark(A, 1, 2), 180), Page(Mark(A, 2, 2), 0)]])
    assert [page.turn for page in one.pages] == [180, 0]


def test_blank_pages_are_set_aside_and_hinder_nothing():
    first, *rest = pages(A, 1, 2, 3)
    pile = [first, BLANK, rest[0], BLANK, UNREAD, BLANK, *pages(B, 1, of=1)]
    assert free(sort([pile]), pile) == [1, 3, 4, 5]


def test_a_gap_that_its_pages_fill_exactly_is_filled():
    for pile in (
        [*pages(A, 1), UNREAD, *pages(A, 3)],
        [*pages(A, 3), BLANK, UNREAD, BLANK, *pages(A, 1)],
        [*pages(B, 1, of=1), *pages(A, 1), UNREAD, UNREAD, *pages(A, 4), *pages(C, 1, of=1)],
    ):
        found = sort([pile])
        (one,) = [one for one in found if one.code == A]
        assert all(pile[at].blank for at in free(found, pile))
        assert not one.missing or one.missing == (5,)
        assert [page.guessed for page in one.pages] == [False, *[True] * (len(one.pages) - 2), False]


def test_what_is_not_proved_is_nobodys():
    for pile in (
        [*pages(A, 1, 2), UNREAD],  # the last page, or something else that was laid on top
        [UNREAD, *pages(A, 2, 3)],
        [*pages(A, 1), UNREAD, UNREAD, *pages(A, 3)],  # one too many
        [*pages(A, 1), UNREAD, *pages(A, 4, of=4)],  # one too few
        [*pages(A, 1), UNREAD, *pages(B, 1, of=1)],
        [*pages(A, 1), UNREAD, *pages(A, 3), *pages(B, 1, of=1), *pages(A, 2)],  # the page is there
        [*pages(B, 1, of=2), *pages(A, 1), UNREAD, *pages(A, 3), *pages(B, 2, of=2)],  # a shuffled pile
        [*pages(A, 1), UNREAD, *pages(A, 3), *pages(A, 3)],
    ):
        found = sort([pile])
        assert {at for at, page in enumerate(pile) if page is UNREAD} <= set(free(found, pile))
        assert not any(page.guessed for one in found for page in one.pages)


def test_a_page_that_lies_in_another_file_fills_no_gap():
    files = [[*pages(A, 1), UNREAD, *pages(A, 3)], pages(A, 2)]
    assert free(sort(files), [*files[0], *files[1]]) == [1]


def test_old_paper_without_numbers_and_two_printings_of_a_sheet_are_not_counted():
    old = [Page(Mark(A)), UNREAD, Page(Mark(A))]
    for pile in (old, [*pages(A, 1), *pages(A, 2, of=4)], [*pages(A, 1), Page(Mark(A))]):
        (one,) = sort([pile])
        assert not one.counted
        assert not any(page.guessed for page in one.pages)


def by_hand(*stream: Page, issued: int = 0):
    return arranged(A, [(at, 0) for at in range(len(stream))], stream, issued)


def test_what_a_hand_has_put_together_is_counted_as_well():
    assert by_hand(*pages(A, 1, 3)).missing == (2,)
    assert by_hand(*pages(A, 1, 2, 2, 3)).doubled == (2,)
    assert by_hand(*pages(A, 1, 3, 2)).shuffled
    assert by_hand(*pages(A, 1, 2, 3), UNREAD).beyond == (4,)
    for whole in (pages(A, 1, 2, 3), [UNREAD, *pages(A, 2), UNREAD], [*pages(A, 1), UNREAD, UNREAD]):
        one = by_hand(*whole)
        assert one.counted
        assert (one.missing, one.doubled, one.beyond, one.shuffled) == ((), (), (), False)


def test_pages_that_say_nothing_are_counted_against_the_sheet_that_was_issued():
    assert by_hand(UNREAD, UNREAD, issued=3).missing == (3,)
    assert not by_hand(UNREAD, UNREAD, UNREAD, issued=3).missing
    assert by_hand(Page(Mark(A)), issued=2).missing == (2,)  # old paper: a code, and no number
    for unknown in ([UNREAD], [*pages(A, 1), Page(Mark(A))], [*pages(A, 1), *pages(A, 2, of=4)]):
        assert not by_hand(*unknown).counted


@dataclass
class Pile:
    """Files of pages, and of each page what it truly is: (code, number), or None for paper of others."""

    files: list[list[Page]]
    truth: list[tuple[str, int] | None]
    lost: bool  # whether sheets have got lost


@st.composite
def piles(draw, *, tidy: bool) -> Pile:
    """Documents scanned one after the other, forwards or backwards; some pages can't be read, blank backs between.

    `tidy`: nothing is lost, nothing foreign lies between. Else sheets are lost and doubled, shuffled, and strangers.
    """
    documents = []
    for number in range(draw(st.integers(1, 5))):
        code = chr(65 + number) * 12
        length = draw(st.integers(1, 5))
        sheets = [(Page(Mark(code, page, length)), (code, page)) for page in range(1, length + 1)]
        documents.append(sheets[:: draw(st.sampled_from((1, -1)))])
    documents = draw(st.permutations(documents))
    stream = list(chain.from_iterable(documents))
    lost = False
    if not tidy:
        kept = [sheet for sheet in stream if draw(st.integers(0, 5))]
        lost = len(kept) < len(stream)
        stream = kept + [sheet for sheet in stream if not draw(st.integers(0, 9))]
        stream += [(UNREAD, None)] * draw(st.integers(0, 2))
        if draw(st.booleans()):
            stream = draw(st.permutations(stream))
    scanned = []
    for page, truth in stream:
        scanned.append((UNREAD if not draw(st.integers(0, 3)) else page, truth))
        if not draw(st.integers(0, 4)):
            scanned.append((BLANK, None))
    cut = draw(st.integers(0, len(scanned)))
    files = [[page for page, _ in part] for part in (scanned[:cut], scanned[cut:])]
    return Pile(files, [truth for _, truth in scanned], lost)


def check_that_nothing_is_lost(pile: Pile, found) -> None:
    """No page is at two places, and none is left out that bears a code, but for second copies."""
    stream = [page for file in pile.files for page in file]
    used = [at for one in found for at in places(one)]
    assert len(set(used)) == len(used)
    numbers = {(one.code, number) for one in found for number in one.doubled}
    for at in free(found, stream):
        assert stream[at].mark is None or (stream[at].mark.code, stream[at].mark.page) in numbers


@settings(max_examples=60)
@given(piles(tidy=True))
def test_a_tidy_pile_is_sorted_without_a_wrong_page(pile):
    found = sort(pile.files)
    check_that_nothing_is_lost(pile, found)
    for one in found:
        assert {pile.truth[at][0] for at in places(one)} == {one.code}
        numbers = [pile.truth[at][1] for at in places(one)]
        length = next(
            page.mark.pages for file in pile.files for page in file if page.mark and page.mark.code == one.code
        )
        assert sorted([*numbers, *one.missing]) == list(range(1, length + 1))
        assert numbers == sorted(numbers)
        assert not one.doubled


@settings(max_examples=60)
@given(piles(tidy=False))
def test_in_any_pile_a_page_with_a_code_goes_to_its_document_and_no_other(pile):
    stream = [page for file in pile.files for page in file]
    found = sort(pile.files)
    check_that_nothing_is_lost(pile, found)
    for one in found:
        for page in one.pages:
            assert page.guessed == (stream[page.at].mark is None)
            assert page.guessed or stream[page.at].mark.code == one.code
        assert one.missing == tuple(
            number
            for number in range(1, max(stream[at].mark.pages for at in places(one) if stream[at].mark) + 1)
            if number not in _numbers(one, stream)
        )


def _numbers(one, stream) -> set[int]:
    """The numbers in a document: read, or of the gap between those that are."""
    numbers: list[int] = []
    for page in one.pages:
        mark = stream[page.at].mark
        numbers.append(mark.page if mark else numbers[-1] + 1)
    return set(numbers)
