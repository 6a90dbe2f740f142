# The test of the Debian packages: tests/package has the programs, its README.md what they show.

package_packages="debhelper po-debconf lintian debootstrap dpkg-dev
	build-essential systemd git"

# package_test TREE WORK: build, look at the units, install and try.
package_test() {
	local tree=$1 work=$2/package status=0 package
	mkdir -p "$work/unpacked"
	"$tree/tests/package/build" "$tree" "$work" || status=1
	for package in "$work"/first/permafrost-{common,api,engine}_*.deb; do
		[ -e "$package" ] && dpkg-deb -x "$package" "$work/unpacked" || return 1
	done
	"$tree/tests/package/units" "$work/unpacked" || status=1
	"$tree/tests/package/chroot" "$tree" "$work" || status=1
	rm -rf "$work/first/permafrost" "$work/second" "$work/unpacked"
	return $status
}
