-- engine_listen: be told of new work; no project_id
listen permafrost_work
