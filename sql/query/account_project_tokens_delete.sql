-- account_project_tokens_delete: end the tokens for a project; asked after it was disabled, so that a
-- login that was faster is seen
-- $1 project_id
delete from permafrost.tokens where project_id = $1
