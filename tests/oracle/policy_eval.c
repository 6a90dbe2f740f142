/*
 * Answers policy questions for tests/oracle/policy_oracle.py.
 *
 * Each line of standard input is a rule's text, credentials and a target, separated by tabs, the
 * last two as JSON objects; each line of output is "allow" or "deny". With --rules it prints the
 * built-in rules instead, name and text separated by a tab.
 */
#include "config.h"
#include "policy/policy_int.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *member(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

static void read_caller(struct json_object *credentials, struct caller *caller)
{
	struct json_object *roles;

	caller->user_id = member(credentials, "user_id");
	caller->project_id = member(credentials, "project_id");
	caller->is_system_scoped = member(credentials, "system_scope") != NULL;
	if (!json_object_object_get_ex(credentials, "roles", &roles))
		return;
	for (size_t i = 0; i < json_object_array_length(roles) && i < ROLES_MAX; i++)
		caller->roles[caller->role_count++] =
			json_object_get_string(json_object_array_get_idx(roles, i));
}

static bool answer(const char *rule, struct json_object *credentials, struct json_object *place)
{
	struct caller caller = { 0 };
	struct target target = { member(place, "project_id"), member(place, "user_id") };
	struct check_tree *tree = policy_parse(rule);

	if (tree == NULL)
		abort();
	read_caller(credentials, &caller);
	policy_link(tree);
	bool allows = policy_holds(tree, &caller, &target);
	policy_release(tree);
	return allows;
}

static bool answer_line(char *line)
{
	char *rest = line;
	const char *rule = strsep(&rest, "\t");
	const char *credentials_text = strsep(&rest, "\t");
	if (rest == NULL)
		return false;
	struct json_object *credentials = json_tokener_parse(credentials_text);
	struct json_object *target = json_tokener_parse(rest);
	bool readable = credentials != NULL && target != NULL;

	if (readable)
		puts(answer(rule, credentials, target) ? "allow" : "deny");
	json_object_put(credentials);
	json_object_put(target);
	return readable;
}

static void print_rule(const char *name, const char *rule, const char *description, void *argument)
{
	(void)description;
	fprintf(argument, "%s\t%s\n", name, rule);
}

static int answer_all(void)
{
	char *line = NULL;
	size_t room = 0;
	bool readable = true;

	while (readable && getline(&line, &room, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		readable = answer_line(line);
	}
	free(line);
	return readable ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	if (!policy_init())
		return EXIT_FAILURE;
	if (argc == 2 && strcmp(argv[1], "--rules") == 0) {
		policy_each(print_rule, stdout);
		return EXIT_SUCCESS;
	}
	return answer_all();
}
