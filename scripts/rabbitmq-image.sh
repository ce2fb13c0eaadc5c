#!/usr/bin/env bash
# Makes the image polar-rabbitmq:test (or $1) of this system's own packages, for machines that reach a package mirror but no
# image registry. Needs root, mmdebstrap and a Docker engine. Does nothing where the image is there already.
set -euo pipefail
image=${1:-polar-rabbitmq:test}

if docker image inspect "$image" >/dev/null 2>&1; then
  echo "$image is there"
  exit 0
fi

release() { (. /etc/os-release && echo "${!1:-}"); }
suite=bookworm
sources=()
case $(release ID) in
  debian | ubuntu)
    suite=$(release VERSION_CODENAME)
    # The mirrors that this machine can reach are those that it is set up for.
    for file in /etc/apt/sources.list.d/{debian,ubuntu}.sources /etc/apt/sources.list; do
      if [ -s "$file" ]; then
        sources=("$file")
        break
      fi
    done
    ;;
esac

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# A proxy, and leave to take what a mirror has kept, are this machine's too.
apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-)' >"$scratch/apt.conf" || true

mmdebstrap --variant=minbase --include=rabbitmq-server --aptopt="$scratch/apt.conf" \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' "$suite" "$scratch/root.tar" "${sources[@]}"
# As the official image: its scripts are on the path, and its user is not root.
docker import \
  --change 'ENV PATH=/usr/lib/rabbitmq/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/var/lib/rabbitmq LANG=C.UTF-8' \
  --change 'USER rabbitmq' --change 'WORKDIR /var/lib/rabbitmq' --change 'CMD ["rabbitmq-server"]' \
  "$scratch/root.tar" "$image"
echo "$image is made"
