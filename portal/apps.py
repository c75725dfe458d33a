from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.db.models.signals import post_migrate


class AdminConfig(admin.AdminConfig):
    default = False
    default_site = "portal.site.KtpAdminSite"


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "门户"

    def ready(self) -> None:
        from portal import lists, logs
        from portal.articles.process import PUBLISHING
        from review import registry

        registry.register(PUBLISHING)
        logs.declare()
        lists.declare()
        post_migrate.connect(load_menu, sender=self, dispatch_uid="portal.menu")


def load_menu(**kwargs) -> None:
    """After `migrate`, and after the roles (portal is the last app, accounts' receiver stands before)."""
    from portal import menu

    menu.load_defaults()
