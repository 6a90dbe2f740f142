/* Days and dates: the Gregorian calendar, without zones. */
#include "config.h"

#include "recurrence/civil.h"

#include <assert.h>

#define EPOCH_DAY 719162          /* 1970-01-01, counted from 0001-01-01 */
#define DAYS_400_YEARS 146097

int64_t floor_div(int64_t number, int64_t by)
{
	return number / by - (number % by < 0);
}

int64_t floor_mod(int64_t number, int64_t by)
{
	int64_t rest = number % by;

	return rest < 0 ? rest + by : rest;
}

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int month_length(int64_t year, int month)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	assert(month >= 1 && month <= 12);
	return lengths[month - 1] + (month == 2 && is_leap(year));
}

/* Days of a year before a month of it, 1 to 13. */
static int days_before(int64_t year, int month)
{
	static const int sums[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };

	assert(month >= 1 && month <= 13);
	return sums[month - 1] + (month > 2 && is_leap(year));
}

/* The day on which a year begins. */
static int64_t year_start(int64_t year)
{
	int64_t past = year - 1;

	return past * 365 + floor_div(past, 4) - floor_div(past, 100) + floor_div(past, 400) -
	       EPOCH_DAY;
}

int64_t day_of(int64_t year, int month, int month_day)
{
	return year_start(year) + days_before(year, month) + month_day - 1;
}

struct date date_of(int64_t day)
{
	struct date date = { .day = day };

	/* never too late: leap days run ahead of their average by less than a day */
	date.year = 1 + floor_div((day + EPOCH_DAY) * 400, DAYS_400_YEARS);
	while (year_start(date.year + 1) <= day)
		date.year++;
	date.year_day = (int)(day - year_start(date.year)) + 1;
	date.year_length = 365 + is_leap(date.year);
	date.month = 1 + (date.year_day - 1) / 31;
	while (days_before(date.year, date.month + 1) < date.year_day)
		date.month++;
	date.month_day = date.year_day - days_before(date.year, date.month);
	date.month_length = month_length(date.year, date.month);
	date.weekday = (int)floor_mod(day + THURSDAY, 7);
	return date;
}
