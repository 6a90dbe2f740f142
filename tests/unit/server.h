/*
 * A server of HTTP that says what a test tells it to, also what no real one would: a process of its
 * own, which shares a piece of memory with the test.
 */
#ifndef PERMAFROST_TESTS_SERVER_H
#define PERMAFROST_TESTS_SERVER_H

#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is said, and what was heard. */
struct server {
	/* whole answers, head and all; one that begins with a blank is none: the line is closed */
	char post[8192];
	char get[8192];
	volatile int delay_ms;    /* before each answer; who makes it less ends the wait */
	int gets_refused;         /* so many GETs more are answered 401 */
	size_t filler;            /* bytes that follow a GET's answer */
	volatile int posts;
	volatile int gets;
	char heard[16384];        /* the last request, with its body */
	int port;
};

#define SERVER_REFUSAL "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"

static struct server *server;
static pid_t server_pid;

/* Read one request whole: its head, and as much body as that says. */
static inline void server_hear(int line)
{
	size_t len = 0, wanted = 0;
	ssize_t more;

	memset(server->heard, 0, sizeof(server->heard));
	while ((more = read(line, server->heard + len, sizeof(server->heard) - 1 - len)) > 0) {
		len += (size_t)more;
		const char *end = strstr(server->heard, "\r\n\r\n");
		const char *length = strcasestr(server->heard, "content-length:");
		if (end == NULL)
			continue;
		wanted = (size_t)(end - server->heard) + 4;
		wanted += length == NULL ? 0 : strtoul(length + 15, NULL, 10);
		if (len >= wanted)
			return;
	}
}

static inline void server_fill(int line, size_t bytes)
{
	static const char piece[4096] = { [0 ... 4095] = 'x' };

	while (bytes > 0) {
		size_t part = bytes < sizeof(piece) ? bytes : sizeof(piece);
		if (write(line, piece, part) < 0)
			return;   /* who asked has had enough */
		bytes -= part;
	}
}

static inline void server_answer(int line)
{
	bool is_get = strncmp(server->heard, "GET ", 4) == 0;
	const char *reply = is_get ? server->get : server->post;

	if (is_get && server->gets_refused > 0) {
		server->gets_refused--;
		reply = SERVER_REFUSAL;
	}
	if (is_get)
		server->gets++;
	else
		server->posts++;
	for (int waited = 0; waited < server->delay_ms; waited += 10)
		usleep(10000);
	if (reply[0] == ' ' || write(line, reply, strlen(reply)) < 0)
		return;
	server_fill(line, is_get ? server->filler : 0);
}

static inline void server_run(int socket)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int line = accept(socket, NULL, NULL);
		server_hear(line);
		if (server->heard[0] != '\0')
			server_answer(line);
		close(line);
	}
}

/* Start it, on a free port of the loopback. False when that can't be. */
static inline bool server_start(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	server = mmap(NULL, sizeof(*server), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (server == MAP_FAILED || bind(listener, (struct sockaddr *)&address, len) != 0 ||
	    listen(listener, 16) != 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &len) != 0) {
		close(listener);
		return false;
	}
	server->port = ntohs(address.sin_port);
	server_pid = fork();
	if (server_pid == 0)
		server_run(listener);
	close(listener);
	return server_pid > 0;
}

static inline void server_stop(void)
{
	kill(server_pid, SIGKILL);
	waitpid(server_pid, NULL, 0);
}

/* An answer with that status and JSON body, and one header more ("" for none). */
static inline void server_says(char *answer, size_t size, const char *status, const char *header,
			       const char *body)
{
	snprintf(answer, size, "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %zu\r\n%s%s\r\n%s",
		 status, strlen(body), header, header[0] == '\0' ? "" : "\r\n", body);
}

#endif
