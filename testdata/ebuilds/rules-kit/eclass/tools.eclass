# Names its tools once for all EAPIs.
BDEPEND="dev-build/tool"
[[ ${EAPI} == [0-6] ]] && DEPEND="${BDEPEND}"
:
