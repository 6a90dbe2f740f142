/* What a site of nginx says of the workers behind it: as much of nginx' language as that takes. */
#ifndef PERMAFROST_ADMIN_NGINX_H
#define PERMAFROST_ADMIN_NGINX_H

#include <stdbool.h>
#include <stdint.h>

struct arena;

/* A fastcgi_param. */
struct site_param {
	const struct site_param *next;
	const char *name;
	const char *value;
};

/* A block that hands requests on with fastcgi_pass; what outer blocks say holds in it. */
struct site_location {
	struct site_location *next;
	const char *name;            /* "location /identity" */
	const char *pass;            /* "permafrost_api" or "unix:/run/permafrost/api.sock" */
	const struct site_param *params;
	int64_t body_max;            /* client_max_body_size in bytes; 0: no limit */
	bool passes_headers;         /* fastcgi_pass_request_headers */
};

/* A unix socket of an upstream block. */
struct site_server {
	struct site_server *next;
	const char *upstream;
	const char *socket;
};

struct site {
	struct site_location *locations;   /* in the order of the file */
	struct site_server *servers;
};

/* Read a file and those it includes. False with *why, in the arena, which names file and line. */
bool site_read(struct arena *arena, const char *path, struct site *site, const char **why);

/* The unix socket that a location's requests go to; NULL when it is none. */
const char *site_socket(const struct site *site, const struct site_location *location);

/* The value of a parameter; NULL when it is not passed. */
const char *site_param(const struct site_location *location, const char *name);

#endif
