-- Every run behind a night leaves the history; only the owner may do this. The answers to its transitions go
-- with them: what the booking system did stays there, and is idempotent by id.
WITH gone AS (
    DELETE FROM rekon.run
    WHERE (night, number) > (DATE '1970-01-01' + $1::integer, $2::integer)
    RETURNING run_id
), outcomes AS (
    DELETE FROM rekon.outcome WHERE run_id IN (SELECT run_id FROM gone)
), allocations AS (
    DELETE FROM rekon.allocation WHERE run_id IN (SELECT run_id FROM gone)
), transitions AS (
    DELETE FROM rekon.transition WHERE run_id IN (SELECT run_id FROM gone)
    RETURNING id
), answers AS (
    DELETE FROM rekon.transition_answer WHERE transition_id IN (SELECT id FROM transitions)
), files AS (
    DELETE FROM rekon.file WHERE run_id IN (SELECT run_id FROM gone)
), cases AS (
    DELETE FROM rekon.case_event WHERE run_id IN (SELECT run_id FROM gone)
), notices AS (
    DELETE FROM rekon.notice WHERE run_id IN (SELECT run_id FROM gone)
), decisions AS (
    DELETE FROM rekon.decision WHERE run_id IN (SELECT run_id FROM gone)
)
SELECT count(*) FROM gone
