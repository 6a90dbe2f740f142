/* secret ...: keys that seal what is secret. */
#include "config.h"

#include "admin/admin_int.h"

#include <errno.h>
#include <string.h>

#include "karbor/seal.h"

enum admin_status secret_create(struct wish *wish)
{
	const char *path = wish->names[0];

	if (!seal_key_create(path))
		return admin_error(errno == EEXIST ? "a key is never written over: choose another "
				   "file, and name both in [data_protect] secret_key_files" : NULL,
				   "%s: %s", path, strerror(errno));
	printf("%s holds a new key; give it to the user of the service\n", path);
	return ADMIN_DONE;
}
