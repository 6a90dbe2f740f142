# PERMAFROST_SANITIZERS: --enable-asan and --enable-ubsan.
AC_DEFUN([PERMAFROST_SANITIZERS], [
AC_ARG_ENABLE([asan], [AS_HELP_STRING([--enable-asan], [build with the address sanitizer])])
AC_ARG_ENABLE([ubsan], [AS_HELP_STRING([--enable-ubsan], [build with the undefined-behaviour sanitizer])])
SANITIZER_FLAGS=
sanitizers=
AS_IF([test "x$enable_asan" = xyes], [
	SANITIZER_FLAGS="-fsanitize=address -fno-omit-frame-pointer"
	sanitizers=address
	AC_DEFINE([ARENA_EACH_PIECE], [1], [every arena piece is its own malloc, so overruns show])
])
AS_IF([test "x$enable_ubsan" = xyes], [
	SANITIZER_FLAGS="$SANITIZER_FLAGS -fsanitize=undefined -fno-sanitize-recover=undefined"
	sanitizers="$sanitizers undefined"
])
AC_SUBST([SANITIZER_FLAGS])
])
