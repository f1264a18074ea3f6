# The image of the website, the worker, the scheduler and the migrations. Neither the tests nor the
# demonstration, with its known passwords, are in it (.dockerignore). The Python is the one the
# tests run on.
FROM python:3.11-slim-bookworm AS packages
RUN python -m venv /opt/venv
COPY requirements.txt ./
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 DEBUG=0
WORKDIR /srv/paywall
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin paywall
COPY --from=packages /opt/venv /opt/venv
COPY LICENSE manage.py ./
COPY accounts ./accounts
COPY articles ./articles
COPY config ./config
COPY paywall ./paywall
RUN python -m compileall -q accounts articles config paywall
# These values serve this one command and are kept nowhere.
RUN SECRET_KEY=only-to-collect-the-static-files-of-the-image \
    ALLOWED_HOSTS=build.invalid STRIPE_WEBHOOK_SECRET=none \
    python manage.py collectstatic --noinput --verbosity 0
RUN mkdir -p var/media var/run && chown paywall var/media var/run
USER paywall
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--no-ws", "config.wsgi:application"]
