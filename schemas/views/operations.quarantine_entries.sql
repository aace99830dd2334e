-- What is in quarantine, without its bytes, and what became of replays. A corrected replay that was refused is an entry of
-- its own; it, the first entry and all others of that chain have one state: replayed as soon as one of them was.
CREATE OR REPLACE VIEW operations.quarantine_entries AS
SELECT
    q.event_id AS event_id,
    q.first_id AS first_id,
    q.occurred_at AS occurred_at,
    q.service AS service,
    q.stage AS stage,
    q.code AS code,
    q.field AS field,
    q.reason AS reason,
    q.product AS product,
    q.source AS source,
    q.origin AS origin,
    q.original_bytes AS original_bytes,
    multiIf(r.replayed > 0, 'replayed', r.replays > 0, 'refused', 'open') AS state,
    r.replays AS replays,
    if(r.replays > 0, r.last_at, NULL) AS replayed_at,
    r.last_by AS replayed_by,
    r.last_code AS replay_code,
    r.published AS event_ids
FROM
(
    SELECT event_id, ifNull(replay_of, event_id) AS first_id, occurred_at, service, stage, code, field, reason, product, source, origin, original_bytes
    FROM operations.quarantine
) AS q
LEFT JOIN
(
    SELECT first_id, count() AS replays, countIf(outcome = 'replayed') AS replayed,
        argMax(occurred_at, (outcome = 'replayed', occurred_at)) AS last_at, argMax(replayed_by, (outcome = 'replayed', occurred_at)) AS last_by,
        argMax(ifNull(code, ''), (outcome = 'replayed', occurred_at)) AS last_code, groupUniqArrayArray(event_ids) AS published
    FROM operations.quarantine_replays
    GROUP BY first_id
) AS r ON r.first_id = q.first_id
