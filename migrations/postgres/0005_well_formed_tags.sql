-- Tags of before could hold half of a surrogate pair, or NUL, as JSON writes them. PostgreSQL reads neither, so that every
-- search by tag of such an owner failed. Both become U+FFFD, as on the way in. A backslash that is escaped itself stays.
UPDATE "resources" SET "tags" = regexp_replace("tags"::text, '(?<!\\)((?:\\\\)*)\\u(?:[dD][89a-fA-F][0-9a-fA-F]{2}|0000)', '\1\\ufffd', 'g')::json WHERE "tags"::text ~ '\\u(?:[dD][89a-fA-F]|0000)';--> statement-breakpoint
UPDATE "webhook_endpoints" SET "tags" = regexp_replace("tags"::text, '(?<!\\)((?:\\\\)*)\\u(?:[dD][89a-fA-F][0-9a-fA-F]{2}|0000)', '\1\\ufffd', 'g')::json WHERE "tags"::text ~ '\\u(?:[dD][89a-fA-F]|0000)';
