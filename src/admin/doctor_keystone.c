/* doctor: Keystone, where there is one. */
#include "config.h"

#include "admin/doctor_int.h"

#include "base/arena.h"
#include "base/settings.h"
#include "identity/identity.h"

/* What was logged says more than that something is missing. */
static void failure_tell(struct checkup *checkup, const struct keystone_report *report)
{
	const char *url = setting_text(SETTING_KEYSTONE_AUTH_URL);

	if (checkup->said.len > 0)
		doctor_tell(checkup, HEALTH_BAD, "see permafrost.conf(5)", "%s",
			    checkup->said.data);
	else
		doctor_tell(checkup, HEALTH_BAD,
			    "doc/keystone.md says how to make the service user", "%s is of no use: "
			    "%s", url, report->failure);
}

void doctor_keystone(struct checkup *checkup)
{
	struct keystone_report report;

	if (!identity_check()) {
		failure_tell(checkup, &(struct keystone_report){ .failure = "" });
		return;
	}
	if (setting_text(SETTING_KEYSTONE_AUTH_URL)[0] == '\0') {
		doctor_tell(checkup, HEALTH_OK, NULL, "there is none; users and projects are "
			    "Permafrost's own");
		return;
	}
	identity_try(checkup->arena, &report);
	if (report.failure != NULL)
		failure_tell(checkup, &report);
	else if (!report.may_validate)
		doctor_tell(checkup, HEALTH_BAD, "openstack role add --user USER --project PROJECT "
			    "service", "the service user has neither the role service nor admin in "
			    "its project, and may not validate tokens");
	if (report.has_clock)
		doctor_clock_compare(checkup, "Keystone's", report.clock_apart);
}
