/* What an operator allows triggers to do. */
#include "config.h"

#include "recurrence/recurrence.h"

#include "base/log.h"
#include "base/settings.h"

bool recurrence_limits_load(struct recurrence_limits *limits)
{
	limits->min_interval = setting_int(SETTING_MIN_INTERVAL);
	limits->min_window_time = setting_int(SETTING_MIN_WINDOW_TIME);
	limits->max_window_time = setting_int(SETTING_MAX_WINDOW_TIME);
	if (limits->min_window_time < limits->max_window_time &&
	    limits->max_window_time <= limits->min_interval)
		return true;
	log_error("[data_protect] min_window_time must be below max_window_time, and "
		  "max_window_time at most min_interval");
	return false;
}
