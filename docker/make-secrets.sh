#!/usr/bin/env bash
# Generates the random secrets for docker-compose.yml once, in docker/secrets/, which git ignores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
umask 077
mkdir -p secrets
cd secrets
if [ -e bootstrap_admin_key ]; then
  echo 'docker/secrets exists already; delete it to generate new secrets'
  exit 0
fi
random() { od -An -tx1 -N24 /dev/urandom | tr -d ' \n'; }
postgres=$(random)
redis=$(random)
printf '%s' "$postgres" >postgres_password
printf '%s' "$redis" >redis_password
printf 'postgres://waybill:%s@postgres:5432/waybill' "$postgres" >database_url
printf 'redis://:%s@redis:6379' "$redis" >redis_url
printf '%s' "$(random)" >bootstrap_admin_key
# Container users must be able to read the files; the directory keeps other users of this machine out.
chmod 0644 ./*
echo 'generated docker/secrets'
