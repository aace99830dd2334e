-- The last value of each property of a company; deleted companies are left out. A company is back where, later than it was deleted, it
-- was created or restored (which HubSpot's events have as one), or an import has it. Other late changes, such as those of
-- its associations, come with the deletion itself. What was deleted for privacy does not come back.
CREATE OR REPLACE VIEW crm.companies AS
SELECT
    account_id,
    object_id,
    argMaxIf(last_stage, last_at, last_stage IS NOT NULL) AS stage,
    mapFromArrays(groupArrayIf(assumeNotNull(property), property IS NOT NULL), groupArrayIf(ifNull(last_value, ''), property IS NOT NULL)) AS properties,
    min(first_at) AS created_at,
    max(last_at) AS updated_at
FROM
(
    SELECT account_id, object_id, property, argMax(value, (occurred_at, event_id)) AS last_value,
        argMax(stage, (occurred_at, event_id)) AS last_stage, min(occurred_at) AS first_at, max(occurred_at) AS last_at,
        max(change = 'deleted') AS deleted, max(change = 'deleted' AND property = 'privacyDeletion') AS forgotten,
        maxIf(occurred_at, change = 'deleted') AS deleted_at,
        maxIf(occurred_at, change = 'created' OR (change != 'deleted' AND startsWith(source, 'import:'))) AS restored_at
    FROM crm.company_changes
    GROUP BY account_id, object_id, property
)
GROUP BY account_id, object_id
HAVING max(deleted) = 0 OR (max(restored_at) > max(deleted_at) AND max(forgotten) = 0)
