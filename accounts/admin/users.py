from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from accounts import audit, services
from accounts.admin.organisations import AppointmentInline
from accounts.administered import Administered
from accounts.audit import Kind
from accounts.forms.typed import Mobile, Name
from accounts.models import Appointment, Profile, User
from accounts.roles import ROLES, SYSTEM_ADMIN, Role


class UserForm(forms.ModelForm):
    """An account as 系统管理员 edits it. `system_admin` is the group 系统管理员 as a tick box."""

    mobile = Mobile(label="手机", required=False)
    system_admin = forms.BooleanField(
        label="系统管理员", required=False, help_text="可以进入系统管理；不因此获得任何审核权限"
    )

    class Meta:
        model = User
        fields = ("username", "real_name", "role", "mobile", "is_active")
        field_classes = {"username": Name}
        labels = {"is_active": "启用"}
        help_texts = {"is_active": "取消勾选即停用：当前的登录在下一次操作时失效，办理记录保留"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mobile"].hidden, self.initial["mobile"] = self.instance.mobile, self.instance.masked_mobile
        if "role" in self.fields:
            self.fields["role"].choices = [("", "无"), *((role.value, role.label) for role in Role if role in ROLES)]
        if self.instance.pk and "system_admin" in self.fields:
            self.fields["system_admin"].initial = self.instance.groups.filter(name=SYSTEM_ADMIN).exists()

    def clean_role(self) -> str:
        role, profile = self.cleaned_data["role"], getattr(self.instance, "profile", None)
        if profile and profile.id_hash:
            others = Profile.objects.filter(role=role, id_hash=profile.id_hash).exclude(pk=profile.pk)
            if others.exists():
                raise ValidationError("该角色下已有另一个账号登记了同一证件号码。")
        return role

    def clean(self) -> None:
        super().clean()
        cleaned = self.cleaned_data
        if self.instance.pk and not (cleaned.get("is_active", True) and cleaned.get("system_admin", True)):
            try:
                services.keep_an_administrator(self.instance)
            except ValidationError as error:
                self.add_error("is_active" if not cleaned.get("is_active", True) else "system_admin", error)


class AdministratorFilter(admin.SimpleListFilter):
    title, parameter_name = "系统管理员", "system_admin"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("1", "是"), ("0", "否")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "1":
                return queryset.filter(groups__name=SYSTEM_ADMIN)
            case "0":
                return queryset.exclude(groups__name=SYSTEM_ADMIN)
        return queryset


OFFICERS = (Role.CITY, Role.PROVINCE)


@admin.register(User)
class UserAdmin(Administered):
    """用户管理: accounts are issued, changed, given a new password, deactivated."""

    heading = "用户管理"
    kind, kind_new = Kind.ACCOUNT, Kind.ISSUE
    form = UserForm
    list_display = ("username", "real_name", "role", "organisations", "administers", "is_active", "last_login")
    list_filter = ("role", "is_active", AdministratorFilter)
    search_fields = ("username", "real_name", "appointment__content_object__name")
    ordering = ("-date_joined", "-pk")
    inlines = (AppointmentInline,)
    actions = ("activate", "deactivate")
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("appointment_set__content_object", "groups")

    def other_side(self, row: Model) -> Model | None:
        return row.content_object if isinstance(row, Appointment) else None

    @admin.display(description="所属机构")
    def organisations(self, user: User) -> str:
        standing = {"任职中": ""}
        rows = ((row.content_object, standing.get(row.standing, row.standing)) for row in user.appointment_set.all())
        return "、".join(f"{name}（{note}）" if note else str(name) for name, note in rows)

    @admin.display(description="系统管理员")
    def administers(self, user: User) -> str:
        return "是" if any(group.name == SYSTEM_ADMIN for group in user.groups.all()) else ""

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> tuple:
        person = ("username", "real_name", "mobile")
        if obj is None:
            return ((None, {"fields": person}), ("身份", {"fields": ("role", "system_admin")}))
        rights = ("role", "is_active") if obj == request.user else ("role", "system_admin", "is_active")
        return (
            (None, {"fields": person}),
            ("身份", {"fields": rights}),
            ("记录", {"fields": ("date_joined", "last_login")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        own = ("role", "is_active") if obj == request.user else ()  # nobody gives rights to themselves (D06)
        return ("username", *self.readonly_fields, *own)

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any):
        form = super().get_form(request, obj, change, **kwargs)
        if obj is not None and obj == request.user:
            del form.base_fields["system_admin"]
        return form

    def get_inlines(self, request: HttpRequest, obj: User | None) -> tuple:
        return () if obj is not None and obj == request.user else self.inlines

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        if not change:
            request.issued_password = services.give_temporary_password(obj)
        super().save_model(request, obj, form, change)
        if "role" in form.changed_data:
            Profile.objects.filter(user=obj).update(role=obj.role)
        if "system_admin" in form.cleaned_data:
            services.set_system_admin(user=obj, value=form.cleaned_data["system_admin"])

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        """An officer without a desk is saved, and said: they would find every queue empty."""
        super().save_related(request, form, formsets, change)
        user, today = form.instance, Appointment.in_force()
        if user.is_active and user.role in OFFICERS and not user.appointment_set.filter(today).exists():
            words = f"「{user}」还没有任职，不能办理任何机构的事项：请在「任职」中选择所代表的机构。"
            self.message_user(request, words, messages.WARNING)

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        return self._show_password(request, obj, request.issued_password)

    def get_urls(self) -> list:
        reset = path("<int:pk>/reset-password/", self.admin_site.admin_view(self.reset_password), name="reset_password")
        return [reset, *super().get_urls()]

    def reset_password(self, request: HttpRequest, pk: int) -> HttpResponse:
        """「重置密码」: asks, then shows the one-time password once."""
        user = self.get_object(request, str(pk))
        if user is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        if user == request.user:
            return redirect("accounts:password")
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if request.method == "POST":
            with transaction.atomic():
                password = services.reset_password(user=user)
                audit.record(request, Kind.RESET, f"重置密码「{user}」（{user.username}）", about=user)
            return self._show_password(request, user, password)
        return self._page(request, user, "admin/accounts/user/reset_password.html", title=f"重置密码：{user}")

    def _show_password(self, request: HttpRequest, user: User, password: str) -> HttpResponse:
        return self._page(
            request, user, "admin/accounts/user/password.html", title=f"一次性密码：{user}", password=password,
            hours=int(services.TEMPORARY.total_seconds() // 3600),
        )  # fmt: skip

    def _page(self, request: HttpRequest, user: User, template: str, **context: Any) -> HttpResponse:
        common = {**self.admin_site.each_context(request), "opts": self.opts, "original": user}
        request.current_app = self.admin_site.name
        return render(request, template, common | context)

    @admin.action(description="启用所选用户")
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._set_active(request, queryset, True)

    @admin.action(description="停用所选用户")
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._set_active(request, queryset, False)

    def _set_active(self, request: HttpRequest, users: QuerySet[User], active: bool) -> None:
        words = "启用" if active else "停用"
        done = 0
        for user in users.exclude(is_active=active):
            if user == request.user:
                self.message_user(request, "不能停用自己的账号。", messages.ERROR)
                continue
            kind = Kind.ACTIVATE if active else Kind.DEACTIVATE
            try:
                with transaction.atomic():
                    services.set_active(user=user, active=active)
                    audit.record(request, kind, f"{words}账号「{user}」（{user.username}）", about=user)
            except ValidationError as error:
                self.message_user(request, f"{user}：{error.messages[0]}", messages.ERROR)
                continue
            done += 1
        self.message_user(request, f"已{words} {done} 个账号。", messages.SUCCESS if done else messages.WARNING)
