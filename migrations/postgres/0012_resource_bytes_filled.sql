-- Apart from the column: filling it takes no lock that keeps readers out. The length of a body is read without the body.
UPDATE "resources" SET "bytes" = octet_length(s."body") FROM "resource_sources" s WHERE s."resource_id" = "resources"."id";--> statement-breakpoint
CREATE INDEX "resources_owner_bytes" ON "resources" USING btree ("owner_id","bytes");
