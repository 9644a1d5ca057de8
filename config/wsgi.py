import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402

from config.checks import refuse_dangerous_settings  # noqa: E402
from config.chunks import WithLength  # noqa: E402
from connectors import registry  # noqa: E402
from workflows.mail.receiving import LARGEST_MAIL  # noqa: E402
from workflows.steps.registry import all_steps  # noqa: E402

refuse_dangerous_settings()
application = WithLength(_django, LARGEST_MAIL)

# With gunicorn's --preload the processes share what is loaded by now; a collection would write into it.
_shared = (get_resolver().url_patterns, registry.all(), all_steps())
gc.collect()
gc.freeze()
# What a request makes is gone by itself at its end; looking for circles after every few hundred objects costs more than
# they do.
gc.set_threshold(2_000, 20, 20)
