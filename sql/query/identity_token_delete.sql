-- identity_token_delete: revoke a token
-- a token is its own key and tells which project it is for: no project_id to ask for
-- $1 token_hash
delete from permafrost.tokens where token_hash = $1
