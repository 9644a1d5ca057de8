from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from config import api
from config.health import healthz
from connectors.admin.connect import callback
from tenants.views import favicon
from workflows.feeds.serving import serve as serve_feed

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include(api.urlpatterns())),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="api-docs"),
    path("oauth/callback/", callback, name="oauth-callback"),
    path("feeds/<str:name>", serve_feed, name="product-feed"),
    path("healthz", healthz, name="healthz"),
    path("favicon.ico", favicon, name="favicon"),
]

handler400 = "tenants.apikit.errors.bad_request"
handler404 = "tenants.apikit.errors.not_found"
handler500 = "tenants.apikit.errors.server_error"

if find_spec("connectors.webhooks"):
    from connectors.webhooks import receive

    urlpatterns.append(path("webhooks/<str:token>/", receive, name="webhook"))

if find_spec("workflows.mail"):
    from workflows.mail.receiving import receive_mail

    urlpatterns.append(path("webhooks/<str:token>/mail/", receive_mail, name="mail"))
