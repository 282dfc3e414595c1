IUSE="outer-before"
inherit inner shared
IUSE+=" outer-after"
OUTER_ECLASS=${ECLASS}
outer_src_install() { :; }
outer_pkg_postinst() { :; }
EXPORT_FUNCTIONS src_install pkg_postinst
