EAPI=3
DESCRIPTION="pkg_pretend came with EAPI 4"
SLOT="0"
src_prepare() { :; }
src_configure() { :; }
pkg_pretend() { :; }
