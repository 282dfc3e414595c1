EAPI=1
DESCRIPTION="phases that EAPI 1 does not have are not listed"
SLOT="0"
src_prepare() { :; }
src_configure() { :; }
pkg_pretend() { :; }
src_unpack() { :; }
