"""What a revision freezes: shown, masked, compared, and read again years later."""

import pytest

from review.document import Document, Field, Section

NUMBER, PHONE = "42010619900101123X", "13800001234"


def document(**texts) -> Document:
    return Document(
        "申请表",
        (
            Section(
                "基本情况",
                (
                    Field("name", "姓名", texts.get("name", "张三")),
                    Field.secret("id", "证件号码", texts.get("id", NUMBER), "420106********123X"),
                    Field.secret("phone", "手机", texts.get("phone", PHONE), "138****1234", shown=True),
                ),
            ),
            Section("设想", (Field("plan", "计划", texts.get("plan", "甲"), wide=True), Field("more", "补充", "无"))),
        ),
    )


def changed(new: Document) -> dict[str, tuple[str, str]]:
    return {item.key: (item.before, item.text) for item in new.fields if item.changed}


def test_as_frozen_it_holds_no_personal_number_in_clear():
    frozen = str(document().to_json())
    assert NUMBER not in frozen
    assert PHONE not in frozen


def test_it_reads_as_it_was_written():
    again = Document.from_json(document().to_json())
    assert again.title == "申请表"
    assert again.texts() == {"name": "张三", "id": NUMBER, "phone": PHONE, "plan": "甲", "more": "无"}
    assert again.to_json() == Document.from_json(again.to_json()).to_json()


@pytest.mark.parametrize(
    ("way", "identity", "phone"),
    [(None, "420106********123X", "138****1234"), ("opened", "420106********123X", PHONE), ("revealed", NUMBER, PHONE)],
)
def test_what_each_reader_sees(way, identity, phone):
    shown = getattr(document(), way)() if way else document()
    texts = {item.key: item.text for item in shown.fields}
    assert (texts["id"], texts["phone"]) == (identity, phone)


def test_the_same_twice_shows_no_change_though_its_tokens_differ():
    assert document().to_json() != document().to_json()
    assert changed(document().against(document())) == {}


def test_what_differs_is_marked_with_what_stood_there():
    assert changed(document(plan="乙").against(document())) == {"plan": ("甲", "乙")}


def test_a_changed_identity_number_stays_masked_on_both_sides():
    new = document(id="420106199001011248")
    before, after = changed(new.opened().against(document().opened()))["id"]
    assert NUMBER not in (before, after)
    assert "*" in before
    assert "*" in after


def test_a_changed_telephone_number_is_shown_as_it_was():
    new = document(phone="13900009999")
    assert changed(new.opened().against(document().opened())) == {"phone": (PHONE, "13900009999")}


def test_without_an_earlier_one_nothing_is_marked():
    assert changed(document().against(None)) == {}


def test_a_field_that_is_new_in_the_form_is_no_change_of_the_applicant():
    old = Document("申请表", (Section("基本情况", (Field("name", "姓名", "张三"),)),))
    assert changed(document().against(old)) == {}


def test_rows_as_a_paper_form_sets_them():
    fields = [Field(str(n), str(n), "", wide=wide) for n, wide in enumerate((False, False, False, True, False))]
    rows = Section("", tuple(fields)).rows
    assert [[item.key for item in row] for row in rows] == [["0", "1"], ["2"], ["3"], ["4"]]
