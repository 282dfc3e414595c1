EAPI=5

inherit lists outer lists

DESCRIPTION="what an ebuild overwrites in EAPI 5: ${INNER_ECLASS} ${OUTER_ECLASS} ${SHARED_FROM} ${ECLASS:-none}"
SLOT="0"
IUSE=""
DEPEND=
RESTRICT="strip"
