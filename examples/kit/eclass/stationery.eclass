# Distributed under the terms of the MIT license

# @ECLASS: stationery.eclass
# @SUPPORTED_EAPIS: 8
# @BLURB: what the packages of this kit have in common

case ${EAPI} in
	8) ;;
	*) die "${ECLASS}: EAPI ${EAPI} is not supported" ;;
esac

HOMEPAGE="https://stationery.example.org/${PN}"
LICENSE="MIT"
SLOT="0"
KEYWORDS="~amd64 ~arm64"

EXPORT_FUNCTIONS src_install

# @FUNCTION: stationery_src_install
# @DESCRIPTION: Installs every text of the sources as documentation.
stationery_src_install() {
	local text
	for text in README* *.txt; do
		[[ -f ${text} ]] && dodoc "${text}"
	done
}
