-- identity_listen: be told when a token, a user, a project or a role changes
-- users and tokens belong to no project: no project_id to ask for
listen permafrost_identity
