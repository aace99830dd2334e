-- Who was in which segment at a time (ms), and since when, as it was told then: the memberships recorded until that time (evaluated_at).
-- segments.members_at(now = ...) computes the same from what is known today: with the activities that came late, the definitions that
-- run now, and the identities as they are merged now.
CREATE OR REPLACE VIEW segments.members_as_of AS
SELECT profile_id, segment, argMax(segment_version, sequence) AS segment_version, max(evaluated_at) AS since
FROM segments.memberships
WHERE evaluated_at <= fromUnixTimestamp64Milli({at:Int64}, 'UTC')
GROUP BY profile_id, segment
HAVING argMax(change, sequence) = 'entered'
