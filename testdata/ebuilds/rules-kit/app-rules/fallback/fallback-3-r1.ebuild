EAPI=3
DESCRIPTION="RDEPEND is set, to nothing"
SLOT="0"
DEPEND="dev-libs/build"
RDEPEND=""
