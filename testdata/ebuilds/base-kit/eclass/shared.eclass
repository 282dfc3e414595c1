# From the master.
[[ -n ${_SHARED_ECLASS} ]] && return 0
_SHARED_ECLASS=1
IUSE="shared"
SHARED_FROM=base-kit
