EAPI=8
inherit outer
DESCRIPTION="own phases and those of eclasses"
SLOT="0"
src_unpack() { :; }
pkg_config() { :; }
pkg_pretend() { :; }
src_nothing() { :; }
unset -f inner_src_compile
