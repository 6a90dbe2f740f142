/* What the two halves of the templates share: reading a text piece by piece. */
#ifndef PERMAFROST_PROVIDER_TEMPLATE_INT_H
#define PERMAFROST_PROVIDER_TEMPLATE_INT_H

#include "provider/provider_int.h"

#define TEMPLATE_NESTING_MAX 8       /* placeholders in the otherwise of placeholders */

/* A stretch of a template's text. */
struct span {
	const char *at;
	size_t len;
};

/* ${name}, ${name?} or ${name:-otherwise}. */
struct placeholder {
	struct span name;
	struct span otherwise;       /* at == NULL: there is none */
	bool is_optional;
};

/* The literal text up to the next placeholder or "$$"; of that "$$" it takes one "$" along. False
 * for a $ that begins neither. */
bool literal_read(struct span text, struct span *literal, struct span *rest);

/* The placeholder that the text begins with. False when it is not well written. */
bool placeholder_read(struct span text, struct placeholder *read, struct span *rest);

#endif
