"""系统管理 in the Django admin: accounts, organisations, regions and dictionaries. Nothing is ever deleted (D04)."""

from django.contrib import admin
from django.contrib.auth.models import Group

from accounts.admin import organisations, reference, users  # noqa: F401 - they register

admin.site.unregister(Group)  # what a role may do stands in roles.py; who has a role, with the user
