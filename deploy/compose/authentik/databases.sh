#!/bin/sh
# Makes a database with an owner for each of the two programs. PostgreSQL's image runs it once.
set -eu

for name in postern authentik; do
    case $name in
        postern) password=$POSTERN_DB_PASSWORD ;;
        authentik) password=$AUTHENTIK_DB_PASSWORD ;;
    esac
    psql --username=postgres --set=ON_ERROR_STOP=1 --set=name="$name" --set=password="$password" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
SQL
done
