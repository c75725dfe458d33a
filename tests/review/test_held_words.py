"""An officer's session ends while the words of a return are being written (F29)."""

from django.urls import reverse

from accounts.held import SENTENCE


def test_the_words_are_there_after_logging_in_again(world):
    case = world.application("initial")
    officer, page = world.client("wh1"), reverse("review:case", args=("selection", case.pk))
    officer.get(page)
    officer.cookies.pop("sessionid")
    posted = {"from": "case", "rows": case.row_value, "action": "return", "comment": "请补充拟服务内容。"}
    sent = officer.post(
        reverse("review:decide", args=("selection",)), posted, headers={"referer": f"http://testserver{page}"}
    )
    assert sent["Location"].startswith(reverse("accounts:login"))
    officer.force_login(world.user("wh1"), "accounts.backends.RoleBackend")
    again = officer.get(page).content.decode()
    assert "请补充拟服务内容。" in again
    assert SENTENCE in again
    case.refresh_from_db()
    assert case.state == "initial"
