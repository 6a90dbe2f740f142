-- backup_patch: merge into the metadata of a backup, set its status; a patch that would change
-- nothing touches no row
-- $1 project, $2 id, $3 metadata, $4 status or null
update permafrost.backups
   set doc = doc || jsonb_build_object('backup_metadata', (doc->'backup_metadata') || $3::jsonb)
                 || jsonb_strip_nulls(jsonb_build_object('status', $4::text)),
       version = version + 1,
       updated_at = clock_timestamp()
 where project_id = $1 and id = $2
   and ((doc->'backup_metadata') || $3::jsonb <> doc->'backup_metadata'
        or doc->>'status' is distinct from coalesce($4::text, doc->>'status'))
