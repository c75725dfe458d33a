"""Registering, logging in and out, the account, 基本信息 and 机构信息."""

from urllib.parse import urlsplit

from captcha.models import CaptchaStore
from captcha.views import captcha_image as draw
from django.conf import settings
from django.contrib import auth, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit, captcha, changes, held, limits, middleware, selectors, services
from accounts.access import client_ip, role_required, signed_in
from accounts.audit import Kind
from accounts.forms.entry import LoginForm, PasswordForm, RegisterForm
from accounts.forms.information import NoticeAddressForm, OrganisationForm, ProfileForm
from accounts.http import SignedInRequest
from accounts.models import Organisation, User

TOO_OFTEN = "429.html"


# ---- captcha ----


@never_cache
@require_safe
def new_captcha(request: HttpRequest) -> JsonResponse:
    """A fresh captcha for the form on the screen, as an image or as a question in words."""
    purpose, kind = request.GET.get("purpose"), request.GET.get("kind")
    if purpose not in captcha.PURPOSES or kind not in {captcha.IMAGE, captcha.WORDS}:
        raise Http404
    if (challenge := captcha.issue(request, purpose, kind)) is None:
        return JsonResponse({"message": captcha.TOO_MANY[kind]}, status=429)
    return JsonResponse(
        {"key": challenge.key, "image_url": challenge.image_url or None, "question": challenge.question or None}
    )


@require_safe
def captcha_image(request: HttpRequest, key: str) -> HttpResponse:
    """The image, drawn once: the browser keeps it as long as it is good."""
    if captcha.kind_of(key) != captcha.IMAGE or not CaptchaStore.objects.filter(hashkey=key).exists():
        raise Http404
    response = draw(request, key, scale=2)
    response["Cache-Control"] = f"private, max-age={settings.CAPTCHA_TIMEOUT * 60}"
    return response


# ---- the door ----


def _next(request: HttpRequest) -> str:
    """Where to go after logging in: a page of this site, or the workbench (L14)."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    local = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if local and target.startswith("/") and not urlsplit(target).netloc else ""


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """The one door, of the portal and of the Django admin."""
    target = _next(request)
    if request.user.is_authenticated:
        return redirect(target or settings.LOGIN_REDIRECT_URL)
    if request.method != "POST":
        return _login_page(request, LoginForm(request), target)
    form = LoginForm(request, request.POST)
    if form.is_valid():
        auth.login(request, form.user)
        middleware.begin(request.session)
        held.settle(request)
        return redirect(target or settings.LOGIN_REDIRECT_URL)
    if form.has_error("__all__", "wrong") and limits.exceeded(
        "login", client_ip(request), limit=settings.LOGIN_FAILURES_PER_HOUR
    ):
        return render(request, TOO_OFTEN, {"wait": "一小时"}, status=429)
    return _login_page(request, form, target, status=422)


def _login_page(request: HttpRequest, form: LoginForm, target: str, status: int = 200) -> HttpResponse:
    return render(request, "accounts/login.html", {"form": form, "next": target}, status=status)


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict | None) -> HttpResponse:
    """django-axes' answer while an account is locked for an address."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, TOO_OFTEN, {"wait": f"{minutes} 分钟"}, status=429)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    response = redirect(settings.LOGOUT_REDIRECT_URL)
    held.forget_owner(response)
    return response


@sensitive_post_parameters("password", "password_again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    form = RegisterForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        valid = form.is_valid()
        # Behind a solved captcha the form tells which names are taken: so each such try counts (A04, A05).
        if not form.has_error("captcha") and limits.exceeded(
            "register", client_ip(request), limit=settings.REGISTRATIONS_PER_HOUR
        ):
            return render(request, TOO_OFTEN, {"wait": "一小时"}, status=429)
        if valid and _registered(request, form):
            messages.success(request, "操作成功，账号已注册，请登录。")
            return redirect("accounts:login")
    return render(request, "accounts/register.html", {"form": form}, status=422 if form.errors else 200)


def _registered(request: HttpRequest, form: RegisterForm) -> bool:
    names = ("username", "password", "real_name", "mobile", "role")
    try:
        with transaction.atomic():
            user = services.register(**{name: form.cleaned_data[name] for name in names})
            audit.record(request, Kind.REGISTER, f"注册账号 {user.username}（{user.get_role_display()}）", about=user)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/terms.html", {"version": services.TERMS_VERSION})


# ---- the account ----


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: SignedInRequest) -> HttpResponse:
    """The account, its last logins, and where its notices go (the one thing that is posted here)."""
    user = User.objects.get(pk=request.user.pk)  # what is wrong in the form must not stand in the frame
    form = NoticeAddressForm(request.POST if request.method == "POST" else None, instance=user)
    if form.is_bound and form.is_valid():
        services.set_notice_address(user=request.user, email=form.cleaned_data["email"])
        messages.success(request, "通知邮箱已保存。")
        return redirect("accounts:account")
    context = {"logins": selectors.last_logins(request.user), "form": form, "mails": bool(settings.EMAIL_URL)}
    return render(request, "accounts/account.html", context, status=422 if form.errors else 200)


@signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: SignedInRequest) -> HttpResponse:
    """「修改密码」; with a one-time password the only page there is."""
    form = PasswordForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with transaction.atomic():
            services.set_password(user=request.user, password=form.cleaned_data["new_password"])
            audit.record(request, Kind.PASSWORD, "修改密码", about=request.user)
        auth.update_session_auth_hash(request, request.user)
        messages.success(request, "密码已修改，其他设备上的登录已退出。")
        return redirect("accounts:account")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)


@signed_in
@require_POST
def sign_out_everywhere(request: SignedInRequest) -> HttpResponse:
    with transaction.atomic():
        services.sign_out_everywhere(user=request.user)
        audit.record(request, Kind.SIGN_OUT, "退出所有设备", about=request.user)
    auth.logout(request)
    messages.success(request, "已退出所有设备，请重新登录。")
    response = redirect("accounts:login")
    held.forget_owner(response)
    return response


# ---- 基本信息 ----

person = role_required("accounts.fill_profile")


@person
@require_safe
def profile(request: SignedInRequest) -> HttpResponse:
    user = request.user
    missing = selectors.missing_profile_fields(user)
    context = {
        "missing": missing,
        "begun": len(missing) < len(selectors.PROFILE_FIELDS) - len(selectors.USER_FIELDS),
        "locked": selectors.profile_lock(user).reason,
        "document": {"sections": selectors.profile_sections(user)},
    }
    return render(request, "accounts/profile.html", context)


@person
@require_http_methods(["GET", "HEAD", "POST"])
def profile_edit(request: SignedInRequest) -> HttpResponse:
    """「填写基本信息」: 「提交」 saves what is complete and right; what is typed meanwhile saves itself."""
    user = request.user
    form = _profile_form(user, held.typed(request))
    if request.method == "POST" and form.is_valid() and _saved(form, user):
        messages.success(request, "基本信息已保存。")
        return redirect("accounts:profile")
    context = {"form": form, "sections": selectors.missing_by_section(user)}
    return render(request, "accounts/profile_edit.html", context, status=422 if request.method == "POST" else 200)


def _profile_form(user: User, data: QueryDict | None) -> ProfileForm:
    return ProfileForm(data, instance=selectors.profile_of(user), lock=selectors.profile_lock(user))


def _saved(form: ProfileForm, user: User) -> bool:
    try:
        services.save_profile(user=user, values=form.values())
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


@person
@require_POST
def profile_autosave(request: SignedInRequest) -> JsonResponse:
    """Keep what is right of what is typed; what is wrong or empty is told when 「提交」 is pressed."""
    user = request.user
    form = _profile_form(user, request.POST)
    form.is_valid()
    try:
        services.save_profile(user=user, values=form.values())
    except ValidationError as error:
        return JsonResponse({"message": error.messages[0]}, status=409)
    sections = selectors.missing_by_section(user)
    return JsonResponse(
        {
            "saved": timezone.localtime().strftime("%H:%M"),
            "missing": sum(count for _, count in sections),
            "missing_by_section": dict(sections),
        }
    )


# ---- 机构信息 ----


@role_required("accounts.fill_organisation")
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: SignedInRequest) -> HttpResponse:
    """「填写机构信息」 for the organisation the person acts for; of several, the one chosen."""
    desks = request.user.desks
    if not desks:
        raise PermissionDenied
    desk = _chosen(desks, request.GET.get("desk", ""))
    data = held.typed(request)
    editing = data is not None or "edit" in request.GET
    form = OrganisationForm(data, instance=desk)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            services.save_organisation(organisation=desk, values=form.cleaned_data)
            if lines := changes.of_form(form):
                words = f"填写机构信息「{desk}」：{changes.sentence(lines)}"
                audit.record(request, Kind.ORGANISATION, words, about=desk, changes=lines)
        messages.success(request, "机构信息已保存。")
        return redirect(f"{resolve_url('accounts:organisation')}?desk={desk.pk}")
    context = {"form": form, "desk": desk, "desks": desks, "editing": editing, "facts": _facts(desk)}
    context["officers"] = [] if editing else selectors.officers(desk)
    return render(request, "accounts/organisation.html", context, status=422 if request.method == "POST" else 200)


def _chosen(desks: list[Organisation], text: str) -> Organisation:
    """The desk asked for; anything that is not one of this person's own is not there."""
    if not text:
        return desks[0]
    for desk in desks:
        if str(desk.pk) == text:
            return desk
    raise Http404


def _facts(desk: Organisation) -> list[tuple[str, str]]:
    location = desk.location.full_name if desk.location else ""
    texts = {**{name: getattr(desk, name) for name in services.ORGANISATION_FIELDS}, "location": location}
    return [(str(Organisation._meta.get_field(name).verbose_name), text) for name, text in texts.items()]
