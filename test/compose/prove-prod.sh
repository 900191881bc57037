#!/usr/bin/env bash
# For a machine with Docker and with ports 80 and 443 free: docker-compose.prod.yml builds, becomes healthy, takes a document
# through its five stages behind TLS, and stops in order. Works in a copy of HEAD and removes all of it in the end.
set -euo pipefail
cd "$(dirname "$0")/../.."
copy=$(mktemp -d)
git archive HEAD | tar -x -C "$copy"
cd "$copy"
compose() { docker compose --project-name pharos-prod-proof --file docker-compose.prod.yml "$@"; }
trap 'compose down --volumes --remove-orphans --rmi local; rm -rf "$copy"' EXIT
fail() { echo "$1"; compose ps --all; compose logs --tail 50; exit 1; }

mkdir -m 0700 secrets
for name in postgres_password redis_password jwt_secret_key worker_signing_key; do openssl rand -base64 48 > "secrets/$name"; done
chmod 0444 secrets/*
printf 'PUBLIC_URL=https://localhost\nPHAROS_VERSION=proof\n' > .env
compose build
compose up --detach

site=https://localhost
healthy=no
for _ in $(seq 120); do
  if curl -sk "$site/monitoring/health" | grep -q '"status":"healthy","checks"'; then healthy=yes; break; fi
  sleep 1
done
[ $healthy = yes ] || fail 'not healthy within two minutes'
curl -sk "$site/auth/register" -H 'Content-Type: application/json' \
  -d '{"username":"ada","email":"ada@example.org","password":"correct horse battery"}' > /dev/null
token=$(curl -sk "$site/auth/login" -d 'username=ada&password=correct horse battery' | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
id=$(curl -sk "$site/resources" -H "Authorization: Bearer $token" -F 'file=@test/support/fixtures/articles/glacier.html;type=text/html' |
  sed 's/.*"id":"\([^"]*\)".*/\1/')
# The stream ends when the document is done.
curl -skN --max-time 60 "$site/resources/$id/progress/events" -H "Authorization: Bearer $token" | tail -n 3 |
  grep -q '"overall_status":"completed"' || fail 'the document was not completed'

compose stop api worker redis
for name in api worker redis; do
  code=$(docker inspect --format '{{.State.ExitCode}}' "$(compose ps --all --quiet "$name")")
  [ "$code" = 0 ] || fail "$name ended with $code"
done
echo 'built, healthy, one document through five stages, stopped with 0'
