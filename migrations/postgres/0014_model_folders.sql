ALTER TABLE "embedding_models" ADD COLUMN "path" text;--> statement-breakpoint
ALTER TABLE "embedding_models" ADD COLUMN "fingerprint" text;