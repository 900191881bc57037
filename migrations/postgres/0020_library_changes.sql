CREATE TABLE "libraries" (
	"owner_id" text PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "library_changes" (
	"owner_id" text NOT NULL,
	"version" bigint NOT NULL,
	"id" text NOT NULL,
	"resource_id" text,
	"kind" text NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "library_changes_owner_id_version_pk" PRIMARY KEY("owner_id","version")
);
--> statement-breakpoint
ALTER TABLE "libraries" ADD CONSTRAINT "libraries_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "library_changes" ADD CONSTRAINT "library_changes_owner_id_libraries_owner_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."libraries"("owner_id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
-- Every library that has documents has a version, so that an index of it can be compared with the database.
INSERT INTO "libraries" ("owner_id", "version") SELECT DISTINCT "owner_id", 1 FROM "resources";--> statement-breakpoint
INSERT INTO "library_changes" ("owner_id", "version", "id", "kind", "created_at")
SELECT "owner_id", "version", gen_random_uuid()::text, 'rebuild', (extract(epoch FROM now()) * 1000)::bigint FROM "libraries";
