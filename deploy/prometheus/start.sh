# Starts Prometheus with METRICS_TOKEN in a file, because its configuration cannot read the environment.
set -eu
if [ -z "$METRICS_TOKEN" ]; then
  echo "set METRICS_TOKEN in .env" >&2
  exit 1
fi
umask 077
printf %s "$METRICS_TOKEN" > /tmp/metrics-token
unset METRICS_TOKEN
exec prometheus --config.file=/etc/prometheus/prometheus.yaml --storage.tsdb.path=/prometheus --storage.tsdb.retention.time=30d
