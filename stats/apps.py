from django.apps import AppConfig


class StatsConfig(AppConfig):
    name = "stats"
    verbose_name = "数据统计"

    def ready(self) -> None:
        from stats import services  # noqa: F401 - registers its kind of job
