-- A library is searched in memory (docs/decisions/0039): vectors are stored once.
DROP TRIGGER `chunk_codes_insert`;--> statement-breakpoint
DROP TRIGGER `chunk_codes_delete`;--> statement-breakpoint
DROP TRIGGER `chunk_codes_update`;--> statement-breakpoint
DROP TABLE `chunk_codes`;--> statement-breakpoint
-- An exact scan goes through the vectors of an owner and a model in the order of their chunks.
DROP INDEX `chunk_vectors_owner`;--> statement-breakpoint
CREATE INDEX `chunk_vectors_owner` ON `chunk_vectors` (`owner_id`,`model`,`chunk_seq`);
