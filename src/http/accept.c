/* Accept requests on the socket that the process manager opened, one after the other. */
#include "config.h"

#include "http/http.h"
#include "http/http_int.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/supervisor.h"

#define LISTEN_DESCRIPTOR 0
#define CLIENT_GONE 499          /* what nginx writes to its log then */

static volatile sig_atomic_t stopping;   /* the signal that asks for it */

static void stop(int signal_number)
{
	stopping = signal_number;
}

/*
 * Signals are only let in while waiting: one that arrives while libfcgi reads a body would cost
 * that request. The handlers are ours, so that libfcgi installs none.
 */
static bool signals_prepare(sigset_t *open)
{
	static const int ends[] = { SIGTERM, SIGINT, SIGUSR1, SIGHUP };
	struct sigaction action = { .sa_handler = stop };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t closed;

	sigemptyset(&action.sa_mask);
	sigfillset(&closed);
	if (sigprocmask(SIG_SETMASK, &closed, open) != 0 || sigaction(SIGPIPE, &ignore, NULL) != 0)
		return false;
	for (size_t n = 0; n < sizeof(ends) / sizeof(ends[0]); n++) {
		if (sigaction(ends[n], &action, NULL) != 0 || sigdelset(open, ends[n]) != 0)
			return false;
	}
	return true;
}

/* Wait for a connection with signals let in. False when it is time to stop. */
static bool connection_wait(const sigset_t *open)
{
	struct pollfd socket = { .fd = LISTEN_DESCRIPTOR, .events = POLLIN };
	const int64_t patience = supervisor_patience();
	const struct timespec limit = { patience / 1000, patience % 1000 * 1000000 };

	while (!stopping) {
		supervisor_alive();
		int ready = ppoll(&socket, 1, patience < 0 ? NULL : &limit, open);
		if (ready > 0)
			return (socket.revents & POLLNVAL) == 0;
		if (ready < 0 && errno != EINTR)
			return false;
	}
	return false;
}

/*
 * One connection wakes every worker that waits. Those who come too late must not stay in accept(),
 * where signals are shut out, but wait again.
 */
static bool socket_prepare(void)
{
	int flags = fcntl(LISTEN_DESCRIPTOR, F_GETFL);

	return flags >= 0 && fcntl(LISTEN_DESCRIPTOR, F_SETFL, flags | O_NONBLOCK) == 0;
}

struct service_hooks {
	void (*dispatch)(struct req *rq);
	void (*afterwards)(struct req *rq);
};

/*
 * nginx closes the connection when its client leaves. What waited for a worker meanwhile was never
 * answered, so it may be left undone; after a time of too much load all of it would be for nobody.
 */
static bool client_is_gone(const FCGX_Request *fcgi)
{
	char byte;
	ssize_t len = recv(fcgi->ipcFd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return len == 0 || (len < 0 && errno == ECONNRESET);
}

static void answer(struct req *rq, FCGX_Request *fcgi, const struct service_hooks *hooks,
		   int64_t body_max)
{
	rq->doing = "read";
	bool is_read = request_read(rq, fcgi, body_max);
	if (client_is_gone(fcgi)) {
		log_info("the client has left; nothing was done");
		rq->reply.status = CLIENT_GONE;
		return;
	}
	if (is_read)
		hooks->dispatch(rq);
	rq->doing = "reply";
	if (!reply_write(rq, fcgi))
		log_info("the reply did not reach the client");
}

static void serve_one(FCGX_Request *fcgi, const struct service_hooks *hooks, int64_t body_max,
		      struct arena *arena)
{
	struct req rq = { .arena = arena };
	struct req rest = { .arena = arena, .method = METHOD_OTHER };

	int64_t began_us = clock_monotonic_us();
	log_context(rq.request_id, &rq.doing);
	answer(&rq, fcgi, hooks, body_max);
	request_forget(fcgi);
	/* whatever nginx wishes: a connection that is kept would hold this worker */
	FCGX_Free(fcgi, 1);
	metrics_request(rq.row, rq.reply.status, clock_monotonic_us() - began_us);
	rq.doing = "afterwards";
	arena_reset(arena);   /* a list that is read row by row ends before more is asked */
	hooks->afterwards(&rest);
	arena_reset(arena);
	log_context(NULL, NULL);
}

enum http_end http_serve(void (*dispatch)(struct req *rq), void (*afterwards)(struct req *rq),
			 int64_t body_max)
{
	const struct service_hooks hooks = { dispatch, afterwards };
	FCGX_Request fcgi;
	sigset_t open;

	if (!signals_prepare(&open) || !socket_prepare() || FCGX_Init() != 0 || FCGX_IsCGI() ||
	    FCGX_InitRequest(&fcgi, LISTEN_DESCRIPTOR, 0) != 0) {
		log_error("descriptor 0 is no FastCGI socket; start this program with spawn-fcgi "
			  "or systemd");
		return HTTP_BROKEN;
	}
	struct arena *arena = arena_new();
	supervisor_ready();
	while (connection_wait(&open)) {
		int failure = FCGX_Accept_r(&fcgi);
		if (failure == 0)
			serve_one(&fcgi, &hooks, body_max, arena);
		else if (failure != -EAGAIN)
			break;
	}
	arena_free(arena);
	if (stopping == SIGHUP)
		return HTTP_RELOAD;
	supervisor_stopping();
	return HTTP_STOPPED;
}
