"""Sealed paper as it really comes back finds its case by itself: `./dev bench scans`, small."""

from random import Random

import pytest

from attachments import validation
from bench import scans

pytestmark = [pytest.mark.django_db, pytest.mark.first]
inspect = validation.inspect  # before the world takes papers as they are


def test_what_is_printed_sealed_and_badly_scanned_is_filed_where_it_belongs(world, monkeypatch, settings, tmp_path):
    monkeypatch.setattr(validation, "inspect", inspect)
    settings.MEDIA_ROOT = tmp_path
    papers = scans.issued(world, 12)
    found = {}
    for place, dpi in enumerate((100, 150, 200)):
        some = papers[4 * place : 4 * place + 4]
        data, truth = scans.scanned(some, dpi, Random(dpi), shuffled=dpi == 150)
        found[dpi] = scans.brought(data, some, truth, world.user("u1"))
    assert found[100].wrong == 0
    for dpi in (150, 200):
        assert (found[dpi].right, found[dpi].wrong) == (4, 0)
