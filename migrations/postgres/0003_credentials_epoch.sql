-- The defaults are for the rows there are, and for servers of the version before that still run beside this one.
ALTER TABLE "sessions" ADD COLUMN "kind" text DEFAULT 'grant' NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "authenticated_at" bigint;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "credentials_epoch" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "credentials_epoch" bigint DEFAULT 0 NOT NULL;
