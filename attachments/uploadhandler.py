import io
from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from .validation import MAX_BYTES

# Up to this the rest of a request is read, and dropped, so that the form can say what was wrong.
PATIENCE = 64 * 1024 * 1024
# What a view may take of one request where it says `takes_many`, and of one file in it.
MANY_MEGABYTES = 500
TOO_BIG = "上传的内容过大"


def takes_many(permission: str) -> Callable:
    """Marks a view that takes many files, or large ones, from people who hold `permission`.

    The form's token is read before the view is called, and the files with it: so the handler has to know.
    """

    def mark(view: Callable) -> Callable:
        view.takes_many = permission
        return view

    return mark


class LimitedUploadHandler(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS: nothing beyond the limit of a file reaches memory or disk."""

    limit, patience = MAX_BYTES, PATIENCE

    def handle_raw_input(self, input_data: Any, META: dict, content_length: int, *args: Any, **kwargs: Any) -> None:
        match = self.request.resolver_match if self.request else None
        permission = getattr(match.func, "takes_many", "") if match else ""
        if permission and get_user(self.request).has_perm(permission):  # type: ignore[arg-type]
            self.limit, self.patience = MANY_MEGABYTES * 1024**2, (MANY_MEGABYTES + 1) * 1024**2
        if content_length > self.patience:
            raise RequestDataTooBig(TOO_BIG)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.received += len(raw_data)
        if self.received > self.patience:
            raise RequestDataTooBig(TOO_BIG)
        if self.received <= self.limit:
            return raw_data
        for handler in self.request.upload_handlers:
            if handler is not self:
                handler.upload_interrupted()  # frees what was written so far
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if self.received <= self.limit:
            return None
        # In place of the bytes that were dropped; its size is true, and every size check refuses it.
        return UploadedFile(io.BytesIO(), self.file_name, self.content_type, self.received, self.charset)
