#!/bin/bash
# Five databases of one owner, five logins that own nothing, and the sessions' database, which is its login's. The three roles without a login are those of chassis/sql/privileges.sql;
# made here so that the owner need not be able to make roles.
set -euo pipefail
run() { psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --set "secret=$2" --set "login=$1" --quiet; }

run casetrail_owner "$CASETRAIL_OWNER_PASSWORD" <<'SQL'
CREATE ROLE casetrail_reads NOLOGIN;
CREATE ROLE casetrail_writes NOLOGIN;
CREATE ROLE casetrail_works NOLOGIN;
CREATE ROLE :"login" LOGIN PASSWORD :'secret';
GRANT casetrail_reads, casetrail_writes, casetrail_works TO :"login";
SQL

for service in registry tasks inspection penalty reporting; do
    password=CASETRAIL_${service^^}_PASSWORD
    run "casetrail_$service" "${!password}" <<'SQL'
CREATE ROLE :"login" LOGIN NOINHERIT PASSWORD :'secret';
GRANT casetrail_reads, casetrail_writes, casetrail_works TO :"login";
CREATE DATABASE :"login" OWNER casetrail_owner;
REVOKE CONNECT ON DATABASE :"login" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"login" TO :"login";
SQL
    psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "casetrail_$service" --quiet <<'SQL'
REVOKE USAGE ON LANGUAGE sql, plpgsql FROM PUBLIC;
GRANT USAGE ON LANGUAGE sql, plpgsql TO casetrail_owner;
SQL
done

# Sessions own their database: nothing in it is older than a day, and they make its table themselves.
run casetrail_sessions "$CASETRAIL_SESSIONS_PASSWORD" <<'SQL'
CREATE ROLE :"login" LOGIN PASSWORD :'secret';
CREATE DATABASE :"login" OWNER :"login";
REVOKE CONNECT ON DATABASE :"login" FROM PUBLIC;
SQL
