EAPI=7
D=()
for one in 1 2 1-2 2- 0-1 3-9; do D+=( "$(ver_cut ${one})" ); done
D+=( "$(ver_cut 1-2 .4.5.6)" "$(ver_cut 0-1 .4.5.6)" "$(ver_rs 1 -)" "$(ver_rs 1- _ 2.3.4)" "$(ver_rs 0 x .1)" )
for one in "1 -lt 1.0" "1.0 -eq 1.00" "1.01 -lt 1.1" "1.1 -lt 1.10" "1_p -gt 1" "1_rc -lt 1" "1-r0 -eq 1" "01 -eq 1"; do
	ver_test ${one} && D+=( yes ) || D+=( no )
done
ver_test -gt 1.2b_rc2 && D+=( newer )
DESCRIPTION="${D[*]}"
SLOT="$(ver_cut 1)"
