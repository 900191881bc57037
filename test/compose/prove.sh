#!/usr/bin/env bash
# For a machine with Docker: the backing services are healthy within 10 seconds of their start (images pulled), and what was
# written is there after they were stopped and started again. Works in a project of its own and removes it in the end.
set -euo pipefail
cd "$(dirname "$0")/../.."
export POSTGRES_PORT=${POSTGRES_PORT:-55432} REDIS_PORT=${REDIS_PORT:-56379} REDIS_REST_PORT=${REDIS_REST_PORT:-58079}
compose() { docker compose --project-name pharos-proof --file docker-compose.dev.yml "$@"; }
trap 'compose down --volumes --remove-orphans' EXIT

compose pull
compose down --volumes
# The first start makes the database; the promise is about those after it.
compose up --detach --wait
compose exec -T postgres psql -U pharos -d pharos -c 'create extension vector; create table proof (word text); insert into proof values ($$kept$$)'
compose exec -T redis sh -c 'REDISCLI_AUTH=$REDIS_PASSWORD redis-cli set proof kept'
compose stop

started=$(date +%s%N)
compose up --detach --wait
took=$((($(date +%s%N) - started) / 1000000))
[ "$(compose exec -T postgres psql -U pharos -d pharos -Atc 'select word from proof')" = kept ] || { echo 'PostgreSQL forgot'; exit 1; }
[ "$(compose exec -T redis sh -c 'REDISCLI_AUTH=$REDIS_PASSWORD redis-cli get proof' | tr -d '\r')" = kept ] || { echo 'Redis forgot'; exit 1; }
echo "healthy after ${took} ms, data kept"
[ "$took" -le 10000 ] || { echo 'that is more than 10 seconds'; exit 1; }
