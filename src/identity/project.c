/* The projects a user may ask a token for. */
#include "config.h"

#include "identity/identity_int.h"

#include "base/text.h"
#include "store/queries.h"
#include "store/store.h"

static void project_add(struct text *out, const struct rows *rows, int row)
{
	text_puts(out, row == 0 ? "{\"id\":" : ",{\"id\":");
	text_json_string(out, rows_text(rows, row, "id"));
	text_puts(out, ",\"name\":");
	text_json_string(out, rows_text(rows, row, "name"));
	text_printf(out, ",\"domain_id\":\"default\",\"parent_id\":\"default\",\"is_domain\":false,"
		    "\"description\":\"\",\"tags\":[],\"options\":{},\"enabled\":%s}",
		    rows_bool(rows, row, "enabled") ? "true" : "false");
}

static bool project_list(struct req *rq)
{
	struct text out = { .arena = rq->arena };
	struct rows *rows = STORE_ASK(rq, &sql_identity_user_projects, rq->caller.user_id);

	if (rows == NULL)
		return false;
	text_puts(&out, "{\"projects\":[");
	for (int row = 0; row < rows_count(rows); row++)
		project_add(&out, rows, row);
	text_puts(&out, "]");
	links_add(rq, &out, "/v3/auth/projects");
	text_puts(&out, "}");
	return reply_json(rq, 200, out.data);
}

static const struct route project_routes[] = {
	{ METHOD_GET, "/auth/projects", RULE_AUTHENTICATED, project_list, NULL, 0, 200 },
	{ 0 }
};

const struct resource identity_project = { .name = "projects", .routes = project_routes };
