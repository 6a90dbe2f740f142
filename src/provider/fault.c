/* What is wrong in a provider file, and where. */
#include "config.h"
#include "provider/provider_int.h"

#include <stdarg.h>

#include "base/arena.h"
#include "base/yaml.h"

void fault_at(struct fault *fault, struct json_object *value)
{
	size_t line = yaml_line(value);

	if (line > 0)
		fault->line = line;
}

bool (fault_is)(struct fault *fault, const char *format, ...)
{
	va_list args;

	if (fault->text != NULL)
		return false;
	va_start(args, format);
	fault->text = arena_vprintf(fault->arena, format, args);
	va_end(args);
	return false;
}
