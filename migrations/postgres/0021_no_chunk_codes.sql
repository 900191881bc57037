-- An exact scan goes through the vectors of an owner and a model in the order of their chunks. The index is built before
-- anything locks the table against readers.
CREATE INDEX "chunk_vectors_owner_chunk" ON "chunk_vectors" USING btree ("owner_id","model","chunk_seq");--> statement-breakpoint
-- A library is searched in memory (docs/decisions/0039): vectors are stored once.
DROP TRIGGER "chunk_vectors_code" ON "chunk_vectors";--> statement-breakpoint
DROP FUNCTION pharos_code_vector();--> statement-breakpoint
DROP TABLE "chunk_codes";--> statement-breakpoint
DROP FUNCTION pharos_code(real[]);--> statement-breakpoint
DROP FUNCTION pharos_code_group(text, text, integer);--> statement-breakpoint
DROP INDEX "chunk_vectors_owner";--> statement-breakpoint
ALTER INDEX "chunk_vectors_owner_chunk" RENAME TO "chunk_vectors_owner";
