from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("register/", views.register, name="register"),
    path("terms/", views.terms, name="terms"),
    path("captcha/new/", views.new_captcha, name="captcha"),
    path("captcha/<str:key>.png", views.captcha_image, name="captcha_image"),
    path("account/", views.account, name="account"),
    path("account/password/", views.password, name="password"),
    path("account/sign-out-everywhere/", views.sign_out_everywhere, name="sign_out_everywhere"),
    path("profile/", views.profile, name="profile"),
    path("profile/edit/", views.profile_edit, name="profile_edit"),
    path("profile/autosave/", views.profile_autosave, name="profile_autosave"),
    path("organisation/", views.organisation, name="organisation"),
]
