/* Days and dates: the Gregorian calendar, without zones. */
#ifndef PERMAFROST_RECURRENCE_CIVIL_H
#define PERMAFROST_RECURRENCE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#define DAY_SECONDS 86400
#define HOUR_SECONDS 3600
#define MINUTE_SECONDS 60

enum { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };

/* A day, and where it lies in its week, month and year. */
struct date {
	int64_t day;          /* since 1970-01-01 */
	int64_t year;
	int month;            /* 1 to 12 */
	int month_day;        /* 1 to 31 */
	int month_length;
	int year_day;         /* 1 to 366 */
	int year_length;
	int weekday;          /* MONDAY to SUNDAY */
};

/* Quotient and remainder that round down, also below zero; `by` is above it. */
int64_t floor_div(int64_t number, int64_t by);
int64_t floor_mod(int64_t number, int64_t by);

/* The day of a date; month 13 is the next year's first. */
int64_t day_of(int64_t year, int month, int month_day);

/* How many days a month of a year has. */
int month_length(int64_t year, int month);

/* The date of a day, from the year 1 on. */
struct date date_of(int64_t day);

#endif
