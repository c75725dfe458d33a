from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "review"
    verbose_name = "审核"

    def ready(self) -> None:
        from review import intake, papers  # noqa: F401  their kinds of jobs are known to the worker
