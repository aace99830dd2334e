-- Who was in which segment at a time (ms), and since when, as it was told then: by the memberships recorded until that time.
-- segments.members_corrected(at = ...) has the same as corrected by what came late, within the lateness of each segment;
-- segments.members_at(now = ...) computes the same from what is known today: with the activities that came late, the definitions that
-- run now, and the identities as they are merged now.
CREATE OR REPLACE VIEW segments.members_as_of AS
SELECT profile_id, segment, segment_version, entered_at AS since
FROM segments.intervals
WHERE entered_at <= fromUnixTimestamp64Milli({at:Int64}, 'UTC') AND (exited_at IS NULL OR exited_at > fromUnixTimestamp64Milli({at:Int64}, 'UTC'))
