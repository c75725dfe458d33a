"""Personal numbers at rest (Y05): unreadable in the database, readable after the keys have changed."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.contrib.auth.hashers import make_password
from django.db import connection

from accounts import crypto, services
from accounts.hashers import Argon2
from accounts.masks import mask_mobile, mask_number
from accounts.models import Profile, User

NUMBER = "420106198001011237"


@pytest.fixture
def keys(settings):
    def use(*keys: bytes) -> None:
        settings.FIELD_KEYS = [key.decode() for key in keys]
        crypto._fernet.cache_clear()

    yield use
    crypto._fernet.cache_clear()


def raw(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return str(cursor.fetchall())


@pytest.mark.django_db
def test_the_database_has_no_clear_numbers(specialist):
    services.save_profile(user=specialist, values={"id_number": NUMBER})
    rows = raw("accounts_user") + raw("accounts_profile")
    assert specialist.mobile not in rows
    assert NUMBER not in rows
    assert crypto.keyed_hash(NUMBER) in rows
    assert User.objects.get().mobile == specialist.mobile
    assert Profile.objects.get().id_number == NUMBER


@pytest.mark.django_db
def test_old_rows_are_read_after_the_key_has_changed(specialist, keys):
    old, new = Fernet.generate_key(), Fernet.generate_key()
    keys(old)
    services.save_profile(user=specialist, values={"id_number": NUMBER})
    digest = Profile.objects.get().id_hash
    keys(new, old)
    assert Profile.objects.get().id_number == NUMBER
    Profile.objects.get().save()
    keys(new)
    assert Profile.objects.get().id_number == NUMBER
    assert Profile.objects.get().id_hash == digest
    keys(old)
    with pytest.raises(InvalidToken):
        Profile.objects.get()


def test_the_same_text_is_never_the_same_token():
    assert crypto.encrypt(NUMBER) != crypto.encrypt(NUMBER)
    assert crypto.keyed_hash(NUMBER) == crypto.keyed_hash(NUMBER)


@pytest.mark.parametrize(
    ("number", "masked"),
    [(NUMBER, "420106********1237"), ("E12345678", "E*******8"), ("", ""), ("A", "A"), ("AB", "AB")],
)
def test_masks(number, masked):
    assert mask_number(number) == masked


def test_masked_mobiles():
    assert mask_mobile("13812345678") == "138****5678"


def test_passwords_are_hashed_with_argon2(settings):
    from ktp.settings import PASSWORD_HASHERS

    settings.PASSWORD_HASHERS = PASSWORD_HASHERS
    assert make_password("长江之水").startswith(f"{Argon2.algorithm}$argon2id$v=19$m=19456,t=2,p=1$")
