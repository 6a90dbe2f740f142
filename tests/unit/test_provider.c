/* Providers: those that are shipped, what callers may ask of them and what agents are told. */
#include "config.h"

#include "provider/provider_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "freezer/job_int.h"
#include "request.h"
#include "schema/schema.h"
#include "cases.h"
#include "unit.h"

#define INFRASTRUCTURE "cf56bd3e-97a7-4078-b6d5-f36246333fd9"
#define MACHINES "8f3b6f0e-2a54-4c57-9d0b-6a1d0f7f5c21"

static struct req *rq;

static void shipped_load(void)
{
	const char *top = getenv("srcdir");
	char path[512];

	snprintf(path, sizeof(path), "%s/etc/providers.d", top == NULL ? "." : top);
	CU_ASSERT_TRUE_FATAL(provider_load(path));
}

static void both_shipped_providers_load(void)
{
	shipped_load();
	CU_ASSERT_EQUAL_FATAL(provider_count(), 2);
	CU_ASSERT_STRING_EQUAL(provider_id(provider_at(0)), MACHINES);
	CU_ASSERT_STRING_EQUAL(provider_name(provider_at(1)), "OS Infra Provider");
	CU_ASSERT_STRING_EQUAL(provider_description(provider_at(1)),
			       "This provider uses OpenStack's own services (swift, cinder) as "
			       "storage");
	CU_ASSERT_PTR_EQUAL(provider_find(INFRASTRUCTURE), provider_at(1));
	CU_ASSERT_PTR_NULL(provider_find("11111111-2222-4333-8444-555555555555"));
	CU_ASSERT_PTR_NULL(provider_at(2));
}

/* ---- what callers may ask for --------------------------------------------------------------- */

static const char *check_options(const char *id, const char *type, const char *text)
{
	const char *why = NULL;
	bool fits = provider_check(rq->arena, provider_find(id), PROVIDER_OPTIONS_SCHEMA, type,
				   value_of(rq, text), "$.p", &why);

	return fits ? "" : why;
}

static void the_samples_of_the_reference_are_accepted(void)
{
	shipped_load();
	CU_ASSERT_STRING_EQUAL(check_options(INFRASTRUCTURE, "OS::Nova::Server",
					     "{\"backup_name\": \"os\"}"), "");
	CU_ASSERT_STRING_EQUAL(check_options(INFRASTRUCTURE, "OS::Cinder::Volume",
					     "{\"backup_name\": \"crash\"}"), "");
	CU_ASSERT_STRING_EQUAL(check_options(INFRASTRUCTURE, "OS::Cinder::Volume",
					     "{\"backup_mode\": \"auto\"}"), "");
}

static void what_does_not_fit_is_named_by_its_path(void)
{
	shipped_load();
	CU_ASSERT_STRING_EQUAL(check_options(INFRASTRUCTURE, "OS::Cinder::Volume",
					     "{\"backup_mode\": \"twice\"}"),
			       "$.p.backup_mode is not one of full, incremental, auto");
	CU_ASSERT_STRING_EQUAL(check_options(INFRASTRUCTURE, "OS::Cinder::Volume", "{\"a\": 1}"),
			       "$.p.a is not allowed: there is no such property");
	CU_ASSERT_STRING_EQUAL(check_options(INFRASTRUCTURE, "OS::Keystone::Project",
					     "{\"a\": 1}"),
			       "$.p.a is not allowed: there is no such property");
	CU_ASSERT_STRING_EQUAL(check_options(INFRASTRUCTURE, "OS::Cinder::Volume", "[]"),
			       "$.p is no object");
	CU_ASSERT_STRING_EQUAL(check_options(INFRASTRUCTURE, "OS::Freezer::Client", "{}"),
			       "the provider OS Infra Provider does not protect "
			       "OS::Freezer::Client");
	CU_ASSERT_STRING_EQUAL(check_options(MACHINES, "OS::Freezer::Client",
					     "{\"path_to_backup\": \"/etc; reboot\"}"),
			       "$.p.path_to_backup holds a character that means something to a "
			       "shell");
}

static void texts_that_mean_a_truth_or_a_number_are_one(void)
{
	static const char *const good[] = { "True", "true", "False", "false" };
	const char *why;
	struct json_object *settled;

	shipped_load();
	for (size_t n = 0; n < sizeof(good) / sizeof(good[0]); n++)
		CU_ASSERT_STRING_EQUAL(
			check_options(MACHINES, "OS::Freezer::Client",
				      arena_printf(rq->arena, "{\"snapshot\": \"%s\"}", good[n])),
			"");
	CU_ASSERT_STRING_EQUAL(check_options(MACHINES, "OS::Freezer::Client",
					     "{\"snapshot\": \"maybe\"}"),
			       "$.p.snapshot is no boolean");
	CU_ASSERT(provider_settle(rq->arena, provider_find(MACHINES), PROVIDER_OPTIONS_SCHEMA,
				  value_of(rq, "{\"OS::Freezer::Client\": {\"snapshot\": "
					   "\"False\", \"path_to_backup\": \"7\"}}"),
				  "OS::Freezer::Client", "web1", &settled, &why));
	CU_ASSERT_STRING_EQUAL(json_text(rq->arena, settled),
			       "{\"snapshot\":false,\"path_to_backup\":\"7\",\"mode\":\"fs\","
			       "\"compression\":\"gzip\"}");
}

static void the_entry_of_one_resource_goes_over_that_of_its_type(void)
{
	const char *why;
	struct json_object *settled;
	struct json_object *parameters = value_of(rq,
		"{\"OS::Cinder::Volume\": {\"backup_name\": \"os\", \"backup_mode\": \"full\"},"
		" \"OS::Cinder::Volume#b\": {\"backup_name\": \"crash\"}}");

	shipped_load();
	const struct provider *provider = provider_find(INFRASTRUCTURE);
	CU_ASSERT(provider_settle(rq->arena, provider, PROVIDER_OPTIONS_SCHEMA, parameters,
				  "OS::Cinder::Volume", "a", &settled, &why));
	CU_ASSERT_STRING_EQUAL(json_text(rq->arena, settled),
			       "{\"backup_name\":\"os\",\"backup_mode\":\"full\"}");
	CU_ASSERT(provider_settle(rq->arena, provider, PROVIDER_OPTIONS_SCHEMA, parameters,
				  "OS::Cinder::Volume", "b", &settled, &why));
	CU_ASSERT_STRING_EQUAL(json_text(rq->arena, settled),
			       "{\"backup_name\":\"crash\",\"backup_mode\":\"full\"}");
	CU_ASSERT(provider_settle(rq->arena, provider, PROVIDER_OPTIONS_SCHEMA, NULL,
				  "OS::Cinder::Volume", "c", &settled, &why));
	CU_ASSERT_STRING_EQUAL(json_text(rq->arena, settled), "{\"backup_mode\":\"auto\"}");
}

static void what_is_required_must_come_from_somewhere(void)
{
	const char *why;
	struct json_object *settled;

	shipped_load();
	CU_ASSERT_STRING_EQUAL(check_options(MACHINES, "OS::Freezer::Client", "{}"), "");
	CU_ASSERT_FALSE(provider_settle(rq->arena, provider_find(MACHINES),
					PROVIDER_OPTIONS_SCHEMA, NULL, "OS::Freezer::Client",
					"web1", &settled, &why));
	CU_ASSERT_STRING_EQUAL(why, "OS::Freezer::Client#web1.path_to_backup is a required "
			       "property");
}

/* ---- what agents are told ------------------------------------------------------------------- */

/* One case: a text, the values, what comes out. */
static bool template_case_holds(char *line)
{
	struct arena *arena = rq->arena;
	const char *text = cases_column(&line), *values = cases_column(&line);
	const char *wanted = line + strspn(line, CASE_BLANKS), *why;
	struct json_object *template = json_own(arena, json_object_new_object()), *expanded;

	json_object_object_add(template, "x", json_object_new_string(text));
	const char *got;
	if (!template_expand(arena, template, value_of(rq, values), &expanded, &why))
		got = arena_printf(arena, "no: %s", why);
	else if (!json_has(expanded, "x"))
		got = "left out";
	else
		got = json_text(arena, json_get(expanded, "x"));
	if (strcmp(got, wanted) != 0)
		printf("#   it comes to %s\n", got);
	return strcmp(got, wanted) == 0;
}

static void placeholders_become_values(void)
{
	CU_ASSERT(cases_all_true("template.cases", template_case_holds));
}

static struct json_object *values_for(const char *type)
{
	return value_of(rq, arena_printf(rq->arena,
		"{\"resource\": {\"id\": \"r1\", \"name\": \"R 1\", \"type\": \"%s\"},"
		" \"project\": {\"id\": \"p1\"}, \"plan\": {\"id\": \"pl1\", \"name\": \"Plan\"},"
		" \"checkpoint\": {\"id\": \"c1\"}, \"provider\": {\"id\": \"x\", \"name\": \"X\"}}",
		type));
}

/* Settle what a caller sent for the resource r1 and put it among the values. */
static void values_settle(const struct provider *provider, const char *type,
			  enum provider_schema which, const char *sent, struct json_object *values)
{
	struct json_object *parameters = value_of(rq, arena_printf(rq->arena, "{\"%s\": %s}", type,
								   sent));
	struct json_object *settled;
	const char *why;

	CU_ASSERT_TRUE_FATAL(provider_settle(rq->arena, provider, which, parameters, type, "r1",
					     &settled, &why));
	json_object_object_add(values,
			       which == PROVIDER_OPTIONS_SCHEMA ? "parameters" : "restore",
			       json_object_get(settled));
}

/* The freezer_action that an operation comes to; the API of the agents must take it. */
static struct json_object *action_of(const struct provider *provider, const char *type,
				     enum provider_operation operation, struct json_object *values)
{
	struct provider_work work;
	const char *why = "";

	if (!provider_work(rq->arena, provider, type, operation, values, &work, &why))
		printf("#   %s %s: %s\n", operation_names[operation], type, why);
	CU_ASSERT_STRING_EQUAL_FATAL(why == NULL ? "" : why, "");
	struct json_object *action = json_get(work.job_action, "freezer_action");
	CU_ASSERT(schema_check(rq, action, &action_parameters_shape));
	return action;
}

static void every_shipped_template_makes_an_action_that_agents_take(void)
{
	shipped_load();
	for (size_t n = 0; n < provider_count(); n++) {
		for (const char *const *type = protectable_types(); *type != NULL; type++) {
			const struct provider *provider = provider_at(n);
			struct json_object *values = values_for(*type);
			if (!provider_acts(provider, *type, PROVIDER_PROTECT))
				continue;
			values_settle(provider, *type, PROVIDER_OPTIONS_SCHEMA,
				      strcmp(*type, "OS::Freezer::Client") == 0 ?
				      "{\"path_to_backup\": \"/etc\"}" : "{}", values);
			values_settle(provider, *type, PROVIDER_RESTORE_SCHEMA, "{}", values);
			json_object_object_add(values, "protect", json_object_get(
				action_of(provider, *type, PROVIDER_PROTECT, values)));
			for (int operation = PROVIDER_RESTORE;
			     operation < PROVIDER_OPERATION_COUNT; operation++)
				if (provider_acts(provider, *type,
						  (enum provider_operation)operation))
					action_of(provider, *type,
						  (enum provider_operation)operation, values);
		}
	}
}

static void a_restore_finds_what_protect_made(void)
{
	static const char type[] = "OS::Freezer::Client";
	struct provider_work work;
	const char *why;

	shipped_load();
	const struct provider *provider = provider_find(MACHINES);
	struct json_object *values = values_for(type);
	values_settle(provider, type, PROVIDER_OPTIONS_SCHEMA,
		      "{\"path_to_backup\": \"/srv/100% sure\", \"snapshot\": \"True\"}", values);
	CU_ASSERT_TRUE_FATAL(provider_work(rq->arena, provider, type, PROVIDER_PROTECT, values,
					   &work, &why));
	struct json_object *protect = json_get(work.job_action, "freezer_action");
	CU_ASSERT_STRING_EQUAL(json_text(rq->arena, protect),
			       "{\"action\":\"backup\",\"mode\":\"fs\","
			       "\"path_to_backup\":\"/srv/100%% sure\",\"snapshot\":true,"
			       "\"compression\":\"gzip\",\"backup_name\":\"backup_r1\","
			       "\"hostname\":\"r1\",\"storage\":\"local\","
			       "\"container\":\"/var/backups/permafrost/c1/r1\","
			       "\"no_incremental\":true}");
	CU_ASSERT_STRING_EQUAL(work.client_id, "r1");
	json_object_object_add(values, "protect", json_object_get(protect));
	values_settle(provider, type, PROVIDER_RESTORE_SCHEMA, "{\"client_id\": \"other\"}", values);
	CU_ASSERT_TRUE_FATAL(provider_work(rq->arena, provider, type, PROVIDER_RESTORE, values,
					   &work, &why));
	CU_ASSERT_STRING_EQUAL(work.client_id, "other");
	CU_ASSERT_STRING_EQUAL(json_get_string(json_get(work.job_action, "freezer_action"),
					       "restore_abs_path"), "/srv/100%% sure");
}

/* What a plan calls web1:etc is done by the client web1, and kept apart from its other parts. */
static void a_part_of_a_machine_is_done_by_the_machine(void)
{
	static const char type[] = "OS::Freezer::Client";
	struct provider_work work;
	const char *why;

	shipped_load();
	const struct provider *provider = provider_find(MACHINES);
	struct json_object *values = values_for(type);
	json_object_object_add(json_get(values, "resource"), "id",
			       json_object_new_string("web1:srv:data"));
	values_settle(provider, type, PROVIDER_OPTIONS_SCHEMA, "{\"path_to_backup\": \"/srv\"}",
		      values);
	CU_ASSERT_TRUE_FATAL(provider_work(rq->arena, provider, type, PROVIDER_PROTECT, values,
					   &work, &why));
	struct json_object *protect = json_get(work.job_action, "freezer_action");
	CU_ASSERT_STRING_EQUAL(work.client_id, "web1");
	CU_ASSERT_STRING_EQUAL(json_get_string(protect, "hostname"), "web1");
	CU_ASSERT_STRING_EQUAL(json_get_string(protect, "container"),
			       "/var/backups/permafrost/c1/web1:srv:data");
	json_object_object_add(values, "protect", json_object_get(protect));
	values_settle(provider, type, PROVIDER_RESTORE_SCHEMA, "{}", values);
	CU_ASSERT_TRUE_FATAL(provider_work(rq->arena, provider, type, PROVIDER_RESTORE, values,
					   &work, &why));
	CU_ASSERT_STRING_EQUAL(work.client_id, "web1");
}

static void an_operation_without_a_template_says_so(void)
{
	struct provider_work work;
	const char *why;

	shipped_load();
	const struct provider *provider = provider_find(INFRASTRUCTURE);
	CU_ASSERT_TRUE(provider_protects(provider, "OS::Keystone::Project"));
	CU_ASSERT_FALSE(provider_acts(provider, "OS::Keystone::Project", PROVIDER_PROTECT));
	CU_ASSERT_FALSE(provider_work(rq->arena, provider, "OS::Nova::Server", PROVIDER_VERIFY,
				      values_for("OS::Nova::Server"), &work, &why));
	CU_ASSERT_STRING_EQUAL(why, "the provider OS Infra Provider has no action to verify "
			       "OS::Nova::Server");
}

static void types_know_what_may_depend_on_them(void)
{
	const char *const *dependents = protectable_dependents("OS::Nova::Server");

	CU_ASSERT_STRING_EQUAL(dependents[0], "OS::Cinder::Volume");
	CU_ASSERT_STRING_EQUAL(dependents[1], "OS::Glance::Image");
	CU_ASSERT_PTR_NULL(dependents[2]);
	CU_ASSERT_PTR_NULL(protectable_dependents("OS::Glance::Image")[0]);
	CU_ASSERT_PTR_NULL(protectable_dependents("OS::Manila::Share"));
	CU_ASSERT_FALSE(protectable_is_type("OS::Manila::Share"));
}

static const struct unit units[] = {
	{ "both shipped providers load", both_shipped_providers_load },
	{ "the samples of the reference are accepted", the_samples_of_the_reference_are_accepted },
	{ "what does not fit is named by its path", what_does_not_fit_is_named_by_its_path },
	{ "texts that mean a truth or a number are one",
	  texts_that_mean_a_truth_or_a_number_are_one },
	{ "the entry of one resource goes over that of its type",
	  the_entry_of_one_resource_goes_over_that_of_its_type },
	{ "what is required must come from somewhere", what_is_required_must_come_from_somewhere },
	{ "placeholders become values", placeholders_become_values },
	{ "every shipped template makes an action that agents take",
	  every_shipped_template_makes_an_action_that_agents_take },
	{ "a restore finds what protect made", a_restore_finds_what_protect_made },
	{ "a part of a machine is done by the machine",
	  a_part_of_a_machine_is_done_by_the_machine },
	{ "an operation without a template says so", an_operation_without_a_template_says_so },
	{ "types know what may depend on them", types_know_what_may_depend_on_them },
	{ NULL, NULL }
};

int main(void)
{
	log_threshold(0);
	rq = request_new((struct req){ 0 });
	int status = unit_run("providers", units);
	arena_free(rq->arena);
	return status;
}
