-- Case is folded by a named collation, because a database with LC_CTYPE "C" folds ASCII only: "Ёжик" would not be found by "ёжик".
-- The first collation that this server has is used; where it has none of them, its own locale decides as before.
DO $migration$
DECLARE folding text;
BEGIN
	SELECT quote_ident(collname) INTO folding FROM pg_collation
	WHERE collname IN ('und-x-icu', 'pg_c_utf8', 'C.utf8', 'en_US.utf8') AND collnamespace = 'pg_catalog'::regnamespace
		AND collencoding IN (-1, pg_char_to_encoding('UTF8'))
	ORDER BY array_position(ARRAY['und-x-icu', 'pg_c_utf8', 'C.utf8', 'en_US.utf8']::name[], collname) LIMIT 1;
	IF folding IS NULL THEN RETURN; END IF;
	EXECUTE format($create$CREATE OR REPLACE FUNCTION pharos_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS
		$fold$ SELECT regexp_replace(normalize(lower(words COLLATE %s) COLLATE "C", NFD), '[\u0300-\u036f]', '', 'g') $fold$ $create$, folding);
	-- Chunks that were indexed without folding are indexed again.
	IF lower('Ё') <> 'ё' THEN UPDATE chunks SET context = context; END IF;
END $migration$;
