"""What the programs of the database's side are configured with: pure functions, from addresses to text.

The times decide how long a failover takes. Patroni looks once a second (`loop_wait`); a primary that has crashed is not
started again in its place, but another takes over at once (`primary_start_timeout`). If its machine is lost with it, its
key in etcd has to expire first: `ttl`, of which Patroni accepts no less than 20 seconds. HAProxy asks Patroni twice a
second which server is the primary, and ends the connections to one that is not any more. PgBouncer waits 15 seconds
after a failed connection, unless it is configured otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCOPE, DATABASE, ROLE = "rollcall", "rollcall", "rollcall"
TTL, LOOP, RETRY = 20, 1, 3
"""Seconds; the least that Patroni accepts for each."""
CONNECTIONS, POOL = 200, 60
"""What a server accepts, and what PgBouncer takes of it."""


@dataclass(frozen=True, slots=True)
class Member:
    """A PostgreSQL server and its Patroni, on one host."""

    name: str
    address: str
    port: int
    api_port: int
    directory: Path

    @property
    def api(self) -> str:
        """Where Patroni answers."""
        return f"http://{self.address}:{self.api_port}"


@dataclass(frozen=True, slots=True)
class Passwords:
    """Of the superuser, of replication, and of the role of Rollcall."""

    superuser: str
    replication: str
    rollcall: str


def patroni(member: Member, etcd: Sequence[str], programs: Path, passwords: Passwords, folder: Path) -> str:
    """The configuration of Patroni for a member; JSON is YAML."""
    password = {"password": passwords.superuser}
    own: dict[str, Any] = {
        "scope": SCOPE,
        "name": member.name,
        "restapi": {
            "listen": f"{member.address}:{member.api_port}",
            "connect_address": f"{member.address}:{member.api_port}",
        },
        "etcd3": {"hosts": list(etcd)},
        "bootstrap": {
            "dcs": _dynamic(),
            "initdb": [
                {"encoding": "UTF8"},
                {"locale": "C"},
                {"locale-provider": "builtin"},
                {"builtin-locale": "C.UTF-8"},
            ],
        },
        "postgresql": {
            "listen": f"{member.address}:{member.port}",
            "connect_address": f"{member.address}:{member.port}",
            "data_dir": str(member.directory),
            "bin_dir": str(programs),
            "pgpass": str(folder / f"{member.name}.pgpass"),
            "authentication": {
                "superuser": {"username": "postgres", **password},
                "rewind": {"username": "postgres", **password},
                "replication": {"username": "replicator", "password": passwords.replication},
            },
            "parameters": {"unix_socket_directories": "", "shared_buffers": "64MB", "jit": "off"},
            "pg_hba": ["host all all 0.0.0.0/0 scram-sha-256", "host replication all 0.0.0.0/0 scram-sha-256"],
        },
        "watchdog": {"mode": "off"},
    }
    return json.dumps(own, indent=1)


def _dynamic() -> dict[str, Any]:
    """What holds for the whole cluster. Synchronous and strict: no write is acknowledged that only one server has."""
    return {
        "ttl": TTL,
        "loop_wait": LOOP,
        "retry_timeout": RETRY,
        "maximum_lag_on_failover": 1024 * 1024,
        "primary_start_timeout": 0,
        "synchronous_mode": True,
        "synchronous_mode_strict": True,
        "postgresql": {
            "use_pg_rewind": True,
            "parameters": {"max_connections": CONNECTIONS, "wal_log_hints": "on", "hot_standby": "on"},
        },
    }


def etcd(name: str, client: str, peers: Mapping[str, str], directory: Path) -> list[str]:
    """The arguments of etcd: `client` is its address for clients, `peers` the addresses of all members for each other."""
    return [
        f"--name={name}",
        f"--data-dir={directory}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peers[name]}",
        f"--initial-advertise-peer-urls={peers[name]}",
        f"--initial-cluster={','.join(f'{n}={url}' for n, url in peers.items())}",
        "--initial-cluster-state=new",
        "--heartbeat-interval=100",
        "--election-timeout=1500",
        "--logger=zap",
        "--log-level=warn",
    ]


HAPROXY = """
global
  maxconn 2000
defaults
  mode tcp
  timeout connect 1s
  timeout client 1h
  timeout server 1h
  timeout check 2s
  retries 1
listen primary
  bind {address}:{port}
  option httpchk OPTIONS /primary
  http-check expect status 200
  default-server check inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
"""


def haproxy(address: str, port: int, members: Sequence[Member]) -> str:
    """HAProxy before the primary, whichever server that is."""
    servers = [f"  server {m.name} {m.address}:{m.port} port {m.api_port}\n" for m in members]
    return HAPROXY.format(address=address, port=port) + "".join(servers)


PGBOUNCER = """
[databases]
{database} = host={address} port={primary} dbname={database}
[pgbouncer]
listen_addr = {address}
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = transaction
default_pool_size = {pool}
max_client_conn = 1000
server_login_retry = 0.5
server_connect_timeout = 3
query_wait_timeout = 15
"""


def pgbouncer(address: str, port: int, primary: int, users: Path) -> str:
    """PgBouncer before HAProxy, which is at the port `primary` of the same host."""
    return PGBOUNCER.format(address=address, port=port, primary=primary, users=users, database=DATABASE, pool=POOL)


SENTINEL = """
bind {address}
port {port}
dir {directory}
requirepass {password}
sentinel monitor {service} {primary_address} {primary_port} 2
sentinel auth-pass {service} {password}
sentinel sentinel-pass {password}
sentinel down-after-milliseconds {service} 2000
sentinel failover-timeout {service} 6000
"""
VALKEY = """
bind {address}
port {port}
dir {directory}
requirepass {password}
masterauth {password}
save ""
appendonly no
maxmemory 64mb
maxmemory-policy allkeys-lru
"""
CLUSTER = """
cluster-enabled yes
cluster-port {bus}
cluster-node-timeout 2000
cluster-config-file nodes.conf
"""
