-- How many members any two segments have in common now: the size of each, of both, and of both as a share of either (Jaccard).
-- A row per pair and direction, so that one segment's row for every other is found by `segment`; pairs without common members too.
-- Each segment is a roaring bitmap of numbers that profiles have in this query only, from 0 without gaps: no two profiles share one, as
-- hashes would, and bitmaps of dense numbers are small. All bitmaps come from one read, because another would number anew.
CREATE OR REPLACE VIEW segments.overlap AS
SELECT
    one.1 AS segment,
    another.1 AS other,
    one.3 AS size,
    another.3 AS other_size,
    bitmapAndCardinality(one.2, another.2) AS common,
    common / (size + other_size - common) AS jaccard
FROM
(
    SELECT bitmaps, arrayJoin(bitmaps) AS one
    FROM
    (
        SELECT groupArray((name, members, size)) AS bitmaps
        FROM
        (
            SELECT name, groupBitmapState(number) AS members, count() AS size
            FROM (SELECT toUInt32(rowNumberInAllBlocks()) AS number, segments.segment AS names FROM segments.state)
            ARRAY JOIN names AS name
            GROUP BY name
        )
    )
)
ARRAY JOIN bitmaps AS another
WHERE segment != other
