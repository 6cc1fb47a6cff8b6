# The program needs nothing around it: time zones, fonts, pages, migrations and
# rule packs are inside. Certificates come from the build image, for mail and chat.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /clepsydra ./cmd/clepsydra \
 && mkdir -p /empty/data /empty/key && chmod 700 /empty/data /empty/key

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /clepsydra /clepsydra
COPY --from=build --chown=65532:65532 /empty/data /data
COPY --from=build --chown=65532:65532 /empty/key /key
USER 65532:65532
ENV CLEPSYDRA_ADDRESS=0.0.0.0:8080 CLEPSYDRA_DATA=/data CLEPSYDRA_KEY_FILE=/key/clepsydra.key
# Two volumes on purpose: whoever copies the data must not copy the key with them.
VOLUME ["/data", "/key"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=6s --start-period=10s CMD ["/clepsydra", "health"]
ENTRYPOINT ["/clepsydra"]
CMD ["serve"]
