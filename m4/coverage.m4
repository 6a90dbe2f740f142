# PERMAFROST_COVERAGE: --enable-coverage. Without optimization, or lines would be moved and merged.
AC_DEFUN([PERMAFROST_COVERAGE], [
AC_ARG_ENABLE([coverage], [AS_HELP_STRING([--enable-coverage], [count which lines are run])])
AS_IF([test "x$enable_coverage" = xyes], [CFLAGS="$CFLAGS -O0 --coverage -fprofile-update=atomic"])
])
