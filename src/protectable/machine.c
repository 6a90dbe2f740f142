/* Machines: the clients that registered in the project, with or without a cloud. */
#include "config.h"

#include "protectable/instance.h"

#include <inttypes.h>
#include <json-c/json.h>

#include "base/arena.h"
#include "base/json.h"
#include "store/queries.h"
#include "store/store.h"

static struct json_object *machine_instance(const struct rows *rows, int row)
{
	return instance_new(TYPE_MACHINE, rows_text(rows, row, "id"), rows_text(rows, row, "name"));
}

static bool machine_list(struct cloud *cloud, struct instance_page *page, struct json_object *to)
{
	struct req *rq = cloud->rq;
	struct rows *rows = STORE_ASK(rq, &sql_machine_list, req_project(rq), page->marker,
				      arena_printf(rq->arena, "%" PRId64, page->limit + 1));

	if (rows == NULL)
		return false;
	for (int row = 0; row < rows_count(rows) && row < page->limit; row++)
		json_object_array_add(to, machine_instance(rows, row));
	if (rows_count(rows) > page->limit)
		page->next = rows_text(rows, (int)page->limit - 1, "id");
	return true;
}

static bool machine_show(struct cloud *cloud, const char *id, struct json_object **instance)
{
	struct rows *rows = STORE_ASK(cloud->rq, &sql_machine_find, req_project(cloud->rq), id);

	if (rows == NULL)
		return false;
	if (rows_count(rows) > 0)
		*instance = machine_instance(rows, 0);
	return true;
}

const struct answerer answerer_machine = { TYPE_MACHINE, machine_list, machine_show };
