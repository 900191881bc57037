ALTER TABLE "resources" ADD COLUMN "filename" text;--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "title_key" text collate "C";--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "text_format" text;
