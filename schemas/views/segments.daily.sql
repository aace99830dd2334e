-- Size, entries, exits and churn of each segment per day (UTC), from its first entry to today, by segments.intervals; days without changes too.
-- `size` is at the end of the day, today's as of now; `churn` are the exits as a share of the size at its beginning, null where that was 0.
-- Who enters and leaves on one day counts in both, so that churn can be above 1.
CREATE OR REPLACE VIEW segments.daily AS
SELECT segment, day, size, entered, exited, exited / nullIf(size - entered + exited, 0) AS churn
FROM
(
    SELECT segment, day, entered, exited, sum(toInt64(entered) - toInt64(exited)) OVER (PARTITION BY segment ORDER BY day) AS size
    FROM
    (
        SELECT segment, toDate(assumeNotNull(at)) AS day, countIf(is_entry) AS entered, countIf(NOT is_entry) AS exited
        FROM segments.intervals
        ARRAY JOIN [entered_at, exited_at] AS at, [true, false] AS is_entry
        WHERE at IS NOT NULL
        GROUP BY segment, day
        ORDER BY segment, day WITH FILL TO toDate(now('UTC')) + 1
    )
)
