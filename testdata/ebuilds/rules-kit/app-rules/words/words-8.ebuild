EAPI=8
DESCRIPTION="  blanks	tabs
and lines, * stars * \\ \"quotes\" 'ticks' \$dollars, no-break blank　."
SLOT="0"
RDEPEND="
	|| (
		dev-libs/a
		dev-libs/b
	)
"
read -r first second <<< "one two"
LICENSE="${first} ${second}"
IUSE="$(printf '%s ' x y z)"
nonfatal false
debug-print "nothing is printed"
