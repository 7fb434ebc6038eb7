#!/usr/bin/env bash
# A replica of PRIMARY_HOST in the container of the image postgres: copied once, then following it. Variables of libpq (PGUSER,
# PGPASSWORD) say how to connect. To copy it anew (it is too far behind, or was promoted), delete its volume.
set -euo pipefail

complete=$PGDATA/PG_VERSION
copy=$PGDATA.copy

if [ ! -s "$complete" ]; then
  # Copied beside its place and moved there when it is whole, so that an interrupted copy is never started.
  rm -rf "$copy"
  install --directory --owner=postgres --group=postgres --mode=700 "$copy"
  gosu postgres pg_basebackup --host="$PRIMARY_HOST" --pgdata="$copy" --wal-method=stream --checkpoint=fast \
    --write-recovery-conf --no-password
  rm -rf "$PGDATA"
  mv "$copy" "$PGDATA"
fi
exec docker-entrypoint.sh postgres -c hba_file=/etc/postgresql/pg_hba.conf -c hot_standby_feedback=on
