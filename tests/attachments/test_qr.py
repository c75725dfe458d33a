from urllib.parse import unquote

import pytest

from attachments import qr


def test_the_payload_is_the_public_address(settings):
    settings.BASE_URL = "https://ktp.hubei.gov.cn"
    assert qr.payload("K7M29QXD4TWA") == "https://ktp.hubei.gov.cn/v/K7M29QXD4TWA"


def test_a_long_address_gives_way_to_the_bare_code(settings):
    settings.BASE_URL = "https://kejitepaiyuan.kjt.hubei.gov.cn"
    assert qr.payload("K7M29QXD4TWA") == "KTP:K7M29QXD4TWA"


@pytest.mark.parametrize("text", ["", "x" * 41, "协" * 14])
def test_40_bytes_are_the_most(text):
    with pytest.raises(ValueError, match="40"):
        qr.svg_data_uri(text)


def test_all_codes_have_one_size():
    for text in ("x", "x" * 40):
        assert "viewBox='0 0 37 37'" in unquote(qr.svg_data_uri(text)).replace('"', "'")


def test_each_page_has_a_payload_of_its_own(settings):
    settings.BASE_URL = "https://ktp.gov.cn"
    assert qr.of_page(qr.payload("K7M29QXD4TWA"), 2, 5) == "https://ktp.gov.cn/v/K7M29QXD4TWA-2-5"
    settings.BASE_URL = "https://ktp.hubei.gov.cn"  # with the page, a byte too long
    assert qr.of_page(qr.payload("K7M29QXD4TWA"), 2, 12) == "KTP:K7M29QXD4TWA-2-12"
    assert len(qr.of_page(qr.payload("K7M29QXD4TWA"), 999, 999).encode()) <= qr.MAX_BYTES


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("https://ktp.gov.cn/v/K7M29QXD4TWA-2-5", qr.Mark("K7M29QXD4TWA", 2, 5)),
        ("http://127.0.0.1:8000/v/K7M29QXD4TWA", qr.Mark("K7M29QXD4TWA")),
        ("KTP:K7M29QXD4TWA", qr.Mark("K7M29QXD4TWA")),
        ("KTP:K7M29QXD4TWA-12-12", qr.Mark("K7M29QXD4TWA", 12, 12)),
        ("KTP:K7M29QXD4TWA-6-5", None),
        ("KTP:K7M29QXD4TWA-0-5", None),
        ("KTP:K7M29QXD4TW", None),
        ("KTP:k7m29qxd4twa", None),
        ("K7M29QXD4TWA", None),
        ("https://weixin.qq.com/r/K7M29QXD4TWA", None),
        ("KTP:K7M29QXD4TWA\n", None),
    ],
)
def test_what_a_code_on_paper_says(text, mark):
    assert qr.read(text) == mark


@pytest.mark.parametrize(
    "text", ["K7M29QXD4TWA", " k7m2-9qxd 4twa", "K7M29QXD4TWA-2-5", "k7m2-9qxd-4twa-2/5", "K7M29QXD4TWA\u3000"]
)
def test_a_code_as_people_type_it(text):
    assert qr.typed(text) == "K7M29QXD4TWA"


def test_a_code_in_groups_is_not_taken_for_one_with_a_page():
    assert qr.typed("K7M29Q-222-333") == "K7M29Q222333"
