-- SQLite's function for the patterns that the filter of lists writes: `*`, then letters and classes of them, then `*`.
CREATE OR REPLACE FUNCTION glob(pattern text, value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS
	$glob$ SELECT value ~ regexp_replace(substr(pattern, 2, length(pattern) - 2), '([.^$(){}|+\\])', '\\\1', 'g') $glob$;
