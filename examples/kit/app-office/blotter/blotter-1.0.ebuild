# Distributed under the terms of the MIT license

EAPI=8

inherit stationery

DESCRIPTION="Dries the ink; written by hand, touched by no autogen"

S="${WORKDIR}"

src_install() {
	dobin "${FILESDIR}"/blotter
}
