EAPI=3
DESCRIPTION="RDEPEND is DEPEND when it is not set, up to EAPI 3"
SLOT="0"
DEPEND="dev-libs/build"
