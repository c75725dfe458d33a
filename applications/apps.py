from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = "申报"

    def ready(self) -> None:
        from accounts.locks import LOCKS
        from applications.needs.process import NEEDS
        from applications.process import ADMISSION, HOSTS, SEALED, SELECTION
        from applications.selectors import profile_lock
        from review import registry

        registry.register(SELECTION)
        registry.register(SEALED)
        registry.register(ADMISSION)
        registry.register(HOSTS)
        registry.register(NEEDS)
        LOCKS.append(profile_lock)
