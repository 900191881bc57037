-- Apart from the columns: filling them takes no lock that keeps readers out.
UPDATE "resources" SET "title_key" = lower(substr("title", 1, 200)) WHERE "title" IS NOT NULL;--> statement-breakpoint
UPDATE "resources" SET "filename" = s."filename" FROM "resource_sources" s WHERE s."resource_id" = "resources"."id" AND s."filename" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "resources_owner_title" ON "resources" USING btree ("owner_id",coalesce(title_key, ''),"id");--> statement-breakpoint
CREATE INDEX "resources_owner_quality" ON "resources" USING btree ("owner_id",coalesce(quality_score, -1),"id");
