DESCRIPTION="no EAPI at all: ${CATEGORY} ${P} ${PN} ${PV} ${PR} ${PVR} ${PF}"
SLOT="0"
