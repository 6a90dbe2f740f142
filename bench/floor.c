/*
 * The floor: the least that a FastCGI program can do to answer GET of one document. It takes
 * project and id from the path, asks PostgreSQL, and sends the text back: no token, no policy, no
 * router. The product is measured as a ratio against it, behind the same nginx, in one run.
 *
 * usage: floor CONNECTION backups|jobs [prepared]   (FastCGI socket on descriptor 0)
 */
#include <fcgiapp.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char question[128];

/* /floor/PROJECT/ID: cut in place. */
static int path_cut(char *uri, const char *params[2])
{
	char *project = strchr(uri + 1, '/');
	char *id = project == NULL ? NULL : strchr(project + 1, '/');

	if (id == NULL)
		return -1;
	*id = '\0';
	params[0] = project + 1;
	params[1] = id + 1;
	return 0;
}

static PGresult *ask(PGconn *pg, int prepared, const char *const *params)
{
	if (prepared)
		return PQexecPrepared(pg, "q", 2, params, NULL, NULL, 0);
	return PQexecParams(pg, question, 2, NULL, params, NULL, NULL, 0);
}

static void answer(FCGX_Request *rq, PGconn *pg, int prepared)
{
	const char *params[2];
	char uri[512];

	snprintf(uri, sizeof(uri), "%s", FCGX_GetParam("REQUEST_URI", rq->envp));
	if (path_cut(uri, params) != 0) {
		FCGX_PutS("Status: 404\r\n\r\n", rq->out);
		return;
	}
	PGresult *result = ask(pg, prepared, params);
	if (PQntuples(result) == 1)
		FCGX_FPrintF(rq->out, "Status: 200\r\nContent-Type: application/json\r\n"
			     "Content-Length: %d\r\n\r\n%s", PQgetlength(result, 0, 0),
			     PQgetvalue(result, 0, 0));
	else
		FCGX_PutS("Status: 404\r\n\r\n", rq->out);
	PQclear(result);
}

int main(int argc, char **argv)
{
	FCGX_Request rq;
	int prepared = argc > 3;
	PGconn *pg = PQconnectdb(argc > 1 ? argv[1] : "");

	snprintf(question, sizeof(question), "select doc from permafrost.%s "
		 "where project_id = $1 and id = $2", argc > 2 ? argv[2] : "backups");
	if (PQstatus(pg) != CONNECTION_OK) {
		fputs(PQerrorMessage(pg), stderr);
		return EXIT_FAILURE;
	}
	if (prepared)
		PQclear(PQprepare(pg, "q", question, 2, NULL));
	FCGX_Init();
	signal(SIGTERM, SIG_DFL);   /* libfcgi's handler would wait for one more request */
	FCGX_InitRequest(&rq, 0, 0);
	while (FCGX_Accept_r(&rq) == 0) {
		answer(&rq, pg, prepared);
		FCGX_Finish_r(&rq);
	}
	PQfinish(pg);
	return EXIT_SUCCESS;
}
