SELECT count(*), (extract(epoch FROM max(submitted_at)) * 1000000)::bigint
FROM rekon_source.application
WHERE submitted_at < current_setting('rekon.before')::timestamptz
