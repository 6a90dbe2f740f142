/* Memory of one request: everything is released together, so no error path frees by hand. */
#ifndef PERMAFROST_BASE_ARENA_H
#define PERMAFROST_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* A new, empty arena. Never NULL: without memory the process ends and is replaced. */
struct arena *arena_new(void);

/* Run what was deferred, newest first, and release every piece; the arena stays usable. */
void arena_reset(struct arena *arena);

/* From now to the next reset this arena holds secrets: what it releases is overwritten first. */
void arena_keep_secret(struct arena *arena);

/* arena_reset() and release the arena itself. NULL is allowed. */
void arena_free(struct arena *arena);

/* `size` zeroed bytes, aligned for any type, owned by the arena. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);

/* Copies owned by the arena, always NUL-terminated. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Call undo(thing) when the arena is reset or freed; newest first. */
void arena_defer(struct arena *arena, void (*undo)(void *), void *thing);

#endif
