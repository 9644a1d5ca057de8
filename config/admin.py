"""The queue's own pages are not registered: whoever may edit a schedule there can run any code, and they show pickles."""

from django.apps import apps
from django.contrib import admin

admin.site.unregister(
    [model for model in apps.get_app_config("django_q").get_models() if admin.site.is_registered(model)]
)
