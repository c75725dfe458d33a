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
