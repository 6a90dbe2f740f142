/* The password that an operator gives: from a file, a pipe, or typed unseen at a terminal. */
#include "config.h"

#include "admin/admin_int.h"

#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/utf8.h"

#define LENGTH_MAX (ADMIN_PASSWORD_SIZE - 3)   /* what crypt(5) takes */

/* ---- a terminal ----------------------------------------------------------------------------- */

struct terminal {
	struct termios modes;
	sigset_t open;
	bool is_quiet;
};

/* Ask, and show nothing of the answer. Signals wait, so that none leaves the terminal like that. */
static void terminal_ask(struct terminal *terminal, const char *whose)
{
	sigset_t closed;

	*terminal = (struct terminal){ 0 };
	if (tcgetattr(STDIN_FILENO, &terminal->modes) != 0)
		return;
	struct termios quiet = terminal->modes;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	sigfillset(&closed);
	sigprocmask(SIG_SETMASK, &closed, &terminal->open);
	terminal->is_quiet = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
	fprintf(stderr, "password of %s: ", whose);
}

static void terminal_restore(const struct terminal *terminal)
{
	if (!terminal->is_quiet)
		return;
	fputc('\n', stderr);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal->modes);
	sigprocmask(SIG_SETMASK, &terminal->open, NULL);
}

/* ---- a line --------------------------------------------------------------------------------- */

/* The first line, without its end; its length. Of a longer one than fits, as much as shows that. */
static size_t line_read(FILE *file, char *password)
{
	size_t len = 0;
	int c;

	setvbuf(file, NULL, _IONBF, 0);   /* no second copy that nobody wipes */
	while (len < ADMIN_PASSWORD_SIZE - 1 && (c = fgetc(file)) != EOF && c != '\n')
		password[len++] = (char)c;
	if (len > 0 && password[len - 1] == '\r')
		len--;
	password[len] = '\0';
	return len;
}

/* What a login can say: JSON has no other text, crypt(5) takes no more. */
static bool is_password(const char *password, size_t len)
{
	const unsigned char *at = (const unsigned char *)password;

	if (len == 0 || len > LENGTH_MAX || strlen(password) != len)
		return false;
	for (size_t step; len > 0; at += step, len -= step) {
		step = utf8_length(at, len);
		if (step == 0)
			return false;
	}
	return true;
}

static bool password_take(FILE *file, const char *from, char *password)
{
	size_t len = line_read(file, password);

	if (ferror(file) != 0)
		admin_error(NULL, "%s can't be read: %m", from);
	else if (!is_password(password, len))
		admin_error(NULL, "a password is one line of 1 to %d bytes of UTF-8", LENGTH_MAX);
	else
		return true;
	return false;
}

bool admin_password(const struct wish *wish, char password[ADMIN_PASSWORD_SIZE])
{
	if (wish->password_stdin != NULL) {
		struct terminal terminal;
		terminal_ask(&terminal, wish->names[0]);
		bool taken = password_take(stdin, "standard input", password);
		terminal_restore(&terminal);
		return taken;
	}
	FILE *file = fopen(wish->password_file, "r");
	if (file == NULL) {
		admin_error(NULL, "%s can't be read: %m", wish->password_file);
		return false;
	}
	bool taken = password_take(file, wish->password_file, password);
	fclose(file);
	return taken;
}
