-- Every run behind a night leaves the history; only the owner may do this. The answers to its transitions go
-- with them: what the booking system did stays there, and is idempotent by id.
WITH gone AS (
    DELETE FROM rekon.run
    WHERE (night, number) > (DATE '1970-01-01' + $1::integer, $2::integer)
    RETURNING run
), outcomes AS (
    DELETE FROM rekon.outcome WHERE run IN (SELECT run FROM gone)
), allocations AS (
    DELETE FROM rekon.allocation WHERE run IN (SELECT run FROM gone)
), transitions AS (
    DELETE FROM rekon.transition WHERE run IN (SELECT run FROM gone)
), answers AS (
    DELETE FROM rekon.transition_answer WHERE run IN (SELECT run FROM gone)
), handed AS (
    DELETE FROM rekon.handed WHERE run IN (SELECT run FROM gone)
), files AS (
    DELETE FROM rekon.file WHERE run IN (SELECT run FROM gone)
), cases AS (
    DELETE FROM rekon.case_event WHERE run IN (SELECT run FROM gone)
), notices AS (
    DELETE FROM rekon.notice WHERE run IN (SELECT run FROM gone)
), decisions AS (
    DELETE FROM rekon.decision WHERE run IN (SELECT run FROM gone)
)
SELECT count(*) FROM gone
