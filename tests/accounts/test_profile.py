"""基本信息: what is accepted, what is refused and where it is said, and who sees how much of the identity number."""

import pytest
from django.core.exceptions import ValidationError

from accounts import selectors, services
from accounts.forms.information import TOO_MANY_NUMBERS
from accounts.locks import Lock
from accounts.models import AuditEntry, Profile, Region, Term, User
from accounts.roles import Role
from accounts.selectors import missing_profile_fields
from tests.accounts.conftest import PASSWORD
from tests.world import identity_number

pytestmark = pytest.mark.django_db

NUMBER = "420106198001011237"  # of a man: the 17th figure is odd


@pytest.fixture
def answers() -> dict[str, str]:
    term = {kind: str(Term.objects.filter(kind=kind).first().pk) for kind in Term.Kind.values}
    return {
        "real_name": "陈婉清", "gender": "1", "birth_month": "1980-01", "native_place": "湖北武汉", "ethnicity": "01",
        "political_status": "13", "id_kind": "id", "id_number": NUMBER, "education": "11", "degree": "2",
        "graduate_school": "华中农业大学", "major": "果树学", "work_unit": "华中农业大学", "post": "无",
        "region": str(Region.objects.get(name="洪山区").pk), "title_level": "0", "title_name": "无",
        "talent_type": term["talent"], "discipline": term["discipline"], "speciality": "柑橘栽培",
        "service_mode": term["service_mode"], "mobile": "13812345678", "phone": "无", "email": "无",
        "address": "武汉市洪山区狮子山街1号", "postcode": "430070", "service_experience": "无",
        "awards_penalties": "无",
    }  # fmt: skip


@pytest.fixture
def mine(client, specialist):
    client.force_login(specialist, "accounts.backends.RoleBackend")
    return client


def errors(client, data) -> dict[str, list[str]]:
    answer = client.post("/profile/edit/", data)
    return {} if answer.status_code == 302 else dict(answer.context["form"].errors)


def test_everything_filled_in_is_saved(mine, specialist, answers):
    assert len(missing_profile_fields(specialist)) == len(selectors.PROFILE_FIELDS) - 3  # 姓名, 手机, 证件类型
    assert errors(mine, answers | {"real_name": "陈婉清清", "mobile": "13900000000"}) == {}
    user = User.objects.get()
    assert (user.real_name, user.mobile) == ("陈婉清清", "13900000000")
    assert missing_profile_fields(user) == []
    assert user.profile.id_number == NUMBER
    assert user.profile.region.city.name == "武汉市"
    assert user.profile.role == Role.SPECIALIST


def test_every_field_is_asked_for(mine):
    found = errors(mine, {})
    assert set(found) == set(selectors.PROFILE_FIELDS)
    assert not Profile.objects.exists()


@pytest.mark.parametrize("empty", ["", " ", "　", "\t\n", "\u00a0"])
def test_blanks_are_no_answer(mine, answers, empty):
    assert set(errors(mine, answers | {"work_unit": empty, "awards_penalties": empty})) == {
        "work_unit", "awards_penalties",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("number", "accepted"),
    [
        (NUMBER, True),
        ("４２０１０６１９８００１０１１２３７", True),
        (" 420106 19800101 1237 ", True),
        ("420106198001011238", False),  # check digit
        ("42010619800101123X", False),
        ("420106198013011237", False),  # no such month
        ("42010619800101123", False),
        ("420106800101123", False),  # the old 15 figures
        ("000000000000000000", False),
        ("无", False),
        ("420106********1237", False),  # a mask, where nothing is saved yet
        ("' OR 1=1 --", False),
    ],
)
def test_identity_numbers(mine, answers, number, accepted):
    found = errors(mine, answers | {"id_number": number})
    assert (found == {}) is accepted
    assert accepted or set(found) == {"id_number"}


def test_an_x_may_be_small(mine, answers):
    with_x = "11010519491231002X"
    changes = {"id_number": with_x.lower(), "birth_month": "1949-12", "gender": "2"}
    assert errors(mine, answers | changes) == {}
    assert Profile.objects.get().id_number == with_x


@pytest.mark.parametrize(
    ("number", "accepted"), [("E12345678", True), ("ea1234567", True), ("E1", False), ("护照", False)]
)
def test_passports(mine, answers, number, accepted):
    found = errors(
        mine, answers | {"id_kind": "passport", "id_number": number, "gender": "2", "birth_month": "1970-05"}
    )
    assert (found == {}) is accepted


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"birth_month": "1980-02"}, {"birth_month"}),
        ({"gender": "2"}, {"gender"}),
        ({"gender": "2", "birth_month": "1981-01"}, {"gender", "birth_month"}),
        ({"birth_month": "2999-01"}, {"birth_month"}),
        ({"birth_month": "1980-13"}, {"birth_month"}),
        ({"birth_month": "无"}, {"birth_month"}),
        ({"mobile": "无"}, {"mobile"}),
        ({"email": "not an address"}, {"email"}),
        ({"phone": "电话"}, {"phone"}),
        ({"postcode": "4300"}, {"postcode"}),
        ({"region": "999999"}, {"region"}),
        ({"region": "1"}, {"region"}),  # a city is not a county
        ({"talent_type": "1"}, {"talent_type"}),  # a chain
        ({"ethnicity": "99"}, {"ethnicity"}),
        ({"native_place": "湖\u202e北"}, {"native_place"}),
        ({"native_place": "湖\x0b北"}, {"native_place"}),
        ({"address": "长" * 201}, {"address"}),
        ({"speciality": "长" * 201}, {"speciality"}),
    ],
)
def test_errors_stand_beside_their_field(mine, answers, changes, where):
    assert set(errors(mine, answers | changes)) == where


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "wanqing@hzau.edu.cn"}, {"phone": "027-87281234转8012"}, {"birth_month": "1980年1月"},
        {"birth_month": "1980.01"}, {"birth_month": "198001"}, {"speciality": "长" * 198 + "\r\n长"},
    ],
)  # fmt: skip
def test_ways_of_writing(mine, answers, changes):
    assert errors(mine, answers | changes) == {}
    assert Profile.objects.get().birth_month == "1980-01"


def test_what_was_typed_stays(mine, answers):
    page = mine.post("/profile/edit/", answers | {"postcode": "4300"}).content.decode()
    assert "狮子山街1号" in page
    assert 'value="4300"' in page
    assert "柑橘栽培" in page


def test_the_number_is_never_shown_again(mine, specialist, answers):
    errors(mine, answers)
    for path in ("/profile/", "/profile/edit/", "/account/"):
        page = mine.get(path).content.decode()
        assert NUMBER not in page
        assert NUMBER[6:14] not in page
    assert "420106********1237" in mine.get("/profile/").content.decode()
    assert "420106********1237" in mine.get("/profile/edit/").content.decode()


def test_the_mask_left_alone_keeps_the_number(mine, answers):
    errors(mine, answers)
    assert errors(mine, answers | {"id_number": "420106********1237", "post": "教授"}) == {}
    profile = Profile.objects.get()
    assert (profile.id_number, profile.post) == (NUMBER, "教授")
    assert set(errors(mine, answers | {"id_number": "420106********9999"})) == {"id_number"}
    assert set(errors(mine, answers | {"id_number": "420106********1237", "gender": "2"})) == {"gender"}


def test_one_account_for_a_person_and_role(mine, answers, caplog):
    other = services.register(
        username="other", password=PASSWORD, real_name="李秘密", mobile="13911112222", role=Role.SPECIALIST
    )
    services.save_profile(user=other, values={"id_number": NUMBER})
    answer = mine.post("/profile/edit/", answers)
    page = answer.content.decode()
    assert "已有账号登记" in page
    assert "李秘密" not in page
    assert "13911112222" not in page
    assert any("registered already" in record.message for record in caplog.records)
    assert NUMBER not in caplog.text
    other.role = Role.CITY
    other.save()
    other.profile.save()
    assert errors(mine, answers) == {}


def test_nobody_asks_about_many_numbers(mine, specialist, answers):
    """It said of any number, without end, whether somebody is registered by it."""
    other = services.register(
        username="other", password=PASSWORD, real_name="李秘密", mobile="13911112222", role=Role.SPECIALIST
    )
    services.save_profile(user=other, values={"id_number": NUMBER})
    tried = [identity_number(n) for n in range(1, 11)]

    def said(number: str) -> list[str]:
        fitting = {"gender": "1" if int(number[16]) % 2 else "2", "birth_month": f"{number[6:10]}-{number[10:12]}"}
        return errors(mine, answers | fitting | {"id_number": number}).get("id_number", [])

    for number in (*tried[:5], *tried):
        assert said(number) == []
    assert said(NUMBER) == said(identity_number(11)) == said(tried[0]) == [TOO_MANY_NUMBERS]
    assert said(Profile.objects.get(user=specialist).id_number) == []  # one's own


def test_one_number_typed_again_and_again_is_one(mine, specialist, answers):
    """The page saves itself: a number that is taken comes with every word."""
    other = services.register(
        username="other", password=PASSWORD, real_name="李秘密", mobile="13911112222", role=Role.SPECIALIST
    )
    services.save_profile(user=other, values={"id_number": NUMBER})
    for _ in range(15):
        assert mine.post("/profile/autosave/", answers).status_code == 200
    assert "已有账号登记" in errors(mine, answers)["id_number"][0]


def test_the_clash_that_no_form_has_seen(specialist):
    other = services.register(
        username="other", password=PASSWORD, real_name="李秘密", mobile="13911112222", role=Role.SPECIALIST
    )
    services.save_profile(user=other, values={"id_number": NUMBER})
    with pytest.raises(services.ValidationError, match="已有账号登记"):
        services.save_profile(user=specialist, values={"id_number": NUMBER})


def test_fields_of_others_are_not_written(mine, specialist, answers):
    officer = services.issue_account(username="x", real_name="某", role=Role.CITY, password=PASSWORD)[0]
    extra = {
        "role": "province", "user": str(officer.pk), "is_active": "", "id_hash": "0", "username": "boss", "id": "99",
        "must_change_password": "1", "session_round": "9", "password": "x",
    }  # fmt: skip
    before = {name: getattr(specialist, name) for name in extra if hasattr(specialist, name)}
    assert errors(mine, answers | extra) == {}
    specialist.refresh_from_db()
    assert {name: getattr(specialist, name) for name in before} == before
    assert Profile.objects.get().user == specialist


@pytest.fixture
def fast(mine, answers, monkeypatch):
    """All is filled in, and a part of it held fast, as while an application is judged."""
    assert errors(mine, answers) == {}
    held = ("post", "id_number", "region", "gender", "speciality")
    monkeypatch.setattr(selectors, "LOCKS", [lambda user: Lock("正在审核中。", held)])
    return held


def test_what_is_held_fast_can_not_be_typed_into_and_the_rest_can(mine, answers, fast):
    page = mine.get("/profile/edit/")
    assert "正在审核中。" in page.content.decode()
    disabled = {name for name, field in page.context["form"].fields.items() if field.disabled}
    assert disabled == {*fast, "city"}
    sent = {name: text for name, text in answers.items() if name not in fast}  # a browser sends nothing of them
    assert errors(mine, sent | {"phone": "027-87654321"}) == {}
    profile = Profile.objects.get()
    assert (profile.phone, profile.post, profile.id_number) == ("027-87654321", "无", NUMBER)
    assert "正在审核中。" in mine.get("/profile/").content.decode()


def test_who_had_the_page_open_before_loses_no_word(mine, answers, fast):
    """It was sent away to another page, with everything that had been typed."""
    answer = mine.post("/profile/edit/", answers | {"post": "处长", "phone": "027-87654321"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"post": ["正在审核中。"]}
    assert 'value="处长"' in answer.content.decode()
    assert Profile.objects.get().post == "无"
    assert mine.post("/profile/autosave/", answers | {"post": "处长", "phone": "027-87654321"}).status_code == 200
    profile = Profile.objects.get()
    assert (profile.post, profile.phone) == ("无", "027-87654321")


@pytest.mark.parametrize("name", ["post", "id_number", "region", "gender"])
def test_what_is_held_fast_is_refused_by_the_door_too(mine, specialist, fast, name):
    changed = {
        "post": "处长",
        "id_number": "420106198001011253",
        "region": Region.objects.get(name="武昌区"),
        "gender": "2",
    }
    with pytest.raises(ValidationError) as caught:
        services.save_profile(user=User.objects.get(), values={name: changed[name]})
    assert caught.value.message_dict == {name: ["正在审核中。"]}


def test_it_saves_itself(mine, specialist, answers):
    answer = mine.post("/profile/autosave/", answers | {"postcode": "4300", "education": ""})
    assert answer.status_code == 200
    body = answer.json()
    assert body["missing"] == 2
    assert body["missing_by_section"]["学历学位"] == 1
    assert body["missing_by_section"]["联系方式"] == 1
    profile = Profile.objects.get()
    assert (profile.postcode, profile.education, profile.work_unit) == ("", "", "华中农业大学")
    assert mine.post("/profile/autosave/", {}).json()["missing"] == 2  # what is empty takes nothing away


def test_what_is_missing_is_named_with_its_place(mine, specialist, answers):
    services.save_profile(user=specialist, values={"work_unit": "华中农业大学"})
    page, form = (mine.get(path).content.decode() for path in ("/profile/", "/profile/edit/"))
    for name, label in missing_profile_fields(User.objects.get()):
        assert f'href="/profile/edit/#id_{name}">{label}</a>' in page
        assert f'id="id_{name}"' in form


def test_counties_stand_under_their_cities(mine, specialist):
    form = mine.get("/profile/edit/").context["form"]
    groups = dict(form.fields["region"].choices[1:])
    assert len(groups) == 17
    assert "洪山区" in dict(groups["武汉市"]).values()
    assert list(dict(groups["仙桃市"]).values()) == ["仙桃市"]


def test_a_word_switched_off_stays_with_whoever_has_it(mine, specialist, answers):
    errors(mine, answers)
    Term.objects.filter(pk=answers["talent_type"]).update(active=False)
    assert errors(mine, answers) == {}
    Profile.objects.update(talent_type=None)
    assert set(errors(mine, answers)) == {"talent_type"}


# ---- 机构信息 ----

OFFICE = {"name": "武汉市科学技术局", "phone": "027-65692000", "contact": "周文博", "contact_phone": "13812345678"}


@pytest.fixture
def office(client, officer, wuhan):
    client.force_login(officer, "accounts.backends.RoleBackend")
    return OFFICE | {"location": str(wuhan.location_id)}


def test_the_office_is_saved(client, office, wuhan):
    assert client.post("/organisation/", office | {"kind": "province", "active": "", "region": "1"}).status_code == 302
    before = (wuhan.kind, wuhan.active, wuhan.region_id)
    wuhan.refresh_from_db()
    assert (wuhan.kind, wuhan.active, wuhan.region_id) == before
    assert wuhan.contact == "周文博"
    assert "027-65692000" in client.get("/organisation/").content.decode()
    told = AuditEntry.objects.get(kind="organisation")
    assert "联系人 （空） → 周文博" in told.text
    assert client.post("/organisation/", office).status_code == 302  # nothing new, nothing told
    assert AuditEntry.objects.filter(kind="organisation").count() == 1


@pytest.mark.parametrize("changes", [{"name": ""}, {"contact": "　"}, {"contact_phone": "abc"}, {"location": "99999"}])
def test_the_office_needs_everything(client, office, changes):
    answer = client.post("/organisation/", office | changes)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(changes)


@pytest.mark.parametrize("desk", ["0", "-1", "99999999999999999999", "１", "x", "1"])
def test_other_offices_are_not_there(client, office, wuhan, desk):
    assert desk != str(wuhan.pk)
    assert client.get("/organisation/", {"desk": desk}).status_code == 404
    assert client.post(f"/organisation/?desk={desk}", office).status_code == 404
