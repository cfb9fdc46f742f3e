-- The columns of the view that the site offers, with their types.
SELECT attname, format_type(atttypid, NULL)
FROM pg_attribute
WHERE attrelid = to_regclass('rekon_source.application') AND attnum > 0 AND NOT attisdropped
