# A comment, and an empty line.

  EAPI="8"   # quotes and a comment are fine
DESCRIPTION="${CATEGORY} ${P} ${PN} ${PV} ${PR} ${PVR} ${PF}"
S_END=${S#"${WORKDIR}"}
HOMEPAGE="https://host.example${S_END}"
SLOT="0/${PV%%_*}"
