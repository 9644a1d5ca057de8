FROM python:3.11-slim-bookworm AS build
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN pip install --no-cache-dir "$(sed -n 's/^ *"\(uv==[0-9.]*\)".*/\1/p' pyproject.toml)" \
    && uv sync --frozen --no-dev
COPY . .
# Static files get their hashed names here; the key of this one command is thrown away.
RUN mkdir -p templates && SECRET_KEY=build .venv/bin/python manage.py collectstatic --noinput --skip-checks

FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 PATH=/app/.venv/bin:$PATH
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin crossdock
WORKDIR /app
COPY --from=build /app /app
USER crossdock
EXPOSE 8000
# Threads: callers that wait for a payment provider must not block the others. Addresses are logged without their query,
# which may hold what a vendor sends people back with.
CMD ["gunicorn", "config.wsgi:application", "--bind=0.0.0.0:8000", "--preload", "--worker-class=gthread", \
     "--workers=2", "--threads=16", "--timeout=90", "--graceful-timeout=60", "--worker-tmp-dir=/dev/shm", \
     "--access-logfile=-", "--access-logformat=%(h)s %(t)s \"%(m)s %(U)s %(H)s\" %(s)s %(b)s \"%(a)s\""]
