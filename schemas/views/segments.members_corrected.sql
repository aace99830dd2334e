-- Who was in which segment at a time (ms), and since when, as corrected by what came late, within the lateness of each segment.
-- segments.members_as_of(at = ...) has what was told at that time.
CREATE OR REPLACE VIEW segments.members_corrected AS
SELECT profile_id, segment, segment_version, effective_from AS since
FROM segments.intervals
WHERE effective_from <= fromUnixTimestamp64Milli({at:Int64}, 'UTC') AND (effective_until IS NULL OR effective_until > fromUnixTimestamp64Milli({at:Int64}, 'UTC'))
