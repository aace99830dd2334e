-- Who is in which segment now, and since when.
CREATE OR REPLACE VIEW segments.members AS
SELECT m.segment AS segment, profile_id, m.version AS segment_version, m.since AS since
FROM segments.state
ARRAY JOIN segments AS m
