/* The rule language: role:, rule:, names and literals, and, or, not, parentheses. */
#include "config.h"
#include "policy/policy_int.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t\n\v\f\r"

enum token {
	TOKEN_END,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_NOT,
	TOKEN_CHECK,
	TOKEN_STRING,  /* a quoted word: known to the language, of use nowhere */
};

struct parser {
	struct check_tree *tree;
	char *at;          /* the rest of the text */
	size_t closing;    /* parentheses at the end of the last word, not yet handed out */
	enum token token;
	char *word;        /* of a TOKEN_CHECK */
	size_t nesting;
};

static struct check *parse_or(struct parser *parser);

/* ---- words ---------------------------------------------------------------------------------- */

static bool is_quoted(const char *text, size_t len)
{
	return len >= 2 && (text[0] == '"' || text[0] == '\'') && text[len - 1] == text[0];
}

static enum token word_token(const char *word, bool quoted)
{
	if (strcasecmp(word, "and") == 0)
		return TOKEN_AND;
	if (strcasecmp(word, "or") == 0)
		return TOKEN_OR;
	if (strcasecmp(word, "not") == 0)
		return TOKEN_NOT;
	return quoted ? TOKEN_STRING : TOKEN_CHECK;
}

/* Parentheses are peeled off both ends of a word, because %(key)s has its own inside. */
static void next_word(struct parser *parser)
{
	char *word = parser->at;
	size_t whole = strcspn(word, BLANKS);
	size_t len = whole;

	while (len > 0 && word[len - 1] == ')')
		len--;
	parser->at += word[whole] == '\0' ? whole : whole + 1;
	if (len == 0) {
		parser->closing = whole - 1;
		parser->token = TOKEN_CLOSE;
		return;
	}
	bool quoted = is_quoted(word, whole);
	word[len] = '\0';
	parser->word = word;
	parser->closing = whole - len;
	parser->token = word_token(word, quoted);
}

static void next_token(struct parser *parser)
{
	if (parser->closing > 0) {
		parser->closing--;
		parser->token = TOKEN_CLOSE;
		return;
	}
	parser->at += strspn(parser->at, BLANKS);
	if (*parser->at == '\0') {
		parser->token = TOKEN_END;
	} else if (*parser->at == '(') {
		parser->at++;
		parser->token = TOKEN_OPEN;
	} else {
		next_word(parser);
	}
}

static size_t count_words(const char *text)
{
	size_t count = 0;

	for (text += strspn(text, BLANKS); *text != '\0'; text += strspn(text, BLANKS)) {
		text += strcspn(text, BLANKS);
		count++;
	}
	return count;
}

/* ---- one check ------------------------------------------------------------------------------ */

/* A word gives one check at most and an operator one more, itself a word: the room suffices. */
static struct check *check_new(struct check_tree *tree, enum check_kind kind)
{
	struct check *check = &tree->checks[tree->count++];

	check->kind = kind;
	return check;
}

/* Nothing but %(key)s and %% may follow a percent sign. */
static bool is_format(const char *text)
{
	for (text = strchr(text, '%'); text != NULL; text = strchr(text, '%')) {
		size_t key = text[1] == '(' ? strcspn(text + 2, "()") : 0;

		if (text[1] == '%')
			text += 2;
		else if (text[1] == '(' && strncmp(text + 2 + key, ")s", 2) == 0)
			text += 2 + key + 2;
		else
			return false;
	}
	return true;
}

/* An integer as Python would print it again; other spellings are refused, not guessed. */
static bool is_integer(const char *text)
{
	if (strcmp(text, "0") == 0)
		return true;
	text += text[0] == '-';
	return *text >= '1' && *text <= '9' && text[strspn(text, "0123456789")] == '\0';
}

static bool starts_name(char letter)
{
	return isalpha((unsigned char)letter) || letter == '_';
}

/* Words joined by '.' or '-'. */
static bool is_name(const char *text)
{
	if (!starts_name(*text))
		return false;
	for (; *text != '\0'; text++) {
		bool joins = *text == '.' || *text == '-';

		if (joins ? !starts_name(text[1]) : !isdigit((unsigned char)*text) &&
						    !starts_name(*text))
			return false;
	}
	return true;
}

static enum credential credential_named(const char *name, size_t len)
{
	static const struct {
		const char *name;
		enum credential credential;
	} known[] = {
		{ "user_id", CREDENTIAL_USER_ID },
		{ "user_name", CREDENTIAL_USER_NAME },
		{ "project_id", CREDENTIAL_PROJECT_ID },
		{ "project_name", CREDENTIAL_PROJECT_NAME },
		{ "roles", CREDENTIAL_ROLES },
		{ "is_admin", CREDENTIAL_IS_ADMIN },
		{ "system_scope", CREDENTIAL_SYSTEM_SCOPE },
		{ "system", CREDENTIAL_SYSTEM_SCOPE },
		{ "domain_id", CREDENTIAL_DOMAIN_ID },
		{ "user_domain_id", CREDENTIAL_USER_DOMAIN_ID },
		{ "project_domain_id", CREDENTIAL_PROJECT_DOMAIN_ID },
		{ "is_admin_project", CREDENTIAL_IS_ADMIN_PROJECT },
		{ "trust_id", CREDENTIAL_TRUST_ID },
		{ "service_user_id", CREDENTIAL_SERVICE_USER_ID },
		{ "service_project_id", CREDENTIAL_SERVICE_PROJECT_ID },
		{ "service_roles", CREDENTIAL_SERVICE_ROLES },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].name) == len && strncmp(known[i].name, name, len) == 0)
			return known[i].credential;
	return CREDENTIAL_UNKNOWN;
}

/* 'text' without quotes or escapes inside; cuts the quotes off. */
static bool unquote(char **text)
{
	size_t len = strlen(*text);

	if (!is_quoted(*text, len))
		return false;
	char quote[] = { **text, '\\', '\0' };
	if (strcspn(*text + 1, quote) != len - 2)
		return false;
	(*text)[len - 1] = '\0';
	(*text)++;
	return true;
}

static bool is_literal(char **text)
{
	return unquote(text) || is_integer(*text) || strcmp(*text, "True") == 0 ||
	       strcmp(*text, "False") == 0 || strcmp(*text, "None") == 0;
}

/*
 * The left side is a literal or the name of something the token says. Known values have nothing
 * below them, so a path into one is a mistake.
 */
static enum check_kind left_kind(struct check *check, char *left)
{
	bool literal = is_literal(&left);
	size_t head = strcspn(left, ".");

	check->left = left;
	if (literal)
		return CHECK_LITERAL;
	if (!is_name(left))
		return CHECK_REFUSED;
	check->credential = credential_named(left, head);
	if (check->credential != CREDENTIAL_UNKNOWN && left[head] != '\0')
		return CHECK_REFUSED;
	return CHECK_CREDENTIAL;
}

/* http: and https: would ask a server that the rule names; "not" must not let them in. */
static enum check_kind check_kind(struct check *check, char *left)
{
	if (strcmp(left, "rule") == 0)
		return CHECK_RULE;
	if (strcmp(left, "http") == 0 || strcmp(left, "https") == 0)
		return CHECK_REFUSED;
	if (!is_format(check->right))
		return CHECK_REFUSED;
	if (strcmp(left, "role") == 0)
		return CHECK_ROLE;
	return left_kind(check, left);
}

static struct check *check_read(struct check_tree *tree, char *word)
{
	char *colon = strchr(word, ':');
	struct check *check = check_new(tree, CHECK_FALSE);

	if (strcmp(word, "@") == 0) {
		check->kind = CHECK_TRUE;
	} else if (colon != NULL) {
		*colon = '\0';
		check->right = colon + 1;
		check->kind = check_kind(check, word);
	} else if (strcmp(word, "!") != 0) {
		tree->is_faulty = true;
	}
	if (check->kind == CHECK_REFUSED)
		tree->is_faulty = true;
	return check;
}

static struct check *parse_check(struct parser *parser)
{
	struct check *check = check_read(parser->tree, parser->word);

	next_token(parser);
	return check;
}

/* ---- sentences: each gives NULL when the text is none --------------------------------------- */

static struct check *parse_not(struct parser *parser);

static struct check *parse_parentheses(struct parser *parser)
{
	next_token(parser);
	struct check *check = parse_or(parser);
	if (check == NULL || parser->token != TOKEN_CLOSE)
		return NULL;
	next_token(parser);
	return check;
}

static struct check *parse_operand(struct parser *parser)
{
	struct check *check = NULL;

	if (parser->nesting++ == POLICY_NESTING_MAX)
		return NULL;
	if (parser->token == TOKEN_NOT)
		check = parse_not(parser);
	else if (parser->token == TOKEN_OPEN)
		check = parse_parentheses(parser);
	else if (parser->token == TOKEN_CHECK)
		check = parse_check(parser);
	parser->nesting--;
	return check;
}

static struct check *parse_not(struct parser *parser)
{
	next_token(parser);
	struct check *operand = parse_operand(parser);
	if (operand == NULL)
		return NULL;
	struct check *check = check_new(parser->tree, CHECK_NOT);
	check->first = operand;
	return check;
}

static struct check *parse_chain(struct parser *parser, enum token operator, enum check_kind kind,
				 struct check *(*parse)(struct parser *))
{
	struct check *last = parse(parser);

	if (last == NULL || parser->token != operator)
		return last;
	struct check *chain = check_new(parser->tree, kind);
	chain->first = last;
	while (parser->token == operator) {
		next_token(parser);
		last->next = parse(parser);
		last = last->next;
		if (last == NULL)
			return NULL;
	}
	return chain;
}

static struct check *parse_and(struct parser *parser)
{
	return parse_chain(parser, TOKEN_AND, CHECK_AND, parse_operand);
}

static struct check *parse_or(struct parser *parser)
{
	return parse_chain(parser, TOKEN_OR, CHECK_OR, parse_and);
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* Room for so many checks, and for a copy of the text they point into. */
static struct check_tree *tree_new(size_t checks, size_t text_size, char **copy)
{
	size_t size = checks * sizeof(struct check);
	struct check_tree *tree = calloc(1, sizeof(*tree) + size + text_size);

	if (tree != NULL)
		*copy = (char *)tree->checks + size;
	return tree;
}

struct check_tree *policy_parse(const char *text)
{
	struct parser parser = { 0 };

	parser.tree = tree_new(count_words(text) + 1, strlen(text) + 1, &parser.at);
	if (parser.tree == NULL)
		return NULL;
	memcpy(parser.at, text, strlen(text) + 1);
	if (*text == '\0') {
		parser.tree->root = check_new(parser.tree, CHECK_TRUE);
		return parser.tree;
	}
	next_token(&parser);
	parser.tree->root = parse_or(&parser);
	if (parser.tree->root == NULL || parser.token != TOKEN_END) {
		parser.tree->is_faulty = true;
		parser.tree->root = check_new(parser.tree, CHECK_FALSE);
	}
	return parser.tree;
}

/* ---- the list-of-lists form ------------------------------------------------------------------ */

/* The checks up to the next NULL as one that asks for all of them; NULL for an empty list. */
static struct check *parse_inner(struct check_tree *tree, const char *const *words, char **copy)
{
	struct check *first = NULL, *last = NULL;

	for (; *words != NULL; words++) {
		size_t size = strlen(*words) + 1;
		char *word = memcpy(*copy, *words, size);
		*copy += size;
		struct check *check = check_read(tree, word);
		if (first == NULL)
			first = check;
		else
			last->next = check;
		last = check;
	}
	if (first == NULL || first->next == NULL)
		return first;
	struct check *all = check_new(tree, CHECK_AND);
	all->first = first;
	return all;
}

struct check_tree *policy_parse_lists(const char *const *words, size_t count)
{
	struct check *last = NULL;
	size_t size = 1;
	char *copy;

	for (size_t n = 0; n < count; n++)
		size += words[n] == NULL ? 0 : strlen(words[n]) + 1;
	struct check_tree *tree = tree_new(2 * count + 1, size, &copy);
	if (tree == NULL)
		return NULL;
	struct check *any = check_new(tree, count == 0 ? CHECK_TRUE : CHECK_OR);
	for (size_t n = 0; n < count; n++) {
		if (n > 0 && words[n - 1] != NULL)
			continue;
		struct check *inner = parse_inner(tree, words + n, &copy);
		if (inner == NULL)
			continue;
		if (last == NULL)
			any->first = inner;
		else
			last->next = inner;
		last = inner;
	}
	tree->root = any;
	return tree;
}

void policy_release(struct check_tree *tree)
{
	free(tree);
}
