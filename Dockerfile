# Builds the one binary, and ships it alone: no shell script, no compiler, no root.
#
#   docker build -t maturity-bot .
#   docker run -it -v "$PWD/config.toml":/config/config.toml:ro -v maturity-data:/data maturity-bot

FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY . .
# Crates and what was built of them stay in the builder's cache, so a change of ours builds ours
# alone. The sources are touched because another checkout, with older files but other content, may
# have filled that cache: cargo goes by time.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/target \
    find . -type f -exec touch {} + \
    && CARGO_TARGET_DIR=/target cargo build --locked --release \
    && cp /target/release/maturity-bot /maturity-bot

# The same Debian as above, so that the binary finds the C library it was linked with.
FROM debian:bookworm-slim
# Certificates are all that the binary takes from its surroundings.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 maturity \
    && useradd --system --uid 10001 --gid 10001 --home-dir /data --shell /usr/sbin/nologin maturity \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /maturity-bot /usr/local/bin/maturity-bot

# By number, so that a cluster can see that it is not root.
USER 10001:10001
# Answers and the keys that join them to people. Declared after its owner is set, or it is root's.
VOLUME /data
# Where a relative `data_dir` begins: the usual "data" is the volume.
WORKDIR /
ENTRYPOINT ["maturity-bot"]
CMD ["run", "--config", "/config/config.toml"]
