/* Provider files: what is shown of them, what is refused and where, when a change counts. */
#include "config.h"

#include "provider/provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "files.h"
#include "unit.h"

#define SOME_ID "11111111-2222-4333-8444-555555555555"
#define OTHER_ID "22222222-2222-4333-8444-555555555555"
#define HEAD "id: " SOME_ID "\nname: One\n"
#define SAID_SIZE 4096
#define VOLUME HEAD "resources:\n  OS::Cinder::Volume:\n"

/* ---- files ---------------------------------------------------------------------------------- */

static void line_take(void *taker, enum log_level level, const char *line)
{
	char *text = taker;

	(void)level;
	snprintf(text + strlen(text), SAID_SIZE - strlen(text), "%s\n", line);
}

/* What loading the directory logs, until the next call. */
static const char *said(bool *loaded)
{
	static char text[SAID_SIZE];

	text[0] = '\0';
	log_threshold(LOG_LEVEL_ERROR);
	log_divert(line_take, text);
	*loaded = provider_load(directory);
	log_divert(NULL, NULL);
	log_threshold(0);
	return text;
}

static bool loads(const char *text)
{
	directory_clear();
	file_write("a.yaml", text);
	return provider_load(directory);
}

/* ---- what is read --------------------------------------------------------------------------- */

static const char sample_file[] =
	"id: 2220f8b1-975d-4621-a872-fa9afb43cb6c\n"
	"name: OS Infra Provider\n"
	"description: This provider uses OpenStack's own services (swift, cinder) as storage\n"
	"resources:\n"
	"  OS::Cinder::Volume:\n"
	"    options_schema:\n"
	"      required: [backup_mode]\n"
	"      type: object\n"
	"      properties:\n"
	"        backup_mode:\n"
	"          default: auto\n"
	"          enum: [full, incremental, auto]\n"
	"          type: string\n"
	"          description: The backup mode.\n"
	"          title: Backup Mode\n"
	"      title: Cinder Protection Options\n"
	"    saved_info_schema:\n"
	"      required: [name]\n"
	"      type: object\n"
	"      properties:\n"
	"        name:\n"
	"          type: string\n"
	"          description: The name for this backup.\n"
	"          title: Name\n"
	"      title: Cinder Protection Saved Info\n"
	"    restore_schema:\n"
	"      type: object\n"
	"      properties:\n"
	"        restore_name:\n"
	"          type: string\n"
	"          description: The name of the restored volume.\n"
	"          title: Restore Name\n"
	"      title: Cinder Protection Restore\n";

/* The sample of the published reference, word for word. */
static const char sample_json[] =
	"{\"id\":\"2220f8b1-975d-4621-a872-fa9afb43cb6c\",\"name\":\"OS Infra Provider\","
	"\"description\":\"This provider uses OpenStack's own services (swift, cinder) as "
	"storage\",\"extended_info_schema\":{\"options_schema\":{\"OS::Cinder::Volume\":{"
	"\"required\":[\"backup_mode\"],\"type\":\"object\",\"properties\":{\"backup_mode\":{"
	"\"default\":\"auto\",\"enum\":[\"full\",\"incremental\",\"auto\"],\"type\":\"string\","
	"\"description\":\"The backup mode.\",\"title\":\"Backup Mode\"}},"
	"\"title\":\"Cinder Protection Options\"}},\"saved_info_schema\":{\"OS::Cinder::Volume\":{"
	"\"required\":[\"name\"],\"type\":\"object\",\"properties\":{\"name\":{"
	"\"type\":\"string\",\"description\":\"The name for this backup.\",\"title\":\"Name\"}},"
	"\"title\":\"Cinder Protection Saved Info\"}},\"restore_schema\":{\"OS::Cinder::Volume\":{"
	"\"type\":\"object\",\"properties\":{\"restore_name\":{\"type\":\"string\","
	"\"description\":\"The name of the restored volume.\",\"title\":\"Restore Name\"}},"
	"\"title\":\"Cinder Protection Restore\"}}}}";

static void a_provider_is_shown_as_the_reference_shows_it(void)
{
	CU_ASSERT_TRUE_FATAL(loads(sample_file));
	CU_ASSERT_STRING_EQUAL(provider_json(provider_at(0)), sample_json);
}

struct broken {
	const char *text;
	const char *told;   /* in the log, behind the path */
};

static const struct broken broken_files[] = {
	{ "", "line 1: a provider is names and values" },
	{ "- a\n", "line 1: a provider is names and values" },
	{ "id: [\n", "line 2: " },
	{ HEAD, "line 1: resources are types and what can be done with each" },
	{ HEAD "resources: {}\n", "line 3: resources are types" },
	{ "name: One\nresources:\n  OS::Glance::Image: {}\n", "id is a UUID" },
	{ "id: CF56BD3E-97A7-4078-B6D5-F36246333FD9\nname: x\n", "line 1: id is a UUID" },
	{ "id: " SOME_ID "\nresources:\n  OS::Glance::Image: {}\n", "a provider has a name" },
	{ HEAD "bank: swift\n", "line 3: a provider has no bank" },
	{ HEAD "name: Two\n", "line 3: this name was there before" },
	{ HEAD "enabled: yes\n", "line 3: is this a text? then quote it" },
	{ HEAD "enabled: \"true\"\n", "line 3: enabled is true or false" },
	{ HEAD "description: 7\n", "line 3: description is a text" },
	{ HEAD "resources:\n  OS::Manila::Share: {}\n", "line 4: OS::Manila::Share is no type" },
	{ HEAD "description: &d x\nenabled: *d\n", "line 4: an alias means nothing here" },
	{ HEAD "description: !!binary x\n", "line 3: a tag means nothing here" },
	{ HEAD "description: \"a\\0b\"\n", "line 3: a text holds a NUL" },
	{ HEAD "---\n" HEAD, "line 4: this is a second document" },
	{ HEAD "? [a]\n: b\n", "line 3: a name is a text" },
	{ HEAD "resources: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n", "line 3: too deep" },
	{ HEAD "description: 2026-11-21\n", "line 3: is this a text? then quote it" },
	{ VOLUME "    option_schema: {}\n", "line 5: a type has no option_schema" },
	{ VOLUME "    options_schema: {}\n", "line 5: the type of options_schema is object" },
	{ VOLUME "    options_schema:\n      type: object\n      propertys: {}\n",
	  "line 7: propertys is no keyword" },
	{ VOLUME "    options_schema:\n      type: object\n      required: [a]\n",
	  "line 7: required names a, which is no property" },
	{ VOLUME "    options_schema:\n      type: object\n      properties:\n"
	  "        a:\n          type: word\n", "line 9: there is no type word" },
	{ VOLUME "    options_schema:\n      type: object\n      properties:\n"
	  "        a:\n          type: string\n          default: 7\n",
	  "line 10: the default is no string" },
	{ VOLUME "    options_schema:\n      type: object\n      properties:\n"
	  "        a:\n          pattern: x\n", "line 9: pattern is no keyword" },
	{ VOLUME "    options_schema:\n      type: object\n      properties:\n"
	  "        a:\n          minLength: -1\n", "line 9: minLength is a whole number" },
	{ VOLUME "    actions: {}\n", "line 5: actions without protect" },
	{ VOLUME "    actions:\n      backup: {}\n", "line 6: actions has no backup" },
	{ VOLUME "    actions:\n      protect: {}\n", "line 6: freezer_action is names and values" },
	{ VOLUME "    actions:\n      protect:\n        freezer_action: {mode: fs}\n",
	  "line 7: a freezer_action has an action" },
	{ VOLUME "    actions:\n      protect:\n        freezer_action: {action: backup}\n",
	  "run_on is central, resource, or {client: NAME}" },
	{ VOLUME "    run_on: central\n    actions:\n      protect:\n        freezer_action:\n"
	  "          action: backup\n          backup_name: ${parameters.name}\n",
	  "line 10: there is no ${parameters.name} here" },
	{ VOLUME "    run_on: central\n    actions:\n      protect:\n        freezer_action:\n"
	  "          action: backup\n          backup_name: $name\n",
	  "line 10: a $ that begins no placeholder is $$" },
	{ VOLUME "    run_on: central\n    actions:\n      protect:\n        freezer_action:\n"
	  "          action: backup\n          backup_name: ${resource.id\n",
	  "line 10: a placeholder is ${name}" },
	{ VOLUME "    run_on: central\n    actions:\n      protect:\n        freezer_action:\n"
	  "          action: exec\n          command: dump ${resource.id}\n",
	  "line 10: a command takes no placeholders" },
	{ VOLUME "    options_schema: {type: object, properties: {a.b: {type: string}}}\n"
	  "    run_on: central\n    actions:\n      protect:\n        freezer_action:\n"
	  "          action: backup\n          backup_name: ${parameters.a.b}\n",
	  "line 11: there is no ${parameters.a.b} here" },
	{ VOLUME "    run_on: central\n    actions:\n      protect:\n        freezer_action:\n"
	  "          action: backup\n          container: ${protect.container}\n",
	  "line 10: there is no ${protect.container} here" },
};

static void a_broken_file_is_named_with_line_and_reason(void)
{
	for (size_t n = 0; n < sizeof(broken_files) / sizeof(broken_files[0]); n++) {
		bool loaded;
		directory_clear();
		file_write("a.yaml", broken_files[n].text);
		const char *told = said(&loaded);
		if (!loaded && strstr(told, "a.yaml") != NULL &&
		    strstr(told, broken_files[n].told) != NULL)
			continue;
		printf("#   of file %zu it says: %s", n, loaded ? "nothing\n" : told);
		CU_FAIL("see above");
	}
}

/* Schemas of an option "a". */
static const struct broken broken_schemas[] = {
	{ "text", "a schema is names and values" },
	{ "{title: 7}", "title is a text" },
	{ "{type: 7}", "type is a text or a list of texts" },
	{ "{type: {string: number}}", "type is a text or a list of texts" },
	{ "{type: []}", "type is a text or a list of texts" },
	{ "{type: [string, [number]]}", "type is a text or a list of texts" },
	{ "{type: [string, word]}", "there is no type word" },
	{ "{enum: full}", "enum is a list of values" },
	{ "{enum: []}", "enum is a list of values" },
	{ "{enum: [full, [auto]]}", "enum lists texts, numbers, truths and null" },
	{ "{minimum: \"7\"}", "minimum is a number" },
	{ "{maxItems: 1.5}", "maxItems is a whole number from 0" },
	{ "{items: [{type: string}]}", "a schema is names and values" },
	{ "{properties: [b]}", "properties are names and schemas" },
	{ "{properties: {b: text}}", "a schema is names and values" },
	{ "{required: b}", "required is a list of names" },
	{ "{required: [7]}", "required is a list of names" },
	{ "{additionalProperties: {}}", "additionalProperties is true or false" },
	{ "{type: string, enum: [a, b], default: c}", "the default is not one of a, b" },
	{ "{type: array, minItems: 1, default: []}", "the default has less than 1 element" },
	{ "{type: array, items: {maximum: 3}, default: [3, 4]}", "the default[1] is more than 3" },
	{ "{type: number, minimum: 0.5, default: 0}", "the default is less than 0.5" },
};

static void a_schema_that_can_not_be_enforced_is_refused(void)
{
	for (size_t n = 0; n < sizeof(broken_schemas) / sizeof(broken_schemas[0]); n++) {
		char text[512], told[128];
		bool loaded;
		snprintf(text, sizeof(text), VOLUME
			 "    options_schema: {type: object, properties: {a: %s}}\n",
			 broken_schemas[n].text);
		snprintf(told, sizeof(told), "line 5: %s", broken_schemas[n].told);
		directory_clear();
		file_write("a.yaml", text);
		const char *heard = said(&loaded);
		if (!loaded && strstr(heard, told) != NULL)
			continue;
		printf("#   of %s it says: %s", broken_schemas[n].text, loaded ? "nothing\n" : heard);
		CU_FAIL("see above");
	}
}

static void one_broken_file_keeps_all_as_they_were(void)
{
	bool loaded;

	CU_ASSERT_TRUE_FATAL(loads(sample_file));
	file_write("a.yaml", HEAD "resources:\n  OS::Glance::Image: {}\n");
	file_write("b.yaml", "broken: [");
	CU_ASSERT_PTR_NOT_NULL(strstr(said(&loaded), "b.yaml line"));
	CU_ASSERT_FALSE(loaded);
	CU_ASSERT_EQUAL(provider_count(), 1);
	CU_ASSERT_PTR_NULL(provider_find(SOME_ID));
}

static void two_files_with_one_id_are_refused(void)
{
	bool loaded;

	directory_clear();
	file_write("a.yaml", HEAD "resources:\n  OS::Glance::Image: {}\n");
	file_write("b.yaml", HEAD "enabled: false\nresources:\n  OS::Glance::Image: {}\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(said(&loaded), "has the same id " SOME_ID));
	CU_ASSERT_FALSE(loaded);
}

static void a_provider_that_is_not_enabled_is_not_there(void)
{
	CU_ASSERT_TRUE(loads(HEAD "enabled: false\nresources:\n  OS::Glance::Image: {}\n"));
	CU_ASSERT_EQUAL(provider_count(), 0);
	CU_ASSERT_PTR_NULL(provider_find(SOME_ID));
}

static void there_is_a_limit_to_the_number_of_providers(void)
{
	bool loaded;
	char name[16], text[128];

	directory_clear();
	for (int n = 0; n <= 256; n++) {
		snprintf(name, sizeof(name), "%03d.yaml", n);
		snprintf(text, sizeof(text), "id: 11111111-2222-4333-8444-%012d\nname: One\n"
			 "enabled: %s\nresources: {OS::Glance::Image: {}}\n", n, n % 2 ? "true" : "false");
		file_write(name, text);
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(said(&loaded), "256.yaml: there are more than 256 providers"));
	CU_ASSERT_FALSE(loaded);
	unlink(path_of("256.yaml"));
	CU_ASSERT_TRUE(provider_load(directory));
	CU_ASSERT_EQUAL(provider_count(), 128);   /* those that are enabled */
}

static void only_yaml_files_are_read(void)
{
	directory_clear();
	file_write("note.txt", "this is no provider");
	CU_ASSERT_TRUE(provider_load(directory));
	CU_ASSERT_EQUAL(provider_count(), 0);
	CU_ASSERT_TRUE(provider_load("/nowhere"));
}

/* A change is a second old when it counts, and is looked for once a second. */
#define SOON_MS 2200

static void a_change_counts_and_a_broken_one_does_not(void)
{
	CU_ASSERT_TRUE(loads(HEAD "resources:\n  OS::Glance::Image: {}\n"));
	file_write("b.yaml", "id: " OTHER_ID "\nname: Two\nresources: {OS::Nova::Server: {}}\n");
	unit_wait_ms(SOON_MS);
	provider_refresh();
	CU_ASSERT_EQUAL(provider_count(), 2);
	file_write("b.yaml", "id: broken\n");
	unit_wait_ms(SOON_MS);
	provider_refresh();
	CU_ASSERT_EQUAL(provider_count(), 2);
	unlink(path_of("b.yaml"));
	unit_wait_ms(SOON_MS);
	provider_refresh();
	CU_ASSERT_EQUAL(provider_count(), 1);
}

static const struct unit units[] = {
	{ "a provider is shown as the reference shows it",
	  a_provider_is_shown_as_the_reference_shows_it },
	{ "a broken file is named with line and reason",
	  a_broken_file_is_named_with_line_and_reason },
	{ "a schema that can't be enforced is refused",
	  a_schema_that_can_not_be_enforced_is_refused },
	{ "one broken file keeps all as they were", one_broken_file_keeps_all_as_they_were },
	{ "two files with one id are refused", two_files_with_one_id_are_refused },
	{ "a provider that is not enabled is not there",
	  a_provider_that_is_not_enabled_is_not_there },
	{ "there is a limit to the number of providers",
	  there_is_a_limit_to_the_number_of_providers },
	{ "only YAML files are read", only_yaml_files_are_read },
	{ "a change counts, and a broken one does not",
	  a_change_counts_and_a_broken_one_does_not },
	{ NULL, NULL }
};

int main(void)
{
	directory_make();
	log_threshold(0);
	int status = unit_run("provider files", units);
	directory_remove();
	return status;
}
