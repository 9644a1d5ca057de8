"""Tests that drive Chromium against a live server. They run with CROSSDOCK_BROWSER=1.

`page` fails its test on whatever the browser's console calls an error, on exceptions of scripts, and on answers of 500 and
above. `login(page, user)` opens a session of that person.
"""

import os
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

#: The driver keeps an event loop in the test's thread, which Django would refuse to work in.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = os.environ.get("CROSSDOCK_CHROMIUM", "/usr/bin/chromium")
#: Milliseconds that anything on a page may take.
PATIENCE = 10_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser, live_server) -> Iterator[Page]:
    """A page of 1440 by 900 pixels whose relative addresses are those of the live server."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    opened, problems = context.new_page(), []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(f"console: {message.text}")

    def answered(response: Response) -> None:
        if response.status >= 500:
            problems.append(f"{response.status} {response.url}")

    opened.on("console", heard)
    opened.on("pageerror", lambda error: problems.append(f"script: {error}"))
    opened.on("response", answered)
    yield opened
    context.close()
    assert problems == []


@pytest.fixture
def login(live_server) -> Callable[..., None]:
    def enter(page: Page, user) -> None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )

    return enter
