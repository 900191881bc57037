CREATE TABLE `embedding_models` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`state` text NOT NULL,
	`dimensions` integer,
	`languages` text,
	`activation_requested_at` integer,
	`created_at` integer NOT NULL,
	`activated_at` integer,
	`retired_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `embedding_models_active` ON `embedding_models` (`state`) WHERE "embedding_models"."state" = 'active';--> statement-breakpoint
CREATE TABLE `resource_embeddings` (
	`resource_id` text NOT NULL,
	`model` text NOT NULL,
	`owner_id` text NOT NULL,
	`error` text,
	`related_at` integer,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`resource_id`, `model`),
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `resource_embeddings_model` ON `resource_embeddings` (`model`,`resource_id`);--> statement-breakpoint
CREATE TABLE `settings` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
-- The model with the most vectors is the active one.
INSERT INTO `embedding_models` (`id`, `name`, `state`, `dimensions`, `created_at`, `activated_at`, `retired_at`)
SELECT m.model, m.model, CASE m.place WHEN 1 THEN 'active' ELSE 'retired' END,
	(SELECT length(v.embedding) / 4 FROM chunk_vectors v WHERE v.model = m.model LIMIT 1),
	m.now, CASE m.place WHEN 1 THEN m.now END, CASE m.place WHEN 1 THEN NULL ELSE m.now END
FROM (
	SELECT model, row_number() OVER (ORDER BY count(*) DESC, model) AS place, CAST(strftime('%s', 'now') AS integer) * 1000 AS now
	FROM chunk_vectors GROUP BY model
) m;
--> statement-breakpoint
-- Vectors go with their chunks, and those of a document are written together: where there is one, the document is done.
INSERT INTO `resource_embeddings` (`resource_id`, `model`, `owner_id`, `related_at`, `updated_at`)
SELECT d.resource_id, d.model, r.owner_id,
	(SELECT s.finished_at FROM resource_stages s JOIN embedding_models m ON m.id = d.model AND m.state = 'active'
		WHERE s.resource_id = d.resource_id AND s.stage = 'graph' AND s.status = 'completed'),
	CAST(strftime('%s', 'now') AS integer) * 1000
FROM (SELECT DISTINCT c.resource_id, v.model FROM chunk_vectors v JOIN chunks c ON c.seq = v.chunk_seq) d
JOIN resources r ON r.id = d.resource_id;
--> statement-breakpoint
-- Documents without a word that the model knows have no vectors.
INSERT INTO `resource_embeddings` (`resource_id`, `model`, `owner_id`, `related_at`, `updated_at`)
SELECT r.id, m.id, r.owner_id, s.finished_at, CAST(strftime('%s', 'now') AS integer) * 1000
FROM resources r
JOIN embedding_models m ON m.state = 'active'
JOIN resource_stages s ON s.resource_id = r.id AND s.stage = 'embedding' AND s.status = 'completed'
WHERE EXISTS (SELECT 1 FROM chunks c WHERE c.resource_id = r.id)
	AND NOT EXISTS (SELECT 1 FROM resource_embeddings e WHERE e.resource_id = r.id);
--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
-- The default is for servers of the version before that still run beside this one.
CREATE TABLE `__new_edges` (
	`source_id` text NOT NULL,
	`target_id` text NOT NULL,
	`kind` text NOT NULL,
	`model` text DEFAULT '' NOT NULL,
	`owner_id` text NOT NULL,
	`weight` real NOT NULL,
	`evidence` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`source_id`, `target_id`, `kind`, `model`),
	FOREIGN KEY (`source_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`target_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `__new_edges`(`source_id`, `target_id`, `kind`, `model`, `owner_id`, `weight`, `evidence`, `created_at`)
SELECT `source_id`, `target_id`, `kind`,
	CASE `kind` WHEN 'similar' THEN coalesce((SELECT id FROM embedding_models WHERE state = 'active'), '') ELSE '' END,
	`owner_id`, `weight`, `evidence`, `created_at` FROM `edges`;
--> statement-breakpoint
DROP TABLE `edges`;--> statement-breakpoint
ALTER TABLE `__new_edges` RENAME TO `edges`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `edges_target` ON `edges` (`target_id`);--> statement-breakpoint
CREATE INDEX `edges_owner` ON `edges` (`owner_id`);
