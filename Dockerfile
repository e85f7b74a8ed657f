# syntax=docker/dockerfile:1
# One static binary and nothing else: docker run --rm -v "$PWD:/work:ro" hipaalint [PATHS]…

FROM rust:1.95-alpine AS build
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
