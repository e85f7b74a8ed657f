# One static binary and nothing else: docker run --rm -v "$PWD:/work:ro" hipaalint [PATHS]…

# By its digest, which Dependabot raises with the version.
FROM rust:1.95-alpine@sha256:606fd313a0f49743ee2a7bd49a0914bab7deedb12791f3a846a34a4711db7ed2 AS build
RUN apk add --no-cache gcc musl-dev
WORKDIR /src
COPY Cargo.toml Cargo.lock build.rs README.md ./
COPY data data
COPY rules rules
COPY src src
# Benchmarks are named in Cargo.toml, so their files must be there.
COPY benches benches
RUN cargo build --release --locked --bin hipaalint && strip target/release/hipaalint

FROM scratch
COPY LICENSE-MIT LICENSE-APACHE /
COPY --from=build /src/target/release/hipaalint /hipaalint
WORKDIR /work
# It writes only requested files and needs no rights.
USER 65534:65534
ENTRYPOINT ["/hipaalint"]
