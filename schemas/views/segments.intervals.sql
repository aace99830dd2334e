-- The recorded history: a row per stay of a profile in a segment, from its entry until its exit, which is null while it lasts. Stays
-- [entered_at, exited_at) of a profile and segment do not overlap, and keep the version that they were entered with. A record that came
-- twice counts once; an exit whose entry is not in the table has no row.
-- The time that counts is evaluated_at: it never goes back in a profile, so that stays follow each other, and it is when subscribers
-- were told. caused_at is the time of the cause: events come late and out of order, and by it people would leave before they enter.
-- effective_from and effective_until are the same stay as corrected by what came late: by effective_at, which follows the cause within the
-- segment's lateness, and never goes back in a profile and segment. A stay that came to be none begins and ends at one time.
-- It reads the table, as the view finds records that came twice in memory, which an analyst's share of it does not hold of a year. Here
-- the record after an entry is looked at: the same one again, the exit, or none. What is sorted for it goes to disk early.
CREATE OR REPLACE VIEW segments.intervals AS
SELECT
    profile_id,
    segment,
    segment_version,
    evaluated_at AS entered_at,
    if(next.change = 'exited', next.evaluated_at, NULL) AS exited_at,
    reason AS entry_reason,
    if(next.change = 'exited', next.reason, NULL) AS exit_reason,
    dateDiff('millisecond', entered_at, exited_at) / 1000 AS duration_seconds,
    effective AS effective_from,
    if(next.change = 'exited', next.effective, NULL) AS effective_until
FROM
(
    SELECT profile_id, sequence, segment, segment_version, change, reason, evaluated_at, ifNull(effective_at, evaluated_at) AS effective,
        leadInFrame(tuple(sequence, change, reason, evaluated_at, effective)::Tuple(sequence Int64, change String, reason String, evaluated_at DateTime64(3, 'UTC'), effective DateTime64(3, 'UTC'))) OVER following AS next
    FROM segments.memberships_v1
    WINDOW following AS (PARTITION BY profile_id, segment ORDER BY evaluated_at, sequence ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING)
    SETTINGS max_bytes_before_external_sort = 300000000, max_bytes_ratio_before_external_sort = 0
)
WHERE change = 'entered' AND (next.sequence != sequence OR next.evaluated_at != evaluated_at)
