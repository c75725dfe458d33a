from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "用户与机构"

    def ready(self) -> None:
        from accounts import audit  # noqa: F401 - its receivers hear of every login
        from accounts.forms import faults

        faults.speak()
        post_migrate.connect(load_reference_data, dispatch_uid="accounts.reference")


def load_reference_data(app_config, **kwargs) -> None:
    """Once per `migrate`, after the last app: only then do all permissions exist."""
    if app_config is not list(apps.get_app_configs())[-1]:
        return
    from django.conf import settings

    from accounts import reference

    reference.load(settings.PROVINCE_NAME)
