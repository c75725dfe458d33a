"""The audit trail (登录日志, 操作日志): append-only rows in sealed chains (D09, Y04).

    audit.record(request, Kind.RESET, "重置密码", about=account)                 # who and from where: the request's
    audit.record_taken(user, Kind.EXPORT, "导出审核记录 320 行", rows=320)       # without a request: no address

Call it in the transaction that makes the change, as its last step: the row stands when the change stands. One chain a
person, so that nobody waits for somebody else; visitors without an account share sixteen by their address. Personal
numbers are masked on the way in, whoever calls.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import models, transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts import limits, parameters
from accounts.access import client_ip
from accounts.masks import mask_mobile, mask_number
from accounts.models import AuditChain, AuditEntry, User

Kind = AuditEntry.Kind
By = HttpRequest | User | None

VISITOR_CHAINS = 16
NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]{15}|1[3-9][0-9]{9})(?![0-9])")


@dataclass(frozen=True)
class Note:
    """What one row says."""

    kind: Kind
    text: str
    about: models.Model | None = None
    ok: bool = True
    extra: dict[str, Any] = field(default_factory=dict)


def record(
    by: By, kind: Kind | str, text: str, *, about: models.Model | None = None, ok: bool = True,
    address: str | None = None, **extra: Any,
) -> AuditEntry:  # fmt: skip
    """Write one row. `about`: the object, named as it is called now; `ok`: whether it succeeded."""
    return record_all(by, [Note(Kind(kind), text, about, ok, extra)], address=address)[0]


@transaction.atomic
def record_all(by: By, notes: Iterable[Note], *, address: str | None = None) -> list[AuditEntry]:
    """Several rows of one person at once, in as many queries as one."""
    if isinstance(by, HttpRequest):
        address = client_ip(by)
    notes = list(notes)
    if not notes:
        return []
    actor = by if isinstance(by, User) else getattr(by, "user", None)
    who = _as_now(actor) if isinstance(actor, User) and actor.pk else {}
    name = chain_of(who["actor"].pk) if who else f"visitor-{crc32((address or '').encode()) % VISITOR_CHAINS}"
    head = _heads([name])[name]
    entries = []
    for note in notes:
        head.count += 1
        entry = AuditEntry(
            chain=name, number=head.count, at=timezone.now(), log=note.kind.log, kind=note.kind, address=address,
            text=plain(note.text)[:500], succeeded=note.ok, extra=_clean(note.extra), **who, **_about(note.about),
        )  # fmt: skip
        head.last = entry.seal = entry.sealed_by(head.last)
        entries.append(entry)
    AuditEntry.objects.bulk_create(entries, batch_size=500)
    _keep([head])
    return entries


def count_steps(written: Mapping[int, int]) -> None:
    """These people ({id: rows}) write history in this transaction: how much is theirs stands under the seal of their
    chain's end, so that `review` misses what was taken away together with the state that it explains."""
    heads = _heads([chain_of(pk) for pk in written])
    for pk, rows in written.items():
        heads[chain_of(pk)].steps += rows
    _keep(heads.values())


def chain_of(person: int) -> str:
    return f"user-{person}"


def _heads(names: list[str]) -> dict[str, AuditChain]:
    """The ends of these chains, held until the transaction is over. One that begins is hung on the one that began
    before it: for that, which happens once a person, the row is held that all share."""
    rows = AuditChain.objects.select_for_update().order_by("name")
    heads = rows.in_bulk(names, field_name="name")
    if missing := sorted(set(names) - set(heads)):
        chains, _ = rows.get_or_create(name=AuditChain.CHAINS)
        heads |= rows.in_bulk(missing, field_name="name")  # somebody else may have begun it meanwhile
        for name in missing:
            if name not in heads:
                heads[name] = AuditChain(name=name, before=chains.last)
                chains.count, chains.last = chains.count + 1, name
        _keep([chains])
    return heads


def _keep(heads: Iterable[AuditChain]) -> None:
    """As many as there are in one statement."""
    for head in (heads := list(heads)):
        head.seal = head.sealed()
    AuditChain.objects.bulk_create(
        heads, update_conflicts=True, unique_fields=("pk",), update_fields=("count", "last", "steps", "seal")
    )


@transaction.atomic
def record_taken(by: User, kind: Kind, text: str, *, rows: int, address: str | None = None, **extra: Any) -> None:
    """Write the row of an export or a bundle of so many `rows`; and once a day another, when all that this person took
    on it is more than 系统参数 allows (Y08). One's own chain is held meanwhile: of two at once the second counts both.
    """
    record(by, kind, text, address=address, rows=rows, **extra)
    today = AuditEntry.objects.filter(actor=by, at__date=timezone.localdate())
    total = sum(today.filter(kind__in=(Kind.EXPORT, Kind.BUNDLE)).values_list("extra__rows", flat=True))
    most = parameters.get("export.alarm_rows")
    if total > most and not today.filter(kind=Kind.ALARM).exists():
        words = f"当天导出和打包下载合计 {total:,} 行（份），超过预警行数 {most:,}"
        record(by, Kind.ALARM, words, address=address, rows=total)


def _as_now(actor: User) -> dict[str, Any]:
    """Name, role and organisation as they are at this moment."""
    roles = (actor.get_role_display(), "系统管理员" if actor.has_perm("accounts.administer") else "")
    return {
        "actor": actor,
        "actor_name": actor.real_name,
        "actor_role": "、".join(filter(None, roles)),
        "actor_organisation": "、".join(desk.name for desk in actor.desks)[:200],
    }


def _about(row: models.Model | None) -> dict[str, Any]:
    return {**key_of(row), "object_name": plain(str(row))[:100]} if row is not None else {}


def key_of(row: models.Model) -> dict[str, Any]:
    """How the trail names an object: also the condition by which its history is found."""
    return {"object_type": row._meta.label_lower, "object_id": row.pk}


def plain(text: str) -> str:
    """On one line, without what draws nothing (Y03), identity and mobile numbers masked (Y04)."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return NUMBER.sub(lambda found: (mask_mobile if len(found[0]) == 11 else mask_number)(found[0]), line)


def _clean(value: Any) -> Any:
    match value:
        case dict():
            return {str(key): _clean(one) for key, one in value.items()}
        case list() | tuple() | set():
            return [_clean(one) for one in value]
        case None | bool() | int():
            return value
    return plain(str(value))


# ---- proof ----


def faults() -> Iterator[str]:
    """One sentence for each changed and each missing row; used by `manage.py check_history`."""
    heads = {head.name: head for head in AuditChain.objects.all()}
    yield from _whole(heads.pop(AuditChain.CHAINS, None), heads)
    number, chain, seal = 0, "", ""
    for entry in AuditEntry.objects.order_by("chain", "number").iterator(chunk_size=2000):
        if entry.chain != chain:
            yield from _end(heads.pop(chain, None), chain, number, seal)
            number, chain, seal = 0, entry.chain, ""
        number += 1
        if entry.number != number:
            yield f"Audit {chain}: row {number} to {entry.number - 1} missing"
        elif entry.seal != entry.sealed_by(seal):
            yield f"Audit {chain} row {entry.number}: the seal does not fit"
        number, seal = entry.number, entry.seal
    yield from _end(heads.pop(chain, None), chain, number, seal)
    for name, head in heads.items():
        yield from _end(head, name, 0, "")


def _whole(chains: AuditChain | None, heads: Mapping[str, AuditChain]) -> Iterator[str]:
    """Chains that are gone with their ends: what began after them names them."""
    if chains is None:
        yield "Audit: the count of its chains is missing"
        return
    if chains.seal != chains.sealed():
        yield "Audit: the count of its chains does not fit"
    for name in sorted({chains.last, *(head.before for head in heads.values())} - {"", *heads}):
        yield f"Audit {name}: the whole chain is missing"
    if chains.count != len(heads):
        yield f"Audit: {len(heads)} chains, {chains.count} expected"


def _end(head: AuditChain | None, chain: str, number: int, seal: str) -> Iterator[str]:
    """The end of a chain is where its head says it is."""
    if not chain:
        return
    if head is None:
        yield f"Audit {chain}: its head is missing"
    elif head.count > number:
        yield f"Audit {chain}: row {number + 1} to {head.count} missing"
    elif (head.count, head.last, head.seal) != (number, seal, head.sealed()):
        yield f"Audit {chain}: its head does not fit"


# ---- the door ----


@receiver(user_logged_in, dispatch_uid="accounts.audit.login")
def _logged_in(sender, request: HttpRequest, user: User, **kwargs) -> None:
    # a copy: what is read of the person for this row is not kept on theirs
    record(copy(user), Kind.LOGIN, "登录成功", address=client_ip(request), device=_device(request))


@receiver(user_logged_out, dispatch_uid="accounts.audit.logout")
def _logged_out(sender, request: HttpRequest, user: User | None, **kwargs) -> None:
    if user is not None:
        record(user, Kind.LOGOUT, "退出登录", address=client_ip(request))


@receiver(user_login_failed, dispatch_uid="accounts.audit.failed")
def _failed(sender, credentials: dict, request: HttpRequest | None = None, **kwargs) -> None:
    if request is not None and not getattr(request, "axes_locked_out", False):
        _refused(request, Kind.LOGIN_FAILED, "账号或密码不正确", credentials.get("username", ""))


@receiver(user_locked_out, dispatch_uid="accounts.audit.locked")
def _locked(sender, request: HttpRequest, username: str, **kwargs) -> None:
    _refused(request, Kind.LOCKED, "失败次数过多，该账号对此网络地址暂时锁定", username)


def _refused(request: HttpRequest, kind: Kind, text: str, username: str) -> None:
    """Nobody has shown who they are: the account is what it is about. A name that is none may be a password typed
    into the wrong box, so only its beginning is kept."""
    account = User.objects.filter(username=username).first()
    name = f"用户名 {username}" if account else f"没有这个账号：{username[:2]}***"
    words = f"{text}（{name}）"
    record(None, kind, words, about=account, ok=False, address=client_ip(request), device=_device(request))


# ---- who wants what is not theirs ----

REFUSALS_AN_HOUR = 30  # different ones of a person: whoever tries more is known by then


def refused(request: HttpRequest, *, hidden: bool = False) -> None:
    """A page has told somebody known that it is not theirs (Y04): a row for each address they try, once an hour, so
    that neither an old bookmark nor a script fills the trail. `hidden`: the answer was that there is no such page."""
    user, page = request.user, f"{request.method} {request.path}"
    if not user.is_authenticated or limits.spent("refused", str(user.pk), limit=REFUSALS_AN_HOUR):
        return
    if limits.exceeded("refused", f"{user.pk}:{crc32(page.encode())}", limit=1):
        return
    limits.exceeded("refused", str(user.pk), limit=REFUSALS_AN_HOUR)
    verb = "打开" if request.method in ("GET", "HEAD") else "提交到"
    what = "不存在或无权查看的内容" if hidden else "无权使用的页面"
    record(request, Kind.REFUSED, f"{verb}{what} {request.path[:200]}", ok=False)


def _device(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")[:200]
