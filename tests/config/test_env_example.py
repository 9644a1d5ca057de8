import re
from pathlib import Path

from django.conf import settings


def test_every_variable_that_the_settings_read_is_explained() -> None:
    source = Path(settings.BASE_DIR, "config/settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', source))
    example = Path(settings.BASE_DIR, ".env.example").read_text()
    explained = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    assert read <= explained
    assert explained - read == {"POSTGRES_PASSWORD"}
