import io
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from .validation import MAX_BYTES

# Up to this the rest of a request is read, and dropped, so that the form can say what was wrong.
PATIENCE = 64 * 1024 * 1024


class LimitedUploadHandler(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS: nothing beyond MAX_BYTES of a file reaches memory or disk.

    A view that takes more (a zip) sets `request.upload_handlers` of its own.
    """

    def handle_raw_input(self, input_data: Any, META: dict, content_length: int, *args: Any, **kwargs: Any) -> None:
        if content_length > PATIENCE:
            raise RequestDataTooBig("上传的内容过大")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.received += len(raw_data)
        if self.received > PATIENCE:
            raise RequestDataTooBig("上传的内容过大")
        if self.received <= MAX_BYTES:
            return raw_data
        for handler in self.request.upload_handlers:
            if handler is not self:
                handler.upload_interrupted()  # frees what was written so far
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if self.received <= MAX_BYTES:
            return None
        # In place of the bytes that were dropped; its size is true, and every size check refuses it.
        return UploadedFile(io.BytesIO(), self.file_name, self.content_type, self.received, self.charset)
