-- trust_forget: Keystone has deleted this trust
-- what no project uses any more: no project_id to ask for
-- $1 trust_id
delete from permafrost.trusts_released
 where trust_id = $1
