/* The kinds of resources that can be protected, and which depend on which. */
#include "config.h"
#include "provider/provider.h"

#include <string.h>

#define DEPENDENTS_MAX 3

static const char *const types[] = {
#define PROTECTABLE(type, ...) type,
#include "provider/protectable.def"
#undef PROTECTABLE
	NULL
};

static const char *const dependents[][DEPENDENTS_MAX + 1] = {
#define PROTECTABLE(type, ...) { __VA_ARGS__ },
#include "provider/protectable.def"
#undef PROTECTABLE
};

const char *const *protectable_types(void)
{
	return types;
}

const char *const *protectable_dependents(const char *type)
{
	for (size_t n = 0; types[n] != NULL; n++)
		if (strcmp(types[n], type) == 0)
			return dependents[n];
	return NULL;
}

bool protectable_is_type(const char *type)
{
	return protectable_dependents(type) != NULL;
}
