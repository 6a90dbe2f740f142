# PERMAFROST_WARNINGS: the warnings we compile clean with; errors with --enable-werror.
AC_DEFUN([PERMAFROST_WARNINGS], [
AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [treat warnings as errors])])
WARNING_CFLAGS=
m4_foreach_w([flag], [-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
	-Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wundef
	-Wformat=2 -Wformat-signedness -Wformat-overflow=2 -Wimplicit-fallthrough -Wnull-dereference
	-Wconversion -Wsign-conversion -Warith-conversion -Wdouble-promotion -Wcast-align=strict
	-Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init -Wshift-overflow=2
	-Warray-bounds=2 -Wstringop-overflow=4 -Wredundant-decls -Wnested-externs -Walloca
	-Wtrampolines -Wdate-time -Wunused-const-variable=2], [
	AX_CHECK_COMPILE_FLAG(flag, [WARNING_CFLAGS="$WARNING_CFLAGS flag"], [], [-Werror])
])
AS_IF([test "x$enable_werror" = xyes], [WARNING_CFLAGS="$WARNING_CFLAGS -Werror"])
AC_SUBST([WARNING_CFLAGS])
])
