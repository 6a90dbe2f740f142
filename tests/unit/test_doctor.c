/* A site of nginx, as permafrost-manage doctor reads it. */
#include "config.h"

#include "admin/nginx.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/arena.h"
#include "base/log.h"
#include "http/http.h"
#include "unit.h"

static struct arena *arena;
static struct site site;
static const char *why;
static char path[] = "/tmp/permafrost-site.XXXXXX";

static void nothing(void *taker, enum log_level level, const char *line)
{
	(void)taker, (void)level, (void)line;
}

static bool reads(const char *text)
{
	FILE *file = fopen(path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(text, file);
	fclose(file);
	return site_read(arena, path, &site, &why);
}

static bool refuses(const char *text, const char *reason)
{
	return !reads(text) && why != NULL && strstr(why, path) != NULL && strstr(why, reason) != NULL;
}

static void refused_with_line(void)
{
	CU_ASSERT_TRUE(refuses("server {\n listen 80;\n", ":3: a block does not end"));
	CU_ASSERT_TRUE(refuses("server {\n}\n}\n", ":3: a block ends that did not begin"));
	CU_ASSERT_TRUE(refuses("server { listen 80 }", ":1: a directive does not end"));
	CU_ASSERT_TRUE(refuses("listen 80", ":1: a directive does not end"));
	CU_ASSERT_TRUE(refuses("server {\n;\n}", ":2: a directive has no name"));
	CU_ASSERT_TRUE(refuses("include /nowhere/at-all;", ":1: /nowhere/at-all can't be read"));
}

static void words_as_nginx_has_them(void)
{
	CU_ASSERT_TRUE_FATAL(reads("# comment { ; }\n"
		"location ~ \"^/a b{2}\" { fastcgi_param\n A 'x;y' if_not_empty; # more\n"
		"\tfastcgi_param B \"q\\\"q\"; fastcgi_param C ${scheme}s; fastcgi_pass unix:/a.sock; }"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(site.locations);
	CU_ASSERT_STRING_EQUAL(site.locations->name, "location ~ ^/a b{2}");
	CU_ASSERT_STRING_EQUAL(site_param(site.locations, "A"), "x;y");
	CU_ASSERT_STRING_EQUAL(site_param(site.locations, "B"), "q\"q");
	CU_ASSERT_STRING_EQUAL(site_param(site.locations, "C"), "${scheme}s");
	CU_ASSERT_STRING_EQUAL(site_socket(&site, site.locations), "/a.sock");
}

/* As nginx does it: a block's own fastcgi_param ends what outer blocks say. */
static void outer_blocks_hold(void)
{
	CU_ASSERT_TRUE_FATAL(reads("fastcgi_param A 1; client_max_body_size 2m;\n"
		"fastcgi_pass_request_headers off;\n"
		"upstream w { server unix:/w.sock max_fails=0; }\n"
		"location /x { fastcgi_pass w; }\n"
		"location /y { fastcgi_param B 2; client_max_body_size 3k; fastcgi_pass w; }"));
	const struct site_location *x = site.locations, *y = x->next;
	CU_ASSERT_STRING_EQUAL(site_param(x, "A"), "1");
	CU_ASSERT_EQUAL(x->body_max, 2 << 20);
	CU_ASSERT_FALSE(x->passes_headers);
	CU_ASSERT_STRING_EQUAL(site_socket(&site, x), "/w.sock");
	CU_ASSERT_PTR_NULL(site_param(y, "A"));
	CU_ASSERT_STRING_EQUAL(site_param(y, "B"), "2");
	CU_ASSERT_EQUAL(y->body_max, 3 << 10);
	CU_ASSERT_PTR_NULL(y->next);
}

static void itself_not_for_ever(void)
{
	char text[PATH_MAX];

	snprintf(text, sizeof(text), "include %s;", path);
	CU_ASSERT_TRUE(refuses(text, "include one another too deeply"));
}

/* Our own file passes what the workers read, with SERVICE and MOUNT of the site, and no more. */
static void our_params(void)
{
	const char *tree = getenv("srcdir");
	size_t wanted = 0, passed = 0;
	char real[PATH_MAX];

	CU_ASSERT_TRUE_FATAL(reads(arena_printf(arena, "location / { include %s/nginx/"
		"permafrost_params; fastcgi_param SERVICE backup; fastcgi_param MOUNT \"\"; "
		"fastcgi_pass w; }", realpath(tree == NULL ? "." : tree, real))));
	for (const struct http_param *param = http_params; param->name != NULL; param++, wanted++)
		CU_ASSERT_PTR_NOT_NULL(site_param(site.locations, param->name));
	for (const struct site_param *param = site.locations->params; param; param = param->next)
		passed++;
	CU_ASSERT_EQUAL(passed, wanted);
	CU_ASSERT_FALSE(site.locations->passes_headers);
}

static const struct unit units[] = {
	{ "what nginx would refuse is refused with file and line", refused_with_line },
	{ "words, quotes, comments and variables are nginx' own", words_as_nginx_has_them },
	{ "what outer blocks say holds inside, unless said anew", outer_blocks_hold },
	{ "a file that includes itself is refused", itself_not_for_ever },
	{ "permafrost_params passes what the workers read, and nothing else", our_params },
	{ NULL, NULL }
};

int main(void)
{
	arena = arena_new();
	int file = mkstemp(path);
	log_divert(nothing, NULL);
	int status = unit_run("doctor", units);
	close(file);
	unlink(path);
	arena_free(arena);
	return status;
}
