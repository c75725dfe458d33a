from django.contrib import admin


class KtpAdminSite(admin.AdminSite):
    site_header = site_title = "系统管理"

    def has_permission(self, request):
        return request.user.is_active and request.user.has_perm("accounts.administer")
