/* Questions over TLS: whom we believe to be the service, against the server of openssl(1). */
#include "config.h"

#include "cloud/http.h"

#include <CUnit/CUnit.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "unit.h"

static char directory[] = "/tmp/permafrost-tls.XXXXXX";
static char certificate[64], key[64], other[64], other_key[64];
static int port;
static pid_t openssl;
static struct http_answer answer;

/* Start openssl(1) with these words, which hold no blanks, silently; the process. */
static pid_t openssl_start(const char *words)
{
	pid_t child = fork();

	if (child != 0)
		return child;
	int nowhere = open("/dev/null", O_RDWR);
	for (int descriptor = 0; descriptor < 3; descriptor++)
		dup2(nowhere, descriptor);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	char command[1024];
	snprintf(command, sizeof(command), "exec openssl %s", words);
	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(127);
}

/* A certificate that vouches for itself, for the address 127.0.0.1 and no name. */
static bool certificate_make(const char *file, const char *key_file)
{
	char words[512];
	int status = -1;

	snprintf(words, sizeof(words), "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
		 "-nodes -days 2 -subj /CN=keystone -addext subjectAltName=IP:127.0.0.1 "
		 "-keyout %s -out %s", key_file, file);
	waitpid(openssl_start(words), &status, 0);
	return status == 0;
}

static int port_free(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int line = socket(AF_INET, SOCK_STREAM, 0);

	bool is_bound = bind(line, (struct sockaddr *)&address, len) == 0 &&
			getsockname(line, (struct sockaddr *)&address, &len) == 0;
	close(line);
	return is_bound ? ntohs(address.sin_port) : 0;
}

/* Ask under that name of the server, with those settings. */
static bool ask(const char *host, struct http_settings settings)
{
	struct arena *arena = arena_new();
	char url[64];

	settings.connect_timeout_ms = 2000;
	settings.answer_max = 100000;
	struct http_client *client = http_client_new(&settings);
	snprintf(url, sizeof(url), "https://%s:%d/", host, port);
	bool answered = http_ask(client, arena, &(struct http_request){
		.method = "GET", .url = url, .timeout_ms = 3000 }, &answer);
	answered = answered && answer.status == 200;
	http_client_free(client);
	arena_free(arena);
	return answered;
}

static bool start(void)
{
	char words[256];

	if (mkdtemp(directory) == NULL)
		return false;
	snprintf(certificate, sizeof(certificate), "%s/certificate", directory);
	snprintf(key, sizeof(key), "%s/key", directory);
	snprintf(other, sizeof(other), "%s/other", directory);
	snprintf(other_key, sizeof(other_key), "%s/other-key", directory);
	port = port_free();
	if (!certificate_make(certificate, key) || !certificate_make(other, other_key))
		return false;
	snprintf(words, sizeof(words), "s_server -www -accept %d -cert %s -key %s", port,
		 certificate, key);
	openssl = openssl_start(words);
	for (int n = 0; n < 50; n++) {
		if (ask("127.0.0.1", (struct http_settings){ .insecure = true }))
			return true;
		usleep(100000);
	}
	return false;
}

static void stop(void)
{
	const char *const files[] = { certificate, key, other, other_key };

	if (openssl > 0) {
		kill(openssl, SIGKILL);
		waitpid(openssl, NULL, 0);
	}
	for (size_t n = 0; n < sizeof(files) / sizeof(files[0]); n++)
		unlink(files[n]);
	rmdir(directory);
}

static void whom_the_authority_vouches_for(void)
{
	CU_ASSERT_TRUE(ask("127.0.0.1", (struct http_settings){ .cafile = certificate }));
}

static void whom_nobody_vouches_for(void)
{
	CU_ASSERT_FALSE(ask("127.0.0.1", (struct http_settings){ .cafile = "" }));
	CU_ASSERT_FALSE(ask("127.0.0.1", (struct http_settings){ .cafile = other }));
	CU_ASSERT_FALSE(ask("127.0.0.1", (struct http_settings){ .cafile = "/nowhere" }));
}

static void whom_another_name_belongs_to(void)
{
	CU_ASSERT_FALSE(ask("localhost", (struct http_settings){ .cafile = certificate }));
}

static void anybody_where_the_operator_says_so(void)
{
	CU_ASSERT_TRUE(ask("localhost", (struct http_settings){ .insecure = true }));
}

int main(void)
{
	static const struct unit units[] = {
		{ "a service that the authority vouches for is believed", whom_the_authority_vouches_for },
		{ "a service that nobody vouches for is not", whom_nobody_vouches_for },
		{ "a service under another name is not", whom_another_name_belongs_to },
		{ "any service is believed where the operator says so", anybody_where_the_operator_says_so },
		{ 0 }
	};
	int status = start() ? unit_run("http_tls", units) : EXIT_FAILURE;

	stop();
	return status;
}
