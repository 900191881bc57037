-- A session of before may do account operations only if it has every scope of its user's tier, and after a confirmation.
-- Not part of 0003, whose locks on users and sessions would be held while every session is read.
UPDATE "sessions" SET "kind" = 'interactive' WHERE EXISTS (SELECT 1 FROM "users" WHERE "users"."id" = "sessions"."user_id" AND ("users"."tier" <> 'admin' OR "scopes"::text LIKE '%"admin"%'))
	AND "scopes"::text LIKE '%"resources:read"%' AND "scopes"::text LIKE '%"resources:write"%' AND "scopes"::text LIKE '%"search"%';
