EAPI=8

inherit lists outer lists

DESCRIPTION="what an ebuild overwrites in EAPI 8: ${INNER_ECLASS} ${OUTER_ECLASS} ${SHARED_FROM} ${ECLASS:-none}"
SLOT="0"
IUSE=""
DEPEND=
RESTRICT="strip"
