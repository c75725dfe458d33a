"""What may be uploaded as a PDF, and the sentence that says why a file may not. The limits stand here, once."""

import errno
import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

logger = logging.getLogger(__name__)

MAX_MEGABYTES = 20
MAX_BYTES = MAX_MEGABYTES * 1024 * 1024
MAX_PAGES = 60
DAY_MEGABYTES = 200  # of one person in 24 hours; offices and units bring in everybody's
LIMITS_TEXT = f"仅限 PDF，不超过 {MAX_MEGABYTES} MB，最多 {MAX_PAGES} 页"
INSPECTION_SECONDS = 20


@dataclass(frozen=True)
class Limits:
    """What one PDF may take: pages, and of the process that looks through it."""

    pages: int = MAX_PAGES
    cpu_seconds: int = 10
    megabytes: int = 768
    seconds: float = 0  # 0: INSPECTION_SECONDS


ONE = Limits()
# A PDF of many documents in a row: whole it is only looked through and taken apart, each document is `ONE` again.
PILE_MEGABYTES = 200
PILE = Limits(pages=500, cpu_seconds=120, megabytes=2048, seconds=180)

REFUSALS = {
    "missing": "请选择要上传的 PDF 文件",
    "not_pdf_name": "只能上传 PDF 文件，文件名须以 .pdf 结尾",
    "not_pdf": "文件内容不是 PDF，修改扩展名不能把其他文件变成 PDF，请重新扫描为 PDF 后上传",
    "empty": "文件是空的，请重新扫描后上传",
    "too_large": f"文件超过 {MAX_MEGABYTES} MB，请降低扫描分辨率后重新上传",
    "too_many_pages": f"文件超过 {MAX_PAGES} 页，请只上传需要的页",
    "encrypted": "文件已加密，请取消密码和权限限制后重新上传",
    "damaged": "文件已损坏或不完整，请重新扫描后上传",
    "active": "文件中含有脚本、附件或自动执行的动作，请打印后重新扫描为 PDF 上传",
    "too_complex": "文件过于复杂，系统无法检查，请降低扫描分辨率后重新上传",
    "quota": f"您 24 小时内上传的文件已达 {DAY_MEGABYTES} MB，文件没有保存，请明天再上传",
    "no_space": "服务器存储空间不足，文件没有保存，请稍后再试或联系管理员",
}


def is_full(error: BaseException) -> bool:
    """Whether the disk has no more room."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def refusal(code: str) -> ValidationError:
    return ValidationError(REFUSALS[code], code=code)


def check_upload(upload: UploadedFile) -> None:
    """What the first bytes can tell; `inspect` looks at the rest."""
    if not (upload.name or "").strip().lower().endswith(".pdf"):
        raise refusal("not_pdf_name")
    if not upload.size:
        raise refusal("empty")
    if upload.size > MAX_BYTES:
        raise refusal("too_large")
    upload.seek(0)
    start = upload.read(5)
    upload.seek(0)
    if start != b"%PDF-":  # at byte 0: with junk before it, the file may be something else as well
        raise refusal("not_pdf")


def inspect(source: Path, target: Path, limits: Limits = ONE) -> int:
    """Look through an untrusted PDF in a guarded process; its clean copy goes to `target`. Returns the page count."""
    script = Path(__file__).with_name("inspect_pdf.py")
    try:
        answer = subprocess.run(  # noqa: S603  our own script, on files that we named
            [sys.executable, "-I", script, source, target,
             str(limits.pages), str(limits.cpu_seconds), str(limits.megabytes)],
            capture_output=True, check=True, timeout=limits.seconds or INSPECTION_SECONDS, env={},
        )  # fmt: skip
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as fault:
        logger.warning("检查上传的 PDF 未完成：%s %s", fault, (fault.stderr or b"")[-500:].decode(errors="replace"))
        raise refusal("too_complex") from fault
    verdict = json.loads(answer.stdout)
    if "refusal" in verdict:
        raise refusal(verdict["refusal"])
    return verdict["pages"]
