#!/bin/sh
# Installs Postern into a new Debian container of Proxmox VE. Run it on the Proxmox host, as root,
# beside the package:
#
#     ./install.sh postern_0.1.0_amd64.deb [ID of the container]
set -eu

package=${1:?the package: postern_VERSION_amd64.deb}
id=${2:-$(pvesh get /cluster/nextid)}
storage=${STORAGE:-local-lvm}
templates=${TEMPLATES:-local}

test -r "$package" || { echo "$package cannot be read" >&2; exit 1; }
pveam update >/dev/null
template=$(pveam available --section system | awk '/debian-12-standard/ { print $2 }' | tail -n 1)
test -n "$template" || { echo "Proxmox offers no template of Debian 12" >&2; exit 1; }
pveam download "$templates" "$template" >/dev/null

pct create "$id" "$templates:vztmpl/$template" --hostname postern --unprivileged 1 \
    --features nesting=1 --memory 256 --rootfs "$storage:2" --net0 name=eth0,bridge=vmbr0,ip=dhcp \
    --onboot 1
pct start "$id"
pct push "$id" "$package" /root/postern.deb
tries=0
until pct exec "$id" -- ip route | grep -q '^default' || [ $tries -eq 60 ]; do
    tries=$((tries + 1))
    sleep 1
done
pct exec "$id" -- sh -c 'apt-get -q update && apt-get -q -y install /root/postern.deb && rm /root/postern.deb'
pct exec "$id" -- sh -c 'echo POSTERN_LISTEN=0.0.0.0:8080 >> /etc/postern/postern.env && systemctl restart postern'
echo "Postern runs in container $id: http://$(pct exec "$id" -- hostname -I | awk '{ print $1 }'):8080"
pct exec "$id" -- journalctl --no-pager --output=cat --unit=postern --grep='setup token' || true
