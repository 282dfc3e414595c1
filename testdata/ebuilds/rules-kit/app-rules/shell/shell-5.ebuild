EAPI=5
inherit arrays overridden
text="a/b"
quoted="${text/\//'-'}"
amp="${text/a/[&]}"
DESCRIPTION="${quoted} ${amp} ${OVERRIDDEN_BY} ${LOCAL_TABLE[a]:-gone} ${GLOBAL_TABLE[a]}"
SLOT="0"
declare -A OWN_TABLE=( [k]=v )
HOMEPAGE="https://host.example/${OWN_TABLE[k]}"
has b a b c && IUSE="has"
