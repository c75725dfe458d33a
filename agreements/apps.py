from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "agreements"
    verbose_name = "服务协议"

    def ready(self) -> None:
        from agreements.process import ARCHIVING
        from review import registry

        registry.register(ARCHIVING)
