EAPI=6
inherit tools
DESCRIPTION="BDEPEND of an eclass is taken away in EAPI 6 too: ${BDEPEND:-gone}"
SLOT="0"
DEPEND="dev-libs/own ${BDEPEND}"
