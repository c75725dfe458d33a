"""What the frame shows on every page."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from accounts import notices, parameters
from accounts.models import User
from applications.models import Batch
from portal.articles.models import Channel
from portal.menu import places, sidebar
from review.selectors import waiting


def frame(request: HttpRequest) -> dict:
    """Context of base.html and public.html; what costs queries is read when a template asks for it, once."""
    user = getattr(request, "user", None)
    person = user if isinstance(user, User) else None
    queues = SimpleLazyObject(lambda: waiting(person) if person else [])
    return {
        "site_name": settings.SITE_NAME,
        "province_name": settings.PROVINCE_NAME,
        "demo": settings.DEMO,
        "footer": SimpleLazyObject(lambda: parameters.footer(f"{settings.PROVINCE_NAME}科学技术厅")),
        "channel_bar": SimpleLazyObject(lambda: channel_bar(request)),
        "batch": SimpleLazyObject(Batch.current),
        "queues": queues,
        "sidebar": SimpleLazyObject(lambda: sidebar(person, places(request), list(queues)) if person else []),
        "entries": SimpleLazyObject(lambda: sidebar(person, places(request), None) if person else []),  # no counts
        "unread": SimpleLazyObject(lambda: _unread(person)),
        "acting_for": SimpleLazyObject(lambda: "、".join(desk.name for desk in person.desks) if person else ""),
    }


@dataclass(frozen=True)
class Place:
    """An entry of the bar that leads through the public pages; `here`: the page it leads to is the one that is read."""

    label: str
    url: str
    here: bool = False


def channel_bar(request: HttpRequest) -> list[Place]:
    news = reverse("articles:list")
    rows = [
        ("主页", reverse("portal:home")), *((one.label, f"{news}?channel={one.value}") for one in Channel),
        ("服务对接", reverse("docking:needs")), ("资料下载", f"{news}?files=1"),
    ]  # fmt: skip
    asked = {name: value for name in ("channel", "files") if (value := request.GET.get(name))}
    here = f"{request.path}?{urlencode(asked)}" if request.path == news and asked else request.path
    return [Place(label, url, url == here) for label, url in rows]


def _unread(person: User | None) -> str:
    """What stands on the bell: nothing, a number, or 「99+」."""
    count = notices.unread(person) if person else 0
    return f"{notices.UNREAD_SHOWN}+" if count > notices.UNREAD_SHOWN else str(count or "")
