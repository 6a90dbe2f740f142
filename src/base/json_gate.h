/* The gate in front of json-c: is this text RFC 8259 JSON that jsonb can hold? */
#ifndef PERMAFROST_BASE_JSON_GATE_H
#define PERMAFROST_BASE_JSON_GATE_H

#include "base/json.h"

struct json_input {
	const char *data;
	size_t len;
};

/* An integer outside int64, which json-c would clamp: where its digits end in the text. */
struct json_wide {
	struct json_wide *next;
	size_t end;
};

/* How much a text may hold; see json.h. */
struct json_bounds {
	size_t depth;           /* at most JSON_DEPTH_STORED */
	size_t cost;
	size_t number_length;   /* characters and exponent together */
	long exponent;
};

/* True when the text may pass. *wide lists its wide integers, first to last, in the arena. */
bool json_gate(struct arena *arena, const struct json_bounds *bounds, struct json_input text,
	       struct json_wide **wide, struct json_error *error);

#endif
