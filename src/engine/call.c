/* Our own APIs, asked from inside: what engines do is judged and written as what clients do. */
#include "config.h"

#include "engine/engine_int.h"

#include "base/arena.h"
#include "route/route.h"

bool engine_ask(struct req *rq, const struct owner *owner, const struct engine_call *call)
{
	const char *version = call->service == SERVICE_BACKUP ? "/v2" : "/v1";

	rq->service = call->service;
	rq->method = call->method;
	rq->mount = rq->query = rq->scheme = rq->host = "";
	rq->path = arena_printf(rq->arena, "%s/%s%s", version, owner->project_id, call->path);
	rq->body = call->body;
	rq->caller = (struct caller){ .user_id = owner->user_id, .user_name = "",
				      .project_id = owner->project_id };
	rq->is_privileged = call->service == SERVICE_BACKUP;
	return route_call(rq);
}
