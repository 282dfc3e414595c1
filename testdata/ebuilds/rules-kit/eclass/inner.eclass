IUSE="inner"
INNER_ECLASS=${ECLASS}
inner_src_compile() { :; }
inner_src_install() { :; }
EXPORT_FUNCTIONS src_compile src_install
