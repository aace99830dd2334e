-- The recorded history: a row per stay of a profile in a segment, from its entry until its exit, which is null while it lasts.
-- Stays are paired by `sequence`; a record that came twice counts once; [entered_at, exited_at) of a profile and segment do not overlap.
-- The time that counts is evaluated_at: it never goes back in a profile, so that stays follow each other, and it is when subscribers
-- were told. caused_at is the time of the cause: events come late and out of order, and by it people would leave before they enter.
-- A stay keeps the version that it was entered with. An exit whose entry is not in the table has no row.
CREATE OR REPLACE VIEW segments.intervals AS
SELECT
    profile_id,
    segment,
    entry.version AS segment_version,
    entry.at AS entered_at,
    if(next.change = 'exited', next.at, NULL) AS exited_at,
    entry.reason AS entry_reason,
    if(next.change = 'exited', next.reason, NULL) AS exit_reason,
    dateDiff('millisecond', entered_at, exited_at) / 1000 AS duration_seconds
FROM
(
    SELECT profile_id, segment,
        arraySort(groupUniqArray(CAST((sequence, change, reason, segment_version, evaluated_at),
            'Tuple(sequence Int64, change LowCardinality(String), reason LowCardinality(String), version Int32, at DateTime64(3, \'UTC\'))'))) AS records
    FROM segments.memberships
    GROUP BY profile_id, segment
)
ARRAY JOIN records AS entry, arrayShiftLeft(records, 1) AS next
WHERE entry.change = 'entered'
