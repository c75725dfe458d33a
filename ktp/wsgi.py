import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ktp.settings")


class Request(WSGIRequest):
    """Is read as UTF-8, whatever charset it names: our pages are UTF-8, and so is what browsers send from them.

    Django reads the address in that charset before any middleware could refuse it. Python also knows charsets that
    are none (hex, undefined: a bare 500 on every address) or that make lone surrogates of honest bytes (utf-7).
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:
            self.content_type, self.content_params = "", {}


class Handler(WSGIHandler):
    request_class = Request


django.setup(set_prefix=False)
application = Handler()
