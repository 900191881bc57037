-- Keys of the version of November 2026 were addresses in NFKC and lower case. The key is now the address with its ASCII letters in
-- lower case, which `lower` makes by the collation "C". Addresses with other letters were not found by a reset or a provider's login.
-- An account whose key another account has taken meanwhile keeps the old one.
UPDATE "users" SET "email_key" = lower("email" COLLATE "C")
WHERE "id" IN (SELECT min("id") FROM "users" WHERE "email_key" <> lower("email" COLLATE "C") AND "username_key" NOT LIKE 'pharos:%' GROUP BY lower("email" COLLATE "C"))
	AND NOT EXISTS (SELECT 1 FROM "users" AS "other" WHERE "other"."email_key" = lower("users"."email" COLLATE "C"));
