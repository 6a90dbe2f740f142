-- account_user_tokens_delete: end what an old password gave; asked after the password is new, or the
-- user disabled, so that a login that was faster is seen
-- a user's tokens for any project: no project_id to ask for
-- $1 user_id
delete from permafrost.tokens where user_id = $1
