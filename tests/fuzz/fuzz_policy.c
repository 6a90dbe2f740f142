/*
 * Any text is a rule that answers, the same each time; without a fault it means the same in
 * parentheses and the contrary after "not".
 * clang -fsanitize=fuzzer,address,undefined; see tests/fuzz/README.md.
 */
#include "config.h"

#include "policy/policy_int.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct caller caller = {
	.user_id = "u1", .project_id = "p1", .roles = { "member", "a%b" }, .role_count = 2,
};
static const struct target target = { .project_id = "p1", .user_id = "" };

static bool text_allows(const char *text, bool *is_faulty)
{
	struct check_tree *tree = policy_parse(text);

	assert(tree != NULL && tree->count > 0);
	*is_faulty = !policy_link(tree) || tree->is_faulty;
	bool allows = policy_holds(tree, &caller, &target);
	assert(policy_holds(tree, &caller, &target) == allows);
	policy_release(tree);
	return allows;
}

/* A sentence without a fault means the same in parentheses, and the contrary after "not". */
static void wrap_and_ask(const char *text, bool allows)
{
	char *wrapped = malloc(strlen(text) + sizeof("not (  )"));
	bool is_faulty;

	assert(wrapped != NULL);
	sprintf(wrapped, "( %s )", text);
	bool again = text_allows(wrapped, &is_faulty);
	assert(is_faulty || again == allows);
	sprintf(wrapped, "not ( %s )", text);
	again = text_allows(wrapped, &is_faulty);
	assert(is_faulty || again != allows);
	free(wrapped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool is_ready;
	char *text = malloc(size + 1);
	bool is_faulty;

	if (!is_ready)
		is_ready = policy_init();
	assert(is_ready && text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	bool allows = text_allows(text, &is_faulty);
	if (!is_faulty && text[0] != '\0')
		wrap_and_ask(text, allows);
	free(text);
	return 0;
}
