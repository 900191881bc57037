ALTER TABLE "resources" ADD COLUMN "bytes" bigint;
