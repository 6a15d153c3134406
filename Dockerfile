# Ringport in a container: docs/CONTAINERS.md says how to run it.
#
#   docker build -t ringport .
#   docker run -p 8080:8080 -v "$PWD/www:/site/www:ro" -v forms:/site/db ringport

FROM docker.io/library/swift:6.3-bookworm AS build
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        libbrotli-dev libcrypt-dev liburing-dev libsqlite3-dev libzstd-dev pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN swift build -c release --explicit-target-dependency-import-check error
# The program looks for libraries where it is itself: its own handlers, and the toolchain's run-time libraries, which handlers
# of other authors use as well. Those of the tests are left out.
RUN set -eu; \
    mkdir -p /image/opt/ringport /image/usr/local/bin /image/site/handlers; \
    cp .build/release/ringport .build/release/libforms.so .build/release/libhello.so /image/opt/ringport/; \
    cp "$(dirname "$(readlink -f "$(command -v swift)")")"/../lib/swift/linux/*.so /image/opt/ringport/; \
    rm -f /image/opt/ringport/*Test*.so; \
    strip --strip-unneeded /image/opt/ringport/ringport /image/opt/ringport/libforms.so /image/opt/ringport/libhello.so; \
    ln -s /opt/ringport/ringport /image/usr/local/bin/ringport; \
    cp -r www /image/site/www; \
    printf '%s\n' '[log]' 'access = "stdout"' 'error = "stderr"' > /image/site/ringport.toml

FROM docker.io/library/debian:bookworm-slim
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        libbrotli1 libcrypt1 libcurl4 libsqlite3-0 libstdc++6 liburing2 libxml2 libzstd1 media-types zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /site --no-create-home --shell /usr/sbin/nologin ringport
COPY --from=build /image/ /
# The only folder that is written to: forms, uploads, and the socket of `ringport status`.
RUN install -d -o ringport -g ringport -m 0750 /site/db
USER ringport
WORKDIR /site
VOLUME ["/site/db"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD ["ringport", "status"]
CMD ["ringport", "serve", "--listen", "*:8080"]
