CREATE TABLE "embedding_models" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"state" text NOT NULL,
	"dimensions" bigint,
	"languages" json,
	"activation_requested_at" bigint,
	"created_at" bigint NOT NULL,
	"activated_at" bigint,
	"retired_at" bigint
);
--> statement-breakpoint
CREATE TABLE "resource_embeddings" (
	"resource_id" text NOT NULL,
	"model" text NOT NULL,
	"owner_id" text NOT NULL,
	"error" text,
	"related_at" bigint,
	"updated_at" bigint NOT NULL,
	CONSTRAINT "resource_embeddings_resource_id_model_pk" PRIMARY KEY("resource_id","model")
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" json NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
-- The model with the most vectors is the active one.
INSERT INTO "embedding_models" ("id", "name", "state", "dimensions", "created_at", "activated_at", "retired_at")
SELECT m."model", m."model", CASE m."place" WHEN 1 THEN 'active' ELSE 'retired' END,
	(SELECT cardinality(v."embedding") FROM "chunk_vectors" v WHERE v."model" = m."model" LIMIT 1),
	m."now", CASE m."place" WHEN 1 THEN m."now" END, CASE m."place" WHEN 1 THEN NULL ELSE m."now" END
FROM (
	SELECT "model", row_number() OVER (ORDER BY count(*) DESC, "model") AS "place", (extract(epoch FROM now()) * 1000)::bigint AS "now"
	FROM "chunk_vectors" GROUP BY "model"
) m;
--> statement-breakpoint
-- Vectors go with their chunks, and those of a document are written together: where there is one, the document is done.
INSERT INTO "resource_embeddings" ("resource_id", "model", "owner_id", "related_at", "updated_at")
SELECT d."resource_id", d."model", r."owner_id",
	(SELECT s."finished_at" FROM "resource_stages" s JOIN "embedding_models" m ON m."id" = d."model" AND m."state" = 'active'
		WHERE s."resource_id" = d."resource_id" AND s."stage" = 'graph' AND s."status" = 'completed'),
	(extract(epoch FROM now()) * 1000)::bigint
FROM (SELECT DISTINCT c."resource_id", v."model" FROM "chunk_vectors" v JOIN "chunks" c ON c."seq" = v."chunk_seq") d
JOIN "resources" r ON r."id" = d."resource_id";
--> statement-breakpoint
-- Documents without a word that the model knows have no vectors.
INSERT INTO "resource_embeddings" ("resource_id", "model", "owner_id", "related_at", "updated_at")
SELECT r."id", m."id", r."owner_id", s."finished_at", (extract(epoch FROM now()) * 1000)::bigint
FROM "resources" r
JOIN "embedding_models" m ON m."state" = 'active'
JOIN "resource_stages" s ON s."resource_id" = r."id" AND s."stage" = 'embedding' AND s."status" = 'completed'
WHERE EXISTS (SELECT 1 FROM "chunks" c WHERE c."resource_id" = r."id")
	AND NOT EXISTS (SELECT 1 FROM "resource_embeddings" e WHERE e."resource_id" = r."id");
--> statement-breakpoint
-- The default is for servers of the version before that still run beside this one.
ALTER TABLE "edges" ADD COLUMN "model" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "edges" DROP CONSTRAINT "edges_source_id_target_id_kind_pk";--> statement-breakpoint
UPDATE "edges" SET "model" = m."id" FROM "embedding_models" m WHERE m."state" = 'active' AND "edges"."kind" = 'similar';--> statement-breakpoint
ALTER TABLE "edges" ADD CONSTRAINT "edges_source_id_target_id_kind_model_pk" PRIMARY KEY("source_id","target_id","kind","model");--> statement-breakpoint
ALTER TABLE "resource_embeddings" ADD CONSTRAINT "resource_embeddings_resource_id_resources_id_fk" FOREIGN KEY ("resource_id") REFERENCES "public"."resources"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "embedding_models_active" ON "embedding_models" USING btree ("state") WHERE "embedding_models"."state" = 'active';--> statement-breakpoint
CREATE INDEX "resource_embeddings_model" ON "resource_embeddings" USING btree ("model","resource_id");
