#!/usr/bin/python3
"""Debian's Django with OAuth Toolkit and simplejwt as a vendor, over TLS: started by tests/servers/django.

django-app.py DIR PORT: everything in DIR. Passwords and the client secret come as lines NAME=VALUE in DIR/secrets.
"""
import os
import socketserver
import ssl
import sys
from datetime import timedelta
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import include, path

folder, port = sys.argv[1], int(sys.argv[2])

settings.configure(
    SECRET_KEY=os.urandom(32).hex(),
    DEBUG=False,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder + "/db.sqlite3"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "oauth2_provider",
        "rest_framework",
        "rest_framework_simplejwt",
        "rest_framework_simplejwt.token_blacklist",
    ],
    AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.ModelBackend"],
    PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher"],
    OAUTH2_PROVIDER={"ACCESS_TOKEN_EXPIRE_SECONDS": 600, "REFRESH_TOKEN_EXPIRE_SECONDS": 86400, "SCOPES": {"read": "read", "write": "write"}},
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [], "UNAUTHENTICATED_USER": None},
    SIMPLE_JWT={
        "ACCESS_TOKEN_LIFETIME": timedelta(seconds=300),
        "REFRESH_TOKEN_LIFETIME": timedelta(days=1),
        "ROTATE_REFRESH_TOKENS": True,
        "BLACKLIST_AFTER_ROTATION": True,
    },
)
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from oauth2_provider.models import AccessToken, get_application_model  # noqa: E402
from rest_framework_simplejwt.authentication import JWTAuthentication  # noqa: E402
from rest_framework_simplejwt.exceptions import InvalidToken  # noqa: E402
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView  # noqa: E402


def whoami(request):
    """Whose token it is, by either of the two; 401 for none."""
    token = request.headers.get("Authorization", "").partition("Bearer ")[2]
    found = AccessToken.objects.filter(token=token).first()
    if found is not None and found.is_valid():
        return JsonResponse({"user": found.user.username})
    try:
        judge = JWTAuthentication()
        return JsonResponse({"user": judge.get_user(judge.get_validated_token(token)).username})
    except InvalidToken:
        return JsonResponse({"user": None}, status=401)


urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("api/token/", TokenObtainPairView.as_view()),
    path("api/token/refresh/", TokenRefreshView.as_view()),
    path("whoami", whoami),
]


def provision():
    with open(folder + "/secrets", encoding="utf-8") as lines:
        secrets = dict(line.rstrip("\n").partition("=")[::2] for line in lines)
    users = get_user_model().objects
    applications = get_application_model()
    for name in ("alice", "bob", "carol"):
        users.create_user(name, name + "@example.com", secrets[name], is_active=name != "carol")
    for name, kind, grant in (
        ("apitoken", applications.CLIENT_CONFIDENTIAL, applications.GRANT_PASSWORD),
        ("public", applications.CLIENT_PUBLIC, applications.GRANT_PASSWORD),
        ("other", applications.CLIENT_CONFIDENTIAL, applications.GRANT_CLIENT_CREDENTIALS),
    ):
        applications.objects.create(
            name=name, client_id=name, client_secret=secrets["client"], client_type=kind, authorization_grant_type=grant
        )


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def finish_request(self, request, client_address):
        # The handshake happens here, in the connection's own thread.
        super().finish_request(context.wrap_socket(request, server_side=True), client_address)

    def handle_error(self, request, client_address):
        pass


class Handler(WSGIRequestHandler):
    def log_message(self, format, *args):
        pass


fresh = not os.path.exists(folder + "/db.sqlite3")
call_command("migrate", verbosity=0)
if fresh:
    provision()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder + "/server.pem", folder + "/server.key")
make_server("127.0.0.1", port, get_wsgi_application(), Server, Handler).serve_forever()
