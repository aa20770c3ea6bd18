#!/bin/sh
# Runs inside of a fresh Debian, started by systemd: install, start, upgrade, remove, purge.
set -eux

ask() {
    set -a
    . /etc/postern/postern.env
    DATA_DIR=/var/lib/postern
    set +a
    "$@"
}

dpkg --install /root/old.deb
systemctl is-active postern
systemctl is-enabled postern
ask postern healthcheck
test "$(stat --format='%a %U' /etc/postern/postern.env)" = '600 root'
test "$(stat --format='%a %U' /var/lib/postern)" = '700 postern'
test "$(ps -o user= -C postern)" = postern
test -e /usr/share/bash-completion/completions/postern
zcat /usr/share/man/man1/postern.1.gz | grep -q OIDC_ENABLED
ask postern user add alice --role admin

echo POSTERN_LISTEN=127.0.0.1:8099 >> /etc/postern/postern.env
systemctl restart postern
ask postern healthcheck
before=$(systemctl show --property=MainPID --value postern)

dpkg --install /root/new.deb
systemctl is-active postern
test "$(systemctl show --property=MainPID --value postern)" != "$before"
grep -q 8099 /etc/postern/postern.env
ask postern healthcheck
ask postern user list | grep -q alice

# Whoever disabled it finds it disabled after the next upgrade.
systemctl disable --now postern
dpkg --install /root/new.deb
test "$(systemctl is-enabled postern || true)" = disabled
systemctl start postern

dpkg --remove postern
test "$(systemctl is-active postern || true)" = inactive
test ! -e /usr/bin/postern
grep -q 8099 /etc/postern/postern.env

dpkg --purge postern
test ! -e /etc/postern/postern.env
test -s /var/lib/postern/postern.db

echo 'The story is done.'
