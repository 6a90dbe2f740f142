/* The answer on the wire: status line, headers, body; a problem in the shape its API uses. */
#include "config.h"

#include "http/http_int.h"

#include <string.h>

#include "base/arena.h"
#include "base/concurrency.h"
#include "base/text.h"

#define ACCEPT_HELP "https://www.rfc-editor.org/rfc/rfc9110#field.accept"

struct status_text {
	int status;
	const char *reason;
};

static const char *reason_of(int status)
{
	static const struct status_text reasons[] = {
		{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" },
		{ 300, "Multiple Choices" }, { 400, "Bad Request" }, { 401, "Unauthorized" },
		{ 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" }, { 409, "Conflict" }, { 413, "Payload Too Large" },
		{ 415, "Unsupported Media Type" }, { 422, "Unprocessable Entity" },
		{ 424, "Failed Dependency" }, { 429, "Too Many Requests" },
		{ 500, "Internal Server Error" }, { 503, "Service Unavailable" },
		{ 753, "Syntax Error" },
	};

	for (size_t n = 0; n < sizeof(reasons) / sizeof(reasons[0]); n++) {
		if (reasons[n].status == status)
			return reasons[n].reason;
	}
	return "Status";
}

/* ---- problems ------------------------------------------------------------------------------- */

/* Keystone's shape, used by identity and by every service's 401 (freezer-v1-v2 2.2). */
static void problem_as_error(const struct problem *problem, struct text *body)
{
	text_printf(body, "{\"error\": {\"code\": %d, \"title\": ", problem->status);
	text_json_string(body, reason_of(problem->status));
	text_puts(body, ", \"message\": ");
	text_json_string(body, problem->description);
	text_puts(body, "}}");
}

/* The backup API's shape (freezer-v1-v2 2.5). */
static void problem_as_title(const struct problem *problem, struct text *body)
{
	text_puts(body, "{\"title\": ");
	text_json_string(body, problem->title);
	if (problem->description != NULL) {
		text_puts(body, ", \"description\": ");
		text_json_string(body, problem->description);
	}
	if (problem->status == 406)
		text_puts(body, ", \"link\": {\"rel\": \"help\", "
				"\"text\": \"what Accept may say\", "
				"\"href\": \"" ACCEPT_HELP "\"}");
	text_puts(body, "}");
}

/* The Data Protection API's shape: one object named for its class (data-protection-v1 2.6). */
static void problem_as_fault(const struct problem *problem, struct text *body)
{
	static const struct status_text faults[] = {
		{ 400, "badRequest" }, { 401, "unauthorized" }, { 403, "forbidden" },
		{ 404, "itemNotFound" }, { 405, "badMethod" }, { 409, "conflictingRequest" },
		{ 413, "overLimit" }, { 415, "badMediaType" }, { 429, "overLimit" },
		{ 501, "notImplemented" }, { 503, "serviceUnavailable" },
	};
	const char *fault = "computeFault";

	for (size_t n = 0; n < sizeof(faults) / sizeof(faults[0]); n++) {
		if (faults[n].status == problem->status)
			fault = faults[n].reason;
	}
	text_printf(body, "{\"%s\": {\"code\": %d, \"message\": ", fault, problem->status);
	text_json_string(body, problem->description == NULL ? "" : problem->description);
	if (problem->status == 413)
		text_puts(body, ", \"retryAfter\": \"0\"");
	text_puts(body, "}}");
}

static void reply_from_problem(struct req *rq)
{
	struct text body = { .arena = rq->arena };
	bool as_error = rq->service == SERVICE_IDENTITY || rq->problem.status == 401;

	if (as_error)
		problem_as_error(&rq->problem, &body);
	else if (rq->service == SERVICE_DATA_PROTECT)
		problem_as_fault(&rq->problem, &body);
	else
		problem_as_title(&rq->problem, &body);
	rq->reply = (struct reply){
		.status = rq->problem.status, .text = body.data, .len = body.len,
		.vary = as_error ? NULL : "Accept", .allow = rq->reply.allow,
		.retry_after = rq->reply.retry_after, .authenticate = rq->reply.authenticate,
	};
}

/* ---- writing -------------------------------------------------------------------------------- */

static void header_add(struct text *head, const char *name, const char *value)
{
	if (value == NULL)
		return;
	text_puts(head, name);
	text_puts(head, ": ");
	text_puts(head, value);
	text_puts(head, "\r\n");
}

static bool has_body(const struct reply *reply)
{
	return reply->text != NULL || reply->next != NULL;
}

static size_t fixed_length(const struct reply *reply)
{
	size_t len = reply->len;

	len += reply->head == NULL ? 0 : strlen(reply->head);
	len += reply->tail == NULL ? 0 : strlen(reply->tail);
	return len;
}

static void headers_build(const struct req *rq, struct text *head)
{
	const struct reply *reply = &rq->reply;

	text_printf(head, "Status: %d %s\r\n", reply->status, reason_of(reply->status));
	if (has_body(reply))
		header_add(head, "Content-Type", reply->content_type == NULL ?
			   "application/json" : reply->content_type);
	if (reply->next == NULL && reply->status != 204)
		text_printf(head, "Content-Length: %zu\r\n", fixed_length(reply));
	header_add(head, "X-Openstack-Request-Id", rq->request_id);
	if (rq->service == SERVICE_DATA_PROTECT)   /* data-protection-v1 2.5 */
		header_add(head, "X-Compute-Request-Id", rq->request_id);
	header_add(head, "X-Subject-Token", reply->subject_token);
	header_add(head, "Cache-Control", "no-store");   /* it is for who asked, when they asked */
	header_add(head, "Allow", reply->allow);
	header_add(head, "Vary", rq->service == SERVICE_IDENTITY ? "X-Auth-Token" : reply->vary);
	if (rq->service == SERVICE_DATA_PROTECT && reply->status == 413)
		header_add(head, "Retry-After", "0");
	if (reply->retry_after > 0)
		text_printf(head, "Retry-After: %d\r\n", reply->retry_after);
	header_add(head, "WWW-Authenticate", reply->authenticate);
	text_puts(head, "\r\n");
}

static bool put(FCGX_Stream *out, const char *text, size_t len)
{
	return len == 0 || FCGX_PutStr(text, (int)len, out) == (int)len;
}

static bool pieces_write(const struct reply *reply, FCGX_Stream *out)
{
	const char *piece;
	size_t len;
	bool first = true;
	int more;

	for (; (more = reply->next(reply->source, &piece, &len)) > 0; first = false) {
		if (!first && !put(out, ", ", 2))
			return false;
		if (!put(out, piece, len))
			return false;
	}
	return more == 0;
}

static bool body_write(const struct reply *reply, FCGX_Stream *out)
{
	if (reply->head != NULL && !put(out, reply->head, strlen(reply->head)))
		return false;
	if (reply->next != NULL && !pieces_write(reply, out))
		return false;
	if (reply->text != NULL && !put(out, reply->text, reply->len))
		return false;
	return reply->tail == NULL || put(out, reply->tail, strlen(reply->tail));
}

/* Without an end record nginx knows that the reply is not whole. With it, what is left of the reply
 * leaves in one piece. */
static bool reply_end(FCGX_Request *fcgi)
{
	return FCGX_FClose(fcgi->err) == 0 && FCGX_FClose(fcgi->out) == 0;
}

bool reply_write(struct req *rq, FCGX_Request *fcgi)
{
	struct text head = { .arena = rq->arena };

	if (rq->problem.status != 0)
		reply_from_problem(rq);
	headers_build(rq, &head);
	if (!put(fcgi->out, head.data, head.len))
		return false;
	if (rq->method != METHOD_HEAD && has_body(&rq->reply) &&
	    !body_write(&rq->reply, fcgi->out))
		return false;
	concurrency_leave();   /* before the client, who has all then, asks for more */
	return reply_end(fcgi);
}
