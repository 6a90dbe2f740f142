/* What nginx sent, as a struct req. */
#include "config.h"

#include "http/http_int.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"

static const char *const method_names[] = {
	[METHOD_GET] = "GET", [METHOD_POST] = "POST", [METHOD_PUT] = "PUT",
	[METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE", [METHOD_HEAD] = "HEAD",
	[METHOD_OPTIONS] = "OPTIONS",
};

static enum method method_named(const char *name)
{
	for (int method = 0; method < METHOD_OTHER; method++) {
		if (strcmp(name, method_names[method]) == 0)
			return (enum method)method;
	}
	return METHOD_OTHER;
}

static enum service service_named(const char *name)
{
	if (strcmp(name, "identity") == 0)
		return SERVICE_IDENTITY;
	if (strcmp(name, "data-protect") == 0)
		return SERVICE_DATA_PROTECT;
	if (strcmp(name, "metrics") == 0)
		return SERVICE_METRICS;
	return SERVICE_BACKUP;
}

const struct http_param http_params[PARAM_COUNT + 1] = {
#define PARAM(name, loss) [PARAM_##name] = { #name, loss },
#include "http/params.def"
#undef PARAM
};

/* A parameter's value, or `otherwise` when it is absent or empty. */
static const char *parameter(const FCGX_Request *fcgi, enum param param, const char *otherwise)
{
	const char *value = FCGX_GetParam(http_params[param].name, fcgi->envp);
	return value == NULL || value[0] == '\0' ? otherwise : value;
}

/* The path below the mount, without the query, without one trailing slash. */
static const char *path_below(struct arena *arena, const char *uri, const char *mount)
{
	size_t skip = strlen(mount);

	if (strncmp(uri, mount, skip) == 0)
		uri += skip;
	size_t len = strcspn(uri, "?");
	if (len > 1 && uri[len - 1] == '/')
		len--;
	return len == 0 ? "/" : arena_strndup(arena, uri, len);
}

/* A bare UUID with dashes? */
static bool is_uuid(const char *text)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (strlen(text) != sizeof(shape) - 1)
		return false;
	for (size_t n = 0; shape[n] != '\0'; n++) {
		bool fits = shape[n] == '-' ? text[n] == '-' : isxdigit((unsigned char)text[n]);
		if (!fits)
			return false;
	}
	return true;
}

/* A caller may name the request, but only with something that is an id (freezer-v1-v2 2.7). */
static void request_id_set(struct req *rq, const char *wanted)
{
	if (wanted != NULL && strncmp(wanted, "req-", 4) == 0)
		wanted += 4;
	memcpy(rq->request_id, "req-", 4);
	if (wanted != NULL && is_uuid(wanted))
		memcpy(rq->request_id + 4, wanted, UUID_DASHED_SIZE);
	else
		uuid_dashed(rq->request_id + 4);
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), tail = strlen(end);
	return len >= tail && strcmp(text + len - tail, end) == 0;
}

/* Logins, and restores with what opens their target. */
static bool may_hold_secret(const struct req *rq)
{
	return rq->service == SERVICE_IDENTITY ||
	       (rq->service == SERVICE_DATA_PROTECT && rq->method == METHOD_POST &&
		ends_with(rq->path, "/restores"));
}

/* Links are made of it, and the header that says where to log in. */
static bool host_is_sound(const char *host)
{
	return host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789.-_~%:[]")] == '\0';
}

/* Libfcgi keeps what it read until it reads more: a secret is overwritten there, piece by piece,
 * as each piece lies in its buffer as a whole. */
static bool body_take(struct req *rq, char *body, int len, FCGX_Stream *in)
{
	while (len > 0) {
		int there = (int)(in->stop - in->rdNext);
		int part = there <= 0 ? 1 : there < len ? there : len;
		if (FCGX_GetStr(body, part, in) != part)
			return problem(rq, 400, "the body ended before Content-Length bytes");
		if (rq->is_secret)
			explicit_bzero(in->rdNext - part, (size_t)part);
		body += part;
		len -= part;
	}
	return true;
}

static bool body_read(struct req *rq, const FCGX_Request *fcgi, int64_t body_max)
{
	int64_t len;

	if (!text_to_int64(parameter(fcgi, PARAM_CONTENT_LENGTH, "0"), &len) || len < 0)
		return problem(rq, 400, "Content-Length is not a number");
	if (len > body_max)
		return problem(rq, 413, "the body is larger than %lld bytes", (long long)body_max);
	if (len == 0)
		return true;
	rq->is_secret = may_hold_secret(rq);
	if (rq->is_secret)
		arena_keep_secret(rq->arena);
	char *body = arena_alloc(rq->arena, (size_t)len + 1);
	if (!body_take(rq, body, (int)len, fcgi->in))
		return false;
	rq->body_text = body;
	rq->body_len = (size_t)len;
	return true;
}

bool request_read(struct req *rq, const FCGX_Request *fcgi, int64_t body_max)
{
	rq->service = service_named(parameter(fcgi, PARAM_SERVICE, "backup"));
	rq->method_name = parameter(fcgi, PARAM_REQUEST_METHOD, "GET");
	rq->method = method_named(rq->method_name);
	rq->mount = parameter(fcgi, PARAM_MOUNT, "");
	rq->path = path_below(rq->arena, parameter(fcgi, PARAM_REQUEST_URI, "/"), rq->mount);
	rq->query = parameter(fcgi, PARAM_QUERY_STRING, "");
	rq->accept = parameter(fcgi, PARAM_HTTP_ACCEPT, NULL);
	rq->content_type = parameter(fcgi, PARAM_CONTENT_TYPE, NULL);
	rq->token = parameter(fcgi, PARAM_HTTP_X_AUTH_TOKEN, NULL);
	rq->service_token = parameter(fcgi, PARAM_HTTP_X_SERVICE_TOKEN, NULL);
	rq->subject_token = parameter(fcgi, PARAM_HTTP_X_SUBJECT_TOKEN, NULL);
	rq->remote_addr = parameter(fcgi, PARAM_REMOTE_ADDR, "");
	rq->scheme = parameter(fcgi, PARAM_REQUEST_SCHEME, "http");
	rq->host = parameter(fcgi, PARAM_HTTP_HOST, "localhost");
	request_id_set(rq, parameter(fcgi, PARAM_HTTP_X_OPENSTACK_REQUEST_ID, NULL));
	if (!host_is_sound(rq->host))
		return problem(rq, 400, "Host is not the name or address of a host");
	return body_read(rq, fcgi, body_max);
}

void request_forget(const FCGX_Request *fcgi)
{
	static const enum param tokens[] = {
		PARAM_HTTP_X_AUTH_TOKEN, PARAM_HTTP_X_SERVICE_TOKEN, PARAM_HTTP_X_SUBJECT_TOKEN,
	};

	for (size_t n = 0; n < sizeof(tokens) / sizeof(tokens[0]); n++) {
		char *value = FCGX_GetParam(http_params[tokens[n]].name, fcgi->envp);
		if (value != NULL)
			explicit_bzero(value, strlen(value));
	}
}
