import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from config.checks import refuse_dangerous_settings  # noqa: E402

refuse_dangerous_settings()

# With gunicorn's --preload the processes share what is loaded by now; a collection would write into it.
gc.collect()
gc.freeze()
