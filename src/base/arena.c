/* Memory of one request: small pieces from blocks, big ones on their own, all released together. */
#include "config.h"

#include "base/arena.h"

#include <malloc.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)16 * 1024)

/* From this size on a piece is a malloc of its own; under a sanitizer that is every piece. */
#ifdef ARENA_EACH_PIECE
#define IS_BIG(size) true
#else
#define IS_BIG(size) ((size) >= BLOCK_SIZE / 4)
#endif

/* A request that used more is rare; what the C library keeps of it is handed back at once. */
#define TRIM_ABOVE ((size_t)128 * 1024)

#define ALIGNMENT alignof(max_align_t)

struct block {
	struct block *next;
	size_t size;
	alignas(ALIGNMENT) unsigned char data[];
};

struct undo {
	struct undo *next;
	void (*run)(void *);
	void *thing;
};

struct arena {
	struct block *first;    /* kept from request to request */
	struct block *others;   /* released by a reset, the newest first */
	struct block *current;  /* where small pieces come from: first or one of the others */
	size_t used;            /* of the current block */
	size_t others_size;
	struct undo *undos;
	bool is_secret;
};

static void *must(void *memory)
{
	if (memory == NULL)
		abort();   /* a dead worker is replaced; a half-working one is not */
	return memory;
}

static struct block *block_new(size_t size)
{
	struct block *block = must(malloc(sizeof(struct block) + size));

	block->next = NULL;
	block->size = size;
	return block;
}

static struct block *block_add(struct arena *arena, size_t size)
{
	struct block *block = block_new(size);

	block->next = arena->others;
	arena->others = block;
	arena->others_size += size;
	return block;
}

struct arena *arena_new(void)
{
	struct arena *arena = must(calloc(1, sizeof(*arena)));

	arena->first = block_new(BLOCK_SIZE);
	arena->current = arena->first;
	return arena;
}

static void undos_run(struct arena *arena)
{
	while (arena->undos != NULL) {
		struct undo *undo = arena->undos;
		arena->undos = undo->next;
		undo->run(undo->thing);
	}
}

void arena_keep_secret(struct arena *arena)
{
	arena->is_secret = true;
}

static void blocks_wipe(struct arena *arena)
{
	for (struct block *block = arena->others; block != NULL; block = block->next)
		explicit_bzero(block->data, block->size);
	explicit_bzero(arena->first->data, arena->first->size);
	arena->is_secret = false;
}

void arena_reset(struct arena *arena)
{
	undos_run(arena);
	if (arena->is_secret)
		blocks_wipe(arena);
	while (arena->others != NULL) {
		struct block *block = arena->others;
		arena->others = block->next;
		free(block);
	}
	if (arena->others_size > TRIM_ABOVE)
		malloc_trim(0);
	arena->others_size = 0;
	arena->current = arena->first;
	arena->used = 0;
}

void arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	arena_reset(arena);
	free(arena->first);
	free(arena);
}

/* Room for a small piece in the current block, or in a new one. */
static unsigned char *piece_take(struct arena *arena, size_t size)
{
	if (arena->current->size - arena->used < size) {
		arena->current = block_add(arena, BLOCK_SIZE);
		arena->used = 0;
	}
	unsigned char *piece = arena->current->data + arena->used;
	arena->used += size;
	return piece;
}

static unsigned char *piece_new(struct arena *arena, size_t size)
{
	if (size > SIZE_MAX / 2)
		abort();
	size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	return IS_BIG(rounded) ? block_add(arena, size)->data : piece_take(arena, rounded);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	return memset(piece_new(arena, size), 0, size);
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy = (char *)piece_new(arena, len + 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		abort();
	char *text = (char *)piece_new(arena, (size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, format, args);
	return text;
}

void arena_defer(struct arena *arena, void (*undo)(void *), void *thing)
{
	struct undo *entry = arena_alloc(arena, sizeof(*entry));

	*entry = (struct undo){ .next = arena->undos, .run = undo, .thing = thing };
	arena->undos = entry;
}
