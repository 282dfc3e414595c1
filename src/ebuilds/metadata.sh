# Reads the metadata of many ebuilds in one Bash: the global scope of an ebuild as the Package Manager Specification (PMS)
# defines it. Runs in a sandbox without network; each ebuild has a subshell of its own, so that nothing of it stays.
#
# Called with a folder that holds
#   eclasses   NAME NUL FILE NUL ...
#   ebuilds    NUMBER NUL FILE NUL EAPI NUL CATEGORY NUL PN NUL PV NUL PR NUL ...
#   limits     seconds of processor time and KiB of address space for each ebuild
# Prints "ready" NUL BASH-VERSION NUL NUL, then NUMBER NUL STATUS NUL TEXT NUL for each ebuild, in their order. TEXT is what
# the ebuild printed, and in between records with the byte 1E before and behind each, and 1F between their fields:
#   die KIND WHAT FILE LINE ECLASS | meta NAME=VALUE...
# STATUS is `wrote` for an ebuild that left files behind; nothing follows then.
# shellcheck shell=bash

# shellcheck disable=SC2034 # variables that ebuilds and eclasses read
{
__packmill_job=$1
shift
exec 3>&1 1>/dev/null 2>&1 </dev/null
IFS=' ' read -r __packmill_seconds __packmill_kib <"$__packmill_job/limits"
ulimit -c 0
ulimit -v "$__packmill_kib"
umask 022
unalias -a
unset -v CDPATH GLOBIGNORE BASH_ENV ENV OLDPWD HOSTNAME
shopt -u patsub_replacement globskipdots
export TMPDIR=/tmp
cd /
mapfile -d '' -t __packmill_words <"$__packmill_job/eclasses"
declare -A __packmill_eclasses=()
for ((__packmill_at = 0; __packmill_at < ${#__packmill_words[@]}; __packmill_at += 2)); do
  __packmill_eclasses[${__packmill_words[__packmill_at]}]=${__packmill_words[__packmill_at + 1]}
done
mapfile -d '' -t __packmill_words <"$__packmill_job/ebuilds"
declare -A __packmill_from_eclasses=()
__packmill_explicit='' __packmill_depth=0
# Looked up by nothing: '' would be the current folder.
export PATH=/dev/null
}

# -- how an ebuild ends -----------------------------------------------------------------------------------------------

# __packmill_say KIND FIELD...: one record, whatever the ebuild did to its standard streams.
__packmill_say() {
  local __packmill_field
  {
    printf '\x1e%s' "$1"
    shift
    for __packmill_field; do printf '\x1f%s' "$__packmill_field"; done
    printf '\x1e'
  } >&9
}

# __packmill_place SKIP: FILE and LINE of the first caller that is no part of this program.
__packmill_place() {
  local at
  __packmill_file='' __packmill_line=''
  for ((at = $1 + 1; at < ${#BASH_SOURCE[@]}; at++)); do
    [[ ${BASH_SOURCE[at]} == "$__packmill_self" || ${BASH_SOURCE[at]} == environment ]] && continue
    __packmill_file=${BASH_SOURCE[at]} __packmill_line=${BASH_LINENO[at - 1]}
    return
  done
}

# __packmill_end KIND WHAT: ends the ebuild, from however deep a subshell.
__packmill_end() {
  local __packmill_file __packmill_line
  __packmill_place 1
  __packmill_say die "$1" "$2" "$__packmill_file" "$__packmill_line" "${ECLASS-}"
  [[ $BASHPID == "$__packmill_process" ]] || kill -s KILL "$__packmill_process"
  exit 1
}

die() {
  [[ ${1-} == -n ]] && shift
  __packmill_end died "$*"
}

command_not_found_handle() {
  __packmill_end command "$1"
}

# -- commands that every EAPI has in global scope ---------------------------------------------------------------------

has() {
  local wanted=${1-} one
  shift
  for one; do [[ $one == "$wanted" ]] && return 0; done
  return 1
}

debug-print() { :; }
debug-print-function() { :; }
debug-print-section() { :; }
nonfatal() { "$@"; }
einfo() { printf ' * %s\n' "$*" >&2; }
einfon() { einfo "$@"; }
elog() { einfo "$@"; }
ewarn() { einfo "$@"; }
eerror() { einfo "$@"; }
ebegin() { einfo "$@"; }
eend() { return "${1:-0}"; }

EXPORT_FUNCTIONS() {
  [[ -n ${ECLASS-} ]] || die 'EXPORT_FUNCTIONS is for eclasses'
  __packmill_exports+=" $*"
}

__packmill_source() {
  # shellcheck disable=SC1090
  source "$1"
}

# PMS 10.2. What an eclass puts into the accumulated variables is kept apart until the ebuild is through, so that neither
# an eclass nor the ebuild can overwrite what another one asked for.
inherit() {
  local ECLASS __packmill_exports __packmill_name __packmill_failed
  local -A __packmill_kept
  ((++__packmill_depth <= 100)) || die 'eclasses inherit one another without end'
  while [[ -n ${1-} ]]; do
    ECLASS=${1##*/} __packmill_exports=''
    [[ -v __packmill_eclasses[$ECLASS] ]] || __packmill_end eclass "$1"
    __packmill_kept=()
    for __packmill_name in $__packmill_accumulated; do
      [[ -v $__packmill_name ]] && __packmill_kept[$__packmill_name]=${!__packmill_name}
      unset -v "$__packmill_name"
    done
    __packmill_source "${__packmill_eclasses[$ECLASS]}" ||
      __packmill_end failed "eclass '$ECLASS' ends with status $?"
    set +e
    for __packmill_name in $__packmill_accumulated; do
      if [[ -v $__packmill_name ]]; then
        __packmill_from_eclasses[$__packmill_name]+="${__packmill_from_eclasses[$__packmill_name]:+ }${!__packmill_name}"
      fi
      unset -v "$__packmill_name"
      if [[ -v __packmill_kept[$__packmill_name] ]]; then
        printf -v "$__packmill_name" %s "${__packmill_kept[$__packmill_name]}"
      fi
    done
    for __packmill_name in $__packmill_exports; do
      declare -F "${ECLASS}_$__packmill_name" >/dev/null ||
        die "EXPORT_FUNCTIONS names '$__packmill_name', but there is no ${ECLASS}_$__packmill_name"
      eval "$__packmill_name() { ${ECLASS}_$__packmill_name \"\$@\"; }"
    done
    # shellcheck disable=SC2086
    has "$1" ${INHERITED-} || INHERITED+=" $1"
    ((__packmill_depth > 1)) || __packmill_explicit+=" $1"
    shift
  done
  ((__packmill_depth -= 1))
  return 0
}

# -- versions (EAPI 7 and newer; PMS 12.3.14) -------------------------------------------------------------------------

# Fills the caller's `parts`: separator, component, separator, component, ..., separator.
__packmill_split_version() {
  local rest=$1 piece
  parts=()
  while :; do
    piece=${rest%%[a-zA-Z0-9]*}
    parts+=("$piece") rest=${rest#"$piece"}
    [[ -n $rest ]] || break
    if [[ $rest == [0-9]* ]]; then piece=${rest%%[!0-9]*}; else piece=${rest%%[!a-zA-Z]*}; fi
    parts+=("$piece") rest=${rest#"$piece"}
  done
}

# Sets the caller's `from` and `to` for a range like 1, 1-2 or 1-, at most the number that comes second.
__packmill_range() {
  [[ $1 =~ ^([0-9]+)(-([0-9]*))?$ ]] || die "'$1' is no range of a version"
  from=$((10#${BASH_REMATCH[1]})) to=$from
  if [[ -n ${BASH_REMATCH[2]} ]]; then
    to=$2
    [[ -z ${BASH_REMATCH[3]} ]] || to=$((10#${BASH_REMATCH[3]}))
    [[ -z ${BASH_REMATCH[3]} ]] || ((from <= to)) || die "the range '$1' ends before it begins"
  fi
  ((to <= $2)) || to=$2
}

__packmill_ver_cut() {
  local parts from to IFS='' count
  __packmill_split_version "${2-$PV}"
  # Behind a separator at the end stands a component that is empty.
  count=$((${#parts[@]} / 2))
  [[ -z ${parts[count * 2]} ]] || ((count += 1))
  __packmill_range "$1" "$count"
  ((from == 0)) || ((from = from * 2 - 1))
  ((to * 2 > from - 1)) || {
    echo
    return
  }
  echo "${parts[*]:from:to * 2 - from}"
}

__packmill_ver_rs() {
  local parts from to at version=$PV IFS=''
  (($# % 2 == 0)) || version=${!#}
  __packmill_split_version "$version"
  while (($# >= 2)); do
    __packmill_range "$1" "$((${#parts[@]} / 2))"
    for ((at = from; at <= to; at++)); do
      if ((at == 0 || at * 2 == ${#parts[@]} - 1)) && [[ -z ${parts[at * 2]} ]]; then continue; fi
      parts[at * 2]=$2
    done
    shift 2
  done
  echo "${parts[*]}"
}

# Compares two numbers of any length, written without signs; leaves -1, 0 or 1 in `order`.
__packmill_compare_numbers() {
  local left=$1 right=$2
  while [[ $left == 0?* ]]; do left=${left#0}; done
  while [[ $right == 0?* ]]; do right=${right#0}; done
  order=0
  if ((${#left} != ${#right})); then
    if ((${#left} > ${#right})); then order=1; else order=-1; fi
  elif [[ $left != "$right" ]]; then
    if [[ $left > $right ]]; then order=1; else order=-1; fi
  fi
}

# Takes a version apart into the caller's `numbers`, `letter`, `suffixes` and `revision`.
__packmill_read_version() {
  local rest=$1
  [[ $rest =~ ^([0-9]+(\.[0-9]+)*)([a-z]?)((_(alpha|beta|pre|rc|p)[0-9]*)*)(-r([0-9]+))?$ ]] ||
    die "'$1' is no version"
  numbers=${BASH_REMATCH[1]} letter=${BASH_REMATCH[3]} suffixes=${BASH_REMATCH[4]} revision=${BASH_REMATCH[8]:-0}
}

# PMS 3.3, algorithms 3.1 to 3.7; leaves -1, 0 or 1 in `order`.
__packmill_compare_versions() {
  local numbers letter suffixes revision
  __packmill_read_version "$1"
  local left_numbers=$numbers left_letter=$letter left_suffixes=$suffixes left_revision=$revision
  __packmill_read_version "$2"
  __packmill_compare_dotted "$left_numbers" "$numbers"
  ((order == 0)) || return 0
  if [[ $left_letter != "$letter" ]]; then
    if [[ $left_letter > $letter ]]; then order=1; else order=-1; fi
    return 0
  fi
  __packmill_compare_suffixes "$left_suffixes" "$suffixes"
  ((order == 0)) || return 0
  __packmill_compare_numbers "$left_revision" "$revision"
}

__packmill_compare_dotted() {
  local left right at IFS=. one two
  # shellcheck disable=SC2206
  left=($1) right=($2)
  __packmill_compare_numbers "${left[0]}" "${right[0]}"
  ((order == 0)) || return 0
  for ((at = 1; at < ${#left[@]} && at < ${#right[@]}; at++)); do
    one=${left[at]} two=${right[at]}
    if [[ $one == 0* || $two == 0* ]]; then
      while [[ $one == *0 ]]; do one=${one%0}; done
      while [[ $two == *0 ]]; do two=${two%0}; done
      if [[ $one != "$two" ]]; then
        if [[ $one > $two ]]; then order=1; else order=-1; fi
        return 0
      fi
    else
      __packmill_compare_numbers "$one" "$two"
      ((order == 0)) || return 0
    fi
  done
  ((order = ${#left[@]} > ${#right[@]} ? 1 : ${#left[@]} < ${#right[@]} ? -1 : 0))
  return 0
}

__packmill_suffix_rank() {
  case $1 in
    alpha) rank=-4 ;; beta) rank=-3 ;; pre) rank=-2 ;; rc) rank=-1 ;; p) rank=1 ;; *) rank=0 ;;
  esac
}

__packmill_compare_suffixes() {
  local left right at IFS=_ rank left_rank
  # shellcheck disable=SC2206
  left=(${1#_}) right=(${2#_})
  order=0
  for ((at = 0; at < ${#left[@]} || at < ${#right[@]}; at++)); do
    __packmill_suffix_rank "${left[at]%%[0-9]*}"
    left_rank=$rank
    __packmill_suffix_rank "${right[at]%%[0-9]*}"
    if ((left_rank != rank)); then
      ((order = left_rank > rank ? 1 : -1))
      return 0
    fi
    [[ -v left[at] && -v right[at] ]] || continue
    local one=${left[at]##*[a-z]} two=${right[at]##*[a-z]}
    __packmill_compare_numbers "${one:-0}" "${two:-0}"
    ((order == 0)) || return 0
  done
}

__packmill_ver_test() {
  local left operator right order
  case $# in
    2) left=$PVR operator=$1 right=$2 ;;
    3) left=$1 operator=$2 right=$3 ;;
    *) die 'ver_test takes [VERSION] OPERATOR VERSION' ;;
  esac
  __packmill_compare_versions "$left" "$right"
  case $operator in
    -eq) ((order == 0)) ;; -ne) ((order != 0)) ;;
    -lt) ((order < 0)) ;; -le) ((order <= 0)) ;;
    -gt) ((order > 0)) ;; -ge) ((order >= 0)) ;;
    *) die "ver_test knows no '$operator'" ;;
  esac
}

# -- one ebuild -------------------------------------------------------------------------------------------------------

# __packmill_begin EAPI: gives the subshell the commands and rules of its EAPI.
__packmill_begin() {
  ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= ($1 < 8 ? 402 : $1 == 8 ? 500 : 503))) ||
    __packmill_end bash "$BASH_VERSION"
  # Also those that the EAPI does not have, as Portage does: eclasses for several EAPIs build one variable from another.
  __packmill_accumulated='IUSE REQUIRED_USE DEPEND RDEPEND PDEPEND BDEPEND IDEPEND'
  (($1 < 8)) || __packmill_accumulated+=' PROPERTIES RESTRICT'
  (($1 >= 9)) || eval 'assert() {
    local code codes=("${PIPESTATUS[@]}")
    for code in "${codes[@]}"; do [[ $code == 0 ]] || die "$@"; done
  }'
  # shellcheck disable=SC2317
  if (($1 < 8)); then
    hasv() { has "$@" && printf "%s\n" "$1"; }
    hasq() { has "$@"; }
  fi
  # shellcheck disable=SC2317
  if (($1 >= 7)); then
    eqawarn() { einfo "$@"; }
    ver_cut() { __packmill_ver_cut "$@"; }
    ver_rs() { __packmill_ver_rs "$@"; }
    ver_test() { __packmill_ver_test "$@"; }
  fi
  case $1 in
    [0-5]) BASH_COMPAT=3.2 ;;
    [67]) BASH_COMPAT=4.2 ;;
    8) BASH_COMPAT=5.0 ;;
    *) BASH_COMPAT=5.3 ;;
  esac
  (($1 < 6)) || shopt -s failglob
}

# __packmill_finish EAPI: what eclasses asked for joins what the ebuild says (PMS 10.2), and everything is printed.
__packmill_finish() {
  local __packmill_name __packmill_phase __packmill_fields=()
  set -f
  IFS=$' \t\n'
  ((__packmill_depth == 0)) || die 'inherit did not come to its end'
  [[ -v EAPI ]] || EAPI=0
  (($1 >= 4)) || [[ -v RDEPEND ]] || RDEPEND=${DEPEND-}
  for __packmill_name in $__packmill_accumulated; do
    [[ -n ${__packmill_from_eclasses[$__packmill_name]-} ]] || continue
    printf -v "$__packmill_name" %s "${!__packmill_name-}${!__packmill_name:+ }${__packmill_from_eclasses[$__packmill_name]}"
  done
  (($1 >= 7)) || unset -v BDEPEND
  (($1 >= 8)) || unset -v IDEPEND
  DEFINED_PHASES=
  for __packmill_phase in src_compile pkg_config src_configure pkg_info src_install pkg_nofetch pkg_postinst pkg_postrm \
    pkg_preinst src_prepare pkg_prerm pkg_pretend pkg_setup src_test src_unpack; do
    case $1$__packmill_phase in
      [01]src_prepare | [01]src_configure | [0-3]pkg_pretend) continue ;;
    esac
    declare -F "$__packmill_phase" >/dev/null && DEFINED_PHASES+=" ${__packmill_phase#*_}"
  done
  : "${DEFINED_PHASES:=-}"
  INHERIT=$__packmill_explicit
  for __packmill_name in BDEPEND DEFINED_PHASES DEPEND DESCRIPTION EAPI HOMEPAGE IDEPEND INHERIT INHERITED IUSE KEYWORDS \
    LICENSE PDEPEND PROPERTIES RDEPEND REQUIRED_USE RESTRICT SLOT SRC_URI; do
    __packmill_fields+=("$__packmill_name=${!__packmill_name-}")
  done
  __packmill_say meta "${__packmill_fields[@]}"
}

__packmill_self=${BASH_SOURCE[0]}
printf 'ready\0%s\0\0' "$BASH_VERSION" >&3
for ((__packmill_at = 0; __packmill_at < ${#__packmill_words[@]}; __packmill_at += 7)); do
  __packmill_text=$(
    exec 9>&1 2>&1 3>&-
    __packmill_process=$BASHPID
    ulimit -S -t "$__packmill_seconds"
    ulimit -H -t "$((__packmill_seconds + 2))"
    EBUILD=${__packmill_words[__packmill_at + 1]} __packmill_eapi=${__packmill_words[__packmill_at + 2]}
    CATEGORY=${__packmill_words[__packmill_at + 3]} PN=${__packmill_words[__packmill_at + 4]}
    PV=${__packmill_words[__packmill_at + 5]} PR=${__packmill_words[__packmill_at + 6]}
    P=$PN-$PV PVR=$PV
    [[ $PR == r0 ]] || PVR+=-$PR
    PF=$PN-$PVR
    FILESDIR=${EBUILD%/*}/files DISTDIR=/nonexistent/distdir WORKDIR=/nonexistent/$PF/work T=/nonexistent/$PF/temp
    S=$WORKDIR/$P EPREFIX='' EBUILD_PHASE=depend
    unset -v INHERITED
    __packmill_begin "$__packmill_eapi"
    # shellcheck disable=SC1090
    source "$EBUILD" || __packmill_end failed "it ends with status $?"
    set +e
    shopt -u failglob
    __packmill_finish "$__packmill_eapi"
  )
  __packmill_status=$?
  if compgen -G '/tmp/*' || compgen -G '/tmp/.[!.]*'; then __packmill_status=wrote; fi
  printf '%s\0%s\0%s\0' "${__packmill_words[__packmill_at]}" "$__packmill_status" "$__packmill_text" >&3
  [[ $__packmill_status != wrote ]] || exit 0
done
