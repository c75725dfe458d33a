"""How fast paper is made: 个人申请表 and 个人服务协议 of the demonstration, warm."""

import time
from io import BytesIO
from statistics import median

import pikepdf
from django.core.management import call_command

from agreements.models import Agreement
from agreements.sheets import agreement_sheet
from applications.papers import form_sheet
from attachments import pdf


def run(rounds: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("seed_demo")
    agreement = Agreement.objects.for_review().exclude(revision_number=0).first()
    application = agreement.application
    form, sheet = application.revisions.last(), agreement.revisions.last()
    for name, make in (
        ("个人申请表", lambda: pdf.render(form_sheet(application, form, identity=True))),
        ("个人服务协议", lambda: pdf.render(agreement_sheet(agreement, sheet))),
    ):
        make()
        spent, cpu = [], []
        for _ in range(rounds):
            begun, busy = time.perf_counter(), time.process_time()
            data = make()
            spent.append(time.perf_counter() - begun)
            cpu.append(time.process_time() - busy)
        pages = len(pikepdf.open(BytesIO(data)).pages)
        print(
            f"{name}：{pages} 页，{len(data) / 1024:.0f} KB，中位 {median(spent) * 1000:.0f} ms"
            f"（CPU {median(cpu) * 1000:.0f} ms），每秒 {pages / median(spent):.0f} 页"
        )
